//! The control socket: commands go to the running host as JSON over HTTP on a unix socket in the data
//! directory, which only the user who runs the host (and root) can reach.

pub mod client;
pub(crate) mod commands;
pub(crate) mod follow;
pub(crate) mod hand_over;
pub mod server;
mod socket;
#[cfg(test)]
mod tests;
pub mod wire;

/// Where commands are posted to.
const PATH: &str = "/v1/commands";

/// The most a command may have, in bytes: paths, names and a password.
const COMMAND_MAX: usize = 64 << 10;

/// The most an answer may have, in bytes.
const REPLY_MAX: usize = 16 << 20;
