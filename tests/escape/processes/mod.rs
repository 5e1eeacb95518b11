//! Other programs and processes, and the rights of this one, as JavaScript reaches for them.

mod commands;
mod environment;
mod harness;
mod internals;
mod native_code;
mod permissions;
mod signals;
