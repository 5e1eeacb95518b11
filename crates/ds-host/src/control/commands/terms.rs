//! Commands about bounds, usage, other hosts and secrets.

use ds_core::{
    Timestamp,
    egress_store::SecretEntry,
    limits::{LimitError, LimitKey},
    usage::{RunRecord, UsageDelta},
};

use crate::{
    control::wire::{self, Command, Reply, Which},
    ops::{EgressReport, ErrorKind, LimitRow, OpError, Ops, Rank},
};

/// How many days are told of if nobody says.
const DAYS: u32 = 30;
/// How many runs are told of.
const RUNS: usize = 20;

pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AppspaceLimits { which, set, reset } => limits(ops, which, &set, &reset).await,
        Command::AppspaceUsage { which, days } => usage(ops, which, days).await,
        Command::AppspaceEgress { which, allow, deny } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let report = ops.set_egress(owner, &which.address, &allow, &deny).await?;
            Ok(Reply::Egress(report.into()))
        }
        Command::SecretSet {
            which,
            name,
            host,
            value,
        } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let set = ops.set_secret(owner, &which.address, &name, &host, &value.0);
            Ok(Reply::Secret(set.await?.into()))
        }
        Command::SecretList(which) => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            Ok(secrets(ops.secrets(owner, &which.address).await?))
        }
        Command::SecretRemove { which, name } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let left = ops.remove_secret(owner, &which.address, &name).await?;
            Ok(secrets(left))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}

async fn limits(
    ops: &Ops,
    which: Which,
    set: &[String],
    reset: &[String],
) -> Result<Reply, OpError> {
    let owner = ops.owner(which.owner.as_deref()).await?;
    let mut changes = Vec::new();
    for text in set {
        let (key, value) = text.split_once('=').ok_or_else(|| no_value(text))?;
        let key: LimitKey = key.trim().parse().map_err(invalid)?;
        changes.push((key, Some(key.value(value).map_err(invalid)?)));
    }
    for key in reset {
        changes.push((key.parse().map_err(invalid)?, None));
    }
    // Whoever can give commands runs the host.
    let rows = ops.set_limits(owner, &which.address, &changes, Rank::Admin);
    Ok(Reply::Limits(
        rows.await?.into_iter().map(Into::into).collect(),
    ))
}

fn no_value(text: &str) -> OpError {
    let shown: String = text.chars().take(80).collect();
    OpError::new(ErrorKind::Invalid, format!("`{shown}` sets nothing"))
        .with_hint("write it as in `--set memory_mib=512`")
}

fn invalid(error: LimitError) -> OpError {
    OpError::new(ErrorKind::Invalid, error.to_string()).with_source(error)
}

async fn usage(ops: &Ops, which: Which, days: Option<u32>) -> Result<Reply, OpError> {
    let owner = ops.owner(which.owner.as_deref()).await?;
    let days = days.unwrap_or(DAYS);
    let report = ops.usage(owner, &which.address, days).await?;
    let runs = ops.runs(owner, &which.address, RUNS).await?;
    let hours = report.hours.iter();
    let days = report.days.iter();
    Ok(Reply::Usage(wire::Usage {
        hours: hours
            .map(|(hour, used)| period(hour.start(), used))
            .collect(),
        days: days.map(|(day, used)| period(day.start(), used)).collect(),
        runs: runs.into_iter().map(Into::into).collect(),
    }))
}

fn period(begin: Timestamp, used: &UsageDelta) -> wire::Used {
    wire::Used {
        begin: begin.to_string(),
        requests: used.requests,
        wakes: used.wakes,
        cpu_ms: millis(used),
        memory_mib_seconds: used.memory_mib_seconds,
        bytes_in: used.bytes_in,
        bytes_out: used.bytes_out,
        disk_bytes: used.disk_bytes,
    }
}

fn millis(used: &UsageDelta) -> u64 {
    used.cpu.as_millis().try_into().unwrap_or(u64::MAX)
}

fn secrets(entries: Vec<SecretEntry>) -> Reply {
    Reply::Secrets(entries.into_iter().map(Into::into).collect())
}

impl From<LimitRow> for wire::Limit {
    fn from(row: LimitRow) -> Self {
        Self {
            name: row.key.to_string(),
            value: row.value,
            own: row.set.is_some(),
            default: row.host,
        }
    }
}

impl From<RunRecord> for wire::Run {
    fn from(run: RunRecord) -> Self {
        Self {
            id: run.sandbox.to_string(),
            started: run.started.to_string(),
            ended: run.ended.to_string(),
            cpu_ms: millis(&run.usage),
            end: run.death,
        }
    }
}

impl From<EgressReport> for wire::Egress {
    fn from(report: EgressReport) -> Self {
        let hosts = report.hosts.into_iter().map(|host| wire::Host {
            rule: host.rule.to_string(),
            asked: host.asked,
            approved: host.approved,
            open: host.open,
        });
        Self {
            enabled: report.enabled,
            hosts: hosts.collect(),
            secrets: report.secrets.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<SecretEntry> for wire::SecretEntry {
    fn from(entry: SecretEntry) -> Self {
        Self {
            name: entry.name.to_string(),
            host: entry.host.to_string(),
            set: entry.set.to_string(),
        }
    }
}
