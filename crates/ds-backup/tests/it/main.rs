//! Copies of appspaces as their users meet them.
#![expect(clippy::unwrap_used, reason = "what fails in a fixture fails the test")]

mod archive;
mod snapshots;
