//! What is said about bounds, usage, other hosts and secrets.

use serde::{Deserialize, Serialize};

/// A bound of an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// What applies.
    pub value: u32,
    /// Whether it is set for this appspace alone.
    pub own: bool,
    /// What applies on this host where nothing is set.
    pub default: u32,
}

/// What an appspace used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The last 24 hours, oldest first.
    pub hours: Vec<Used>,
    /// The last days, oldest first.
    pub days: Vec<Used>,
    /// The last runs of its sandbox, newest first.
    pub runs: Vec<Run>,
}

/// What was used in an hour or a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// When it began, RFC 3339.
    pub begin: String,
    /// Requests that were let in.
    pub requests: u64,
    /// How often a sandbox was started.
    pub wakes: u64,
    /// Processor time, in milliseconds.
    pub cpu_ms: u64,
    /// Memory times time: 100 MiB for 10 s are 1000.
    pub memory_mib_seconds: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// The size of the appspace's directory, in bytes, if it was measured.
    pub disk_bytes: Option<u64>,
}

/// A run of a sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id, as in the log.
    pub id: String,
    /// When it was started, RFC 3339.
    pub started: String,
    /// When it had ended, RFC 3339.
    pub ended: String,
    /// How it ended.
    pub end: String,
    /// Processor time, in milliseconds.
    pub cpu_ms: u64,
}

/// Which hosts an app may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Egress {
    /// Whether this host lets apps reach other hosts at all.
    pub enabled: bool,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// Secrets that are sent to them.
    pub secrets: Vec<SecretEntry>,
}

/// A host that an app asks to reach, or that was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Which, as the app writes it.
    pub rule: String,
    /// Whether the app asks for it.
    pub asked: bool,
    /// Whether the owner approved it.
    pub approved: bool,
    /// Whether the app can reach it, by this or another approval.
    pub open: bool,
}

/// A secret, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretEntry {
    /// Its name.
    pub name: String,
    /// Where it may be sent.
    pub host: String,
    /// When it was set, RFC 3339.
    pub set: String,
}
