//! Snapshots: copies of appspaces at rest in repositories of restic's format, which Debian's `restic` reads too.
//!
//! ```text
//! staging/<job>/  appspace.json + data/      a clone, see [`clone_data`](crate::clone_data)
//!       │ store: only what changed is read, cut, compressed, sealed
//!       ▼
//! Repository ─── Storage: a directory · SFTP · S3
//!       │ list · files · restore · verify
//!       │ forget / apply(Retention) ─▶ prune
//!       ▼
//! a new directory, checked and flushed
//! ```
//!
//! Everything here **blocks**, for minutes where data is large: async code calls it in `spawn_blocking`. Every
//! call works on a thread of its own that sees two processors. Nothing is written but to the paths that are given.
//! One process uses a repository at a time, but any restic may read it meanwhile; restic's own `backup`, `forget`
//! and `prune` are for when the host does not run.

mod backend;
mod browse;
mod error;
mod key;
mod known;
mod latest;
mod place;
mod prune;
mod repositories;
mod repository;
mod restore;
mod retention;
mod snapshot;
mod source;
mod storage;
mod store;
mod tree;
mod verify;
mod walk;
mod watch;
mod work;

pub use browse::{FileEntry, FileKind};
pub use error::{Cause, SnapshotError};
pub use key::{KeyError, RepositoryKey};
pub use place::{Place, PlaceError, PlaceSettings, S3Place, SftpPlace};
pub use prune::{Grace, Pruned};
pub use repositories::Repositories;
pub use repository::Repository;
pub use restore::Restored;
pub use retention::Retention;
pub use snapshot::{Snapshot, SnapshotId, SnapshotIdError};
pub use store::Stored;
pub use verify::{ReadBack, Verified};
