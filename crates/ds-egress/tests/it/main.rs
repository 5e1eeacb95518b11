//! Outlets, with real sockets on this machine's loopback in place of a sandbox's.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod addresses;
mod connections;
mod names;
mod sandbox;
mod secrets;
mod server;
mod websocket;
