//! The escape suite: what hostile code tries, one file per attempt, and that it gets nowhere.
//!
//! Each attempt runs three times on the real programs: as root, as a user to whom cgroups were delegated, and as
//! a user who has nothing but user namespaces. Two kinds of attackers are played. An app is JavaScript in the real
//! Deno. A conquered runtime is our program `escape-probe` in Deno's place: it has what an attacker has who found a
//! fault in Deno or V8, every system call, and no Deno that says no.
//!
//! Whatever is tried, another appspace must go on answering meanwhile, the host must stay the process it was,
//! what lies about outside (files, processes, listeners) must be as before, and nothing may be left behind.
//! `docs/SECURITY.md` lists the attempts.

/// Makes the tests of an attempt: one per way to run the host.
macro_rules! attempt {
    ($attempt:expr) => {
        #[test]
        fn as_root() {
            crate::escape::world::run(crate::escape::world::Mode::Root, $attempt);
        }

        #[test]
        fn delegated() {
            crate::escape::world::run(crate::escape::world::Mode::Delegated, $attempt);
        }

        #[test]
        fn bare() {
            crate::escape::world::run(crate::escape::world::Mode::Bare, $attempt);
        }
    };
}

mod files;
mod imports;
mod kernel;
mod network;
mod processes;
mod resources;
mod responses;
mod storage;
pub(crate) mod world;
