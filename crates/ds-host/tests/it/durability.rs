//! Data that is never lost, by the real program with the real Deno: under constant writes, wherever the power goes, and
//! when the disk is full or a sandbox ends.
//!
//! `crates/ds-lifecycle/tests/it/crash.rs` kills every job at every point, too, and does so in every run; there apps
//! and sandboxes are fakes. What is here takes longer, so most of it is in `slow`.

mod app;
mod crash;
mod flushed;
mod foreign;
mod full_disk;
mod killed;
mod soak;
mod state;
mod web;
mod writer;
