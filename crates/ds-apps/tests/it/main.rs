//! Installing apps, from hostile packages to recorded versions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod folder;
mod hostile;
mod install;
mod normal;
mod permissions;
mod prepare;
mod recover;
mod roundtrip;
mod support;
mod together;
mod undone;
mod warnings;
