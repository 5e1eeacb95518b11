//! Copies of an appspace at rest.
//!
//! [`clone_data`] is the first step of every copy: quick where the file system shares blocks, so that the
//! appspace can go on while the clone is worked with. Snapshots and archives build on it.

mod clone;

pub use clone::{CloneError, Cloned, clone_data};
