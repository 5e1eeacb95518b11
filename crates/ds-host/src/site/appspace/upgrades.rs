//! Choosing how an appspace gets newer versions.

use axum::{
    extract::{Path, State},
    response::Response,
};
use ds_core::upgrades::HeldBecause;
use serde::Deserialize;

use super::back_to;
use crate::{
    ops::UpgradeReport,
    site::{SiteState, error::SiteError, forms::Fields, person::Person},
};

/// What the Version card says of it.
#[derive(Debug, Default)]
pub(super) struct UpgradePart {
    pub(super) automatic: bool,
    /// Why a newer version does not come by itself.
    pub(super) note: Option<String>,
    /// Whether that is because it failed.
    pub(super) failed: bool,
}

impl From<UpgradeReport> for UpgradePart {
    fn from(report: UpgradeReport) -> Self {
        let runs = &report.runs;
        let failed = matches!(&report.held_back, Some(held) if held.why != HeldBecause::WentBack);
        Self {
            automatic: report.automatic,
            failed,
            note: report.held_back.map(|held| match held.why {
                HeldBecause::Failed(why) => format!(
                    "Automatic; the last attempt to {} failed: {}. Still on {runs}.",
                    held.number,
                    first_line(&why)
                ),
                HeldBecause::WentBack => format!(
                    "Automatic; {} is left out, because you went back to {runs}. Newer ones are not.",
                    held.number
                ),
            }),
        }
    }
}

/// What happened, without where in the app: the list of jobs has that.
fn first_line(why: &str) -> &str {
    let line = why.split(['\n', '⏎']).next().unwrap_or_default();
    line.trim().trim_end_matches('.')
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Chosen {
    mode: String,
}

/// `POST /appspaces/{name}/upgrades`
pub(in crate::site) async fn choose(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(Chosen { mode }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let automatic = match mode.as_str() {
        "automatic" => true,
        "manual" => false,
        _ => return Err(SiteError::BadForm),
    };
    let chosen = site.ops.set_upgrades(person.account.id, &name, automatic);
    chosen.await?;
    back_to(&site, &name, "version")
}

#[cfg(test)]
mod tests {
    use ds_core::{Timestamp, VersionId, upgrades::HeldBack};

    use super::*;

    #[test]
    fn what_the_card_says() {
        let check = |why: Option<HeldBecause>, expect: Option<&str>, failed: bool| {
            let held_back = why.map(|why| HeldBack {
                version: VersionId::new(),
                number: "1.3.0".parse().unwrap(),
                at: Timestamp(0),
                why,
            });
            let part = UpgradePart::from(UpgradeReport {
                automatic: true,
                runs: "1.2.0".parse().unwrap(),
                newer: None,
                held_back,
            });
            assert_eq!((part.note.as_deref(), part.failed), (expect, failed));
        };
        check(None, None, false);
        let failed = HeldBecause::Failed("it hangs. ⏎ at app.ts".to_owned());
        let says = "Automatic; the last attempt to 1.3.0 failed: it hangs. Still on 1.2.0.";
        check(Some(failed), Some(says), true);
        let says =
            "Automatic; 1.3.0 is left out, because you went back to 1.2.0. Newer ones are not.";
        check(Some(HeldBecause::WentBack), Some(says), false);
    }
}
