//! The channel between host and harness for everything but requests.
//!
//! Frames of JSON ([`frame`]) in both directions over a unix socket on which the host listens and to which
//! the harness connects once, before any app code is loaded. Whatever comes out of a sandbox is hostile: a
//! frame that breaks the rules ends the process.

mod channel;
mod frame;
mod message;
mod reader;

pub(super) use self::{
    channel::{Control, Progress},
    message::{Assign, Paths, Question, Script},
};
