//! What changes things of the whole process, away from the other tests.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod removing;
