//! Outlets, with real sockets on this machine's loopback in place of a sandbox's.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod addresses;
mod apps;
mod asking;
mod connections;
mod limits;
mod names;
mod sandbox;
mod secrets;
mod secrets_kept;
mod server;
mod websocket;
