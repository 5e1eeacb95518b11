//! Jobs on real stores and real files, with scripted app code.
#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod again;
mod anomalies;
mod archives;
mod change;
mod crash;
mod create;
mod into;
mod jobs;
mod leftovers;
mod moving;
mod previews;
mod rest;
mod restore;
mod shelf;
mod snapshots;
mod state;
mod trash;
mod verify;
mod world;
