//! ds-routes from the outside: patterns against recorded facts and against a naive twin, and static files
//! on a real disk.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bounds;
mod files;
mod listing;
mod recorded;
mod table;
mod twin;
