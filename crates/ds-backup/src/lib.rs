//! Copies of an appspace at rest.
//!
//! [`clone_data`] is the first step of every copy: quick where the file system shares blocks, so that the
//! appspace can go on while the clone is worked with. Snapshots and archives build on it.

mod about;
mod archive;
mod clone;
mod progress;
pub mod snapshots;

pub use about::{ABOUT, About, Consistency, CopyReason, DATA, FORMAT, PACKAGE};
pub use archive::{
    ARCHIVE_FORMAT, ArchiveError, ArchiveKind, Contents, ExportTree, Exported, ImportBounds,
    ORIGINAL_META, OriginalUnpacked, export, import, probe, recognize, unpack_original,
};
pub use clone::{
    CloneError, Cloned, ClonedAgain, LatestFiles, LeftOut, clone_again, clone_changed, clone_data,
};
pub use progress::{NoProgress, Progress};
