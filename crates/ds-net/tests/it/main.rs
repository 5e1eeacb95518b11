//! A client against servers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod bounds;
mod server;
mod tls;
mod visit;
