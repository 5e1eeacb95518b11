//! Integration tests of ds-host: the real program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod archives;
mod backups;
mod browser;
mod cli;
mod doctor;
mod host;
mod network;
mod terms;
mod upgrades;
