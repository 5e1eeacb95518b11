//! What usage is measured in.

use ds_core::usage::UsageDelta;

use crate::site::words;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site::appspace) enum Span {
    /// The last 24 hours.
    Hours,
    /// The last 30 days.
    Days,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Requests,
    Cpu,
    Memory,
    Disk,
}

pub(super) const MIB: f64 = 1_048_576.0;

impl Measure {
    pub(super) const ALL: [Self; 4] = [Self::Requests, Self::Cpu, Self::Memory, Self::Disk];

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Cpu => "Processor time",
            Self::Memory => "Memory",
            Self::Disk => "Disk",
        }
    }

    /// The amount in a period, or that it was not measured.
    #[expect(
        clippy::cast_precision_loss,
        reason = "charts show two or three digits"
    )]
    pub(super) fn of(self, used: &UsageDelta, span: Span) -> Option<f64> {
        let seconds = match span {
            Span::Hours => 3600.0,
            Span::Days => 86_400.0,
        };
        match self {
            Self::Requests => Some(used.requests as f64),
            Self::Cpu => Some(used.cpu.as_secs_f64()),
            Self::Memory => Some(used.memory_mib_seconds as f64 / seconds),
            Self::Disk => used.disk_bytes.map(|bytes| bytes as f64 / MIB),
        }
    }

    pub(super) fn show(self, amount: f64) -> String {
        match self {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it was a count before"
            )]
            Self::Requests => words::count(amount as u64),
            Self::Cpu => {
                words::length(std::time::Duration::try_from_secs_f64(amount).unwrap_or_default())
            }
            Self::Memory | Self::Disk => words::mib(amount),
        }
    }

    /// The figure that says most, and what it means.
    pub(super) fn figure(
        self,
        amounts: &[f64],
        span: Span,
        disk_limit: Option<u32>,
    ) -> (String, String) {
        let during = match span {
            Span::Hours => "in the last 24 hours",
            Span::Days => "in the last 30 days",
        };
        let sum: f64 = amounts.iter().sum();
        let most = amounts.iter().copied().fold(0.0, f64::max);
        let per = match span {
            Span::Hours => "hour",
            Span::Days => "day",
        };
        match self {
            Self::Requests | Self::Cpu => (self.show(sum), during.to_owned()),
            Self::Memory if most == 0.0 => (self.show(0.0), during.to_owned()),
            Self::Memory => (
                self.show(most),
                format!("on average in the {per} that took most"),
            ),
            Self::Disk => {
                let now = amounts.last().copied().unwrap_or_default();
                let of = disk_limit.map(|limit| format!("of {}", words::mib(limit.into())));
                (self.show(now), of.unwrap_or_default())
            }
        }
    }
}
