//! For tests only: what many of them need.
//!
//! - [`contract`]: what every implementation of a store trait must do, as tests to run against it.
//! - [`memory`]: every store trait, in memory.
//! - [`ScriptedEngine`]: runs closures in the place of app code.
//! - [`sample`]: an account, an app, an appspace and so on, to start from.
//! - [`client`]: an HTTP client with a browser's memory.
//! - [`tls`]: a server that an authority of a test's own vouches for.
//! - [`fixture`]: packages and folders of apps.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what fails here fails the test that called it"
)]

pub mod client;
pub mod contract;
mod engine;
pub mod fixture;
pub mod memory;
pub mod original;
pub mod sample;
pub mod tls;

pub use engine::{ScriptedEngine, Started};
pub use memory::Memory;
