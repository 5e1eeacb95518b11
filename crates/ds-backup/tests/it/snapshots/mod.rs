//! Snapshots: stored here, read here and by the `restic` that everybody has.

mod changes;
mod damage;
mod forget;
mod hostile;
mod killed;
mod left_out;
mod local;
mod restic;
mod room;
mod s3;
mod sftp;
pub(crate) mod support;
