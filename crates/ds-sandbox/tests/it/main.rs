//! The Deno engine, the pool and the built-in modules, against a real Deno: `DS_DENO`, or the one on the
//! `PATH`.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]

mod builtin;
mod compiled;
mod confinement;
mod context;
mod control;
mod endings;
mod fixture;
mod jail;
mod learning;
mod libraries;
mod loading;
mod logs;
mod pool;
mod stacks;
mod streaming;
