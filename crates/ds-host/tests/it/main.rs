//! Integration tests of ds-host: the real program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod anomalies;
mod api;
mod archives;
mod backups;
mod browser;
mod cli;
mod doctor;
mod durability;
mod host;
mod moves;
mod network;
mod previews;
mod terms;
mod upgrades;
mod visitor;
