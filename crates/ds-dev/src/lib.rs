//! One app on a laptop, for the person who writes it.
//!
//! ds-dev serves one app folder with the same pipeline, routes, sandboxes and stores as ds-host. What differs is
//! who finds the appspace (there is one) and who says who asks (the developer does).

mod actor;
mod appspace;
pub mod args;
mod bench;
mod check;
mod log;
mod page;
mod project;
mod report;
mod run;
mod server;
mod watch;

pub use check::{check, print};
pub use run::run;

/// The types of the `dropserver` module, for editors.
pub const TYPES: &str = ds_sandbox::DROPSERVER_TYPES;
