//! Whole-system tests: a composed host with real stores, real Deno and real HTTP, in this process.
//!
//! The apps are in `tests/apps`; what is tested on the real programs is in `crates/ds-host/tests` and
//! `crates/ds-dev/tests`.
#![expect(
    clippy::unwrap_used,
    reason = "what fails here fails the test that called it"
)]

mod bad_input;
#[path = "../escape/mod.rs"]
mod escape;
mod host;
mod kills;
mod originals;
mod requests;
mod serving;
mod streaming;
