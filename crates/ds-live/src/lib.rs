//! The live protocol: one WebSocket client, one sandbox, ended together.
//!
//! This crate has the messages and the state of one session, and neither sockets nor sandboxes: whoever owns
//! those feeds a [`Session`] with what happens and does the [`Action`]s it answers with. The wire format is
//! Baresoil's 1.0: every WebSocket text message is one compact JSON array, `[command, payload]`.

mod message;
mod session;

pub use message::{ErrorCode, FromClient, MessageError, RpcError, ToClient};
pub use session::{Action, CloseCode, Event, Session};
