//! Watching a sandbox while it is awake: what it uses, and whether that is too much.
//!
//! Once a second a [`Sampler`] reads what the kernel counts, and a [`Judge`] says whether a limit was broken
//! that the kernel does not keep by itself. The judge is pure; all reading is the sampler's, and it blocks.

mod judge;
mod pace;
mod process;
mod sampler;
#[cfg(test)]
mod tests;
mod tree;
mod window;

use std::time::Duration;

pub use self::{
    judge::Judge,
    sampler::{DiskWatch, Sampler},
};

/// What a sandbox uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Processor time since it was started.
    pub cpu: Duration,
    /// Memory in bytes that ending it would free.
    pub memory: u64,
    /// The size of its directories in bytes, if it was measured now. `u64::MAX` if they cannot be measured
    /// because the app nested them too deep or took away the host's right to look into one.
    pub disk: Option<u64>,
    /// What is free on their file system, in bytes; 0 if it is nearly out of inodes.
    pub free_space: Option<u64>,
    /// Whether it wrote to a disk since the last sample.
    pub writing: bool,
    /// How many of its processes the kernel killed because there was no more memory for them.
    pub oom_kills: u64,
}
