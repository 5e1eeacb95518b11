//! Usage in numbers.

use ds_core::usage::UsageDelta;

use super::{
    super::periods,
    measure::{MIB, Measure, Span},
};
use crate::{ops::UsageReport, site::words};

/// A row for each period in which something was used, newest first.
pub(in crate::site::appspace) fn table(usage: &UsageReport, span: Span) -> Vec<[String; 7]> {
    let periods = periods(usage, span);
    let used = periods.iter().rev().filter(|(_, used)| !used.is_empty());
    let show = |measure: Measure, used: &UsageDelta| {
        let amount = measure.of(used, span);
        amount.map_or_else(|| "–".to_owned(), |amount| measure.show(amount))
    };
    let row = |(title, used): &(String, UsageDelta)| {
        [
            title.clone(),
            show(Measure::Requests, used),
            words::count(used.wakes),
            show(Measure::Cpu, used),
            show(Measure::Memory, used),
            show(Measure::Disk, used),
            sizes(used),
        ]
    };
    used.map(row).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "tables show two or three digits"
)]
fn sizes(used: &UsageDelta) -> String {
    let size = |bytes: u64| words::mib(bytes as f64 / MIB);
    format!("{} / {}", size(used.bytes_in), size(used.bytes_out))
}
