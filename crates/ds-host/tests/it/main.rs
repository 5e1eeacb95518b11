//! Integration tests of ds-host: the real program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod anomalies;
mod api;
mod archives;
mod attacks;
mod backups;
mod browser;
mod cli;
mod doctor;
mod dropids;
mod durability;
mod host;
mod keys;
mod mail;
mod members;
mod moves;
mod network;
mod people;
mod previews;
mod remote_login;
mod terms;
mod timing;
mod upgrades;
mod visitor;
