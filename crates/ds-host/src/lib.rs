//! The Dropserver host: configuration, listeners, the account site, the control socket and its commands.

pub mod alerts;
pub mod api;
pub mod args;
mod arrived;
pub mod cli;
pub mod compose;
pub mod config;
pub mod control;
pub mod dispatch;
pub mod dropids;
pub mod entrance;
mod finish;
pub mod listen;
pub mod lock;
pub mod mail;
mod moving;
pub mod ops;
pub mod outgoing;
pub mod run;
mod scratch;
pub mod site;
