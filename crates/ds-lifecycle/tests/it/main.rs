//! Jobs on real stores and real files, with scripted app code.
#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod anomalies;
mod change;
mod crash;
mod create;
mod jobs;
mod rest;
mod state;
mod trash;
mod world;
