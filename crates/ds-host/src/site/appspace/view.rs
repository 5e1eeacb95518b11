//! What the page of an appspace shows.

use std::time::Duration;

use askama::Template;
use ds_core::{egress_store::SecretEntry, usage::RunRecord};

use super::{chart::Chart, limits::LimitField, snapshots::Card, version::VersionPart};
use crate::{
    ops::EgressHost,
    site::{error::sentence, pages::Frame, tile::Tile, words},
};

/// `GET /appspaces/{name}`
#[derive(Debug, Template)]
#[template(path = "appspace.html")]
pub(super) struct AppspacePage {
    pub(super) frame: Frame,
    pub(super) name: String,
    pub(super) tile: Tile,
    pub(super) address: String,
    pub(super) url: String,
    pub(super) app_name: String,
    pub(super) version: String,
    pub(super) created: String,
    pub(super) state: &'static str,
    pub(super) why: Option<String>,
    pub(super) open: bool,
    /// How many hosts wait for the owner's word.
    pub(super) waiting: usize,
    /// Whether days are shown, and not hours.
    pub(super) by_day: bool,
    pub(super) charts: Vec<Chart>,
    pub(super) table: Vec<[String; 7]>,
    pub(super) limits: Vec<LimitField>,
    pub(super) limit_problem: Option<String>,
    pub(super) egress_enabled: bool,
    pub(super) hosts: Vec<HostRow>,
    pub(super) egress_problem: Option<String>,
    pub(super) secrets: Vec<SecretRow>,
    pub(super) secret_problem: Option<String>,
    pub(super) runs: Vec<RunRow>,
    pub(super) log: Vec<String>,
    pub(super) version_part: VersionPart,
    /// Its members in a few words.
    pub(super) members: crate::site::members::MembersCard,
    /// How well it is backed up; `None` on a host without snapshots.
    pub(super) snapshots: Option<Card>,
}

/// A host.
#[derive(Debug)]
pub(super) struct HostRow {
    pub(super) rule: String,
    pub(super) open: bool,
    pub(super) approved: bool,
    /// How it is, in a few words.
    pub(super) state: &'static str,
}

impl From<&EgressHost> for HostRow {
    fn from(host: &EgressHost) -> Self {
        Self {
            rule: host.rule.to_string(),
            open: host.open,
            approved: host.approved,
            state: match (host.asked, host.approved, host.open) {
                (true, true, _) => "allowed",
                (true, false, true) => "allowed by another",
                (true, false, false) => "not allowed",
                (false, _, true) => "allowed, a part of what it asks for",
                (false, _, false) => "no longer asked for",
            },
        }
    }
}

/// A secret.
#[derive(Debug)]
pub(super) struct SecretRow {
    pub(super) name: String,
    pub(super) host: String,
    pub(super) set: String,
}

impl From<&SecretEntry> for SecretRow {
    fn from(entry: &SecretEntry) -> Self {
        Self {
            name: entry.name.to_string(),
            host: entry.host.to_string(),
            set: words::date(entry.set),
        }
    }
}

/// A run.
#[derive(Debug)]
pub(super) struct RunRow {
    pub(super) started: String,
    pub(super) lasted: String,
    pub(super) cpu: String,
    pub(super) end: String,
    /// Whether it was not meant to end so.
    pub(super) bad: bool,
}

impl From<&RunRecord> for RunRow {
    fn from(run: &RunRecord) -> Self {
        let lasted = u64::try_from(run.ended.0 - run.started.0).unwrap_or_default();
        Self {
            started: words::time(run.started),
            lasted: words::length(Duration::from_millis(lasted)),
            cpu: words::length(run.usage.cpu),
            bad: !run.death.starts_with("stopped"),
            end: sentence(&run.death),
        }
    }
}
