//! What can be wrong with an archive.

use std::{io, path::PathBuf};

/// Why an archive was not written or not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The archive's bytes could not be had.
    #[error("cannot read the archive")]
    Read(#[source] io::Error),
    /// The archive's bytes could not be delivered.
    #[error("cannot write the archive")]
    Write(#[source] io::Error),
    /// A file that belongs into the archive could not be read.
    #[error("cannot read {name}")]
    ReadFile {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file of the archive could not be made here.
    #[error("cannot write {name}")]
    WriteFile {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is a file of another kind.
    #[error(
        "this is {found}; an archive of an appspace is a .tar.zst file, or a backup zip of the original Dropserver"
    )]
    NotAnArchive {
        /// What it looks like: "a gzip file".
        found: &'static str,
    },
    /// A newer program wrote it.
    #[error("the archive was made by a newer Dropserver (format {format}); update this one")]
    Newer {
        /// The format it has.
        format: u64,
    },
    /// It ends in the middle.
    #[error("the archive is incomplete: it ends in the middle; copy it here again")]
    Truncated,
    /// It cannot be decompressed, or its parts make no sense.
    #[error("the archive is damaged; use another copy of it")]
    Damaged(#[source] io::Error),
    /// It can be read, but is not what was written.
    #[error("the archive is damaged: {problem}; use another copy of it")]
    Mismatch {
        /// What does not match.
        problem: &'static str,
    },
    /// Something that no archive of ours has.
    #[error(
        "the archive has `{name}`, which {problem}; it was not made by Dropserver, or was changed"
    )]
    Foreign {
        /// Its name.
        name: String,
        /// What is wrong with it: "is a hard link".
        problem: &'static str,
    },
    /// Two entries for one name.
    #[error(
        "the archive has `{name}` twice, or as a file and as a directory; \
         it was not made by Dropserver, or was changed"
    )]
    Duplicate {
        /// The name.
        name: String,
    },
    /// What it says of the appspace makes no sense.
    #[error("cannot understand what the archive says of the appspace in it")]
    Description(#[source] serde_json::Error),
    /// More than the caller wants to take in.
    #[error("the archive holds {has} {what}; at most {most} are taken in here")]
    TooMuch {
        /// What is counted: "bytes".
        what: &'static str,
        /// How many it has.
        has: u64,
        /// How many it may have.
        most: u64,
    },
    /// The disk is too full.
    #[error(
        "the archive needs {} MiB of disk space and {} MiB are free; make room and try again",
        .needed >> 20, .free >> 20
    )]
    NoSpace {
        /// What is needed for what is left to unpack, with what should stay free.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// The place to unpack to is taken.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// Something cannot go into an archive.
    #[error("`{name}` cannot be archived: it {problem}")]
    Unfit {
        /// Its name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Files changed while they were archived.
    #[error("`{name}` changed while it was archived; try again")]
    Changed {
        /// Which.
        name: String,
    },
    /// Somebody gave it up.
    #[error("given up, as asked")]
    Cancelled,
}

impl ArchiveError {
    pub(super) fn foreign(name: &[u8], problem: &'static str) -> Self {
        Self::Foreign {
            name: printable(name),
            problem,
        }
    }

    pub(super) fn read_file(name: &[u8], source: impl Into<io::Error>) -> Self {
        Self::ReadFile {
            name: printable(name),
            source: source.into(),
        }
    }

    pub(super) fn write_file(name: &[u8], source: impl Into<io::Error>) -> Self {
        Self::WriteFile {
            name: printable(name),
            source: source.into(),
        }
    }
}

/// A name from an archive, fit to be shown: one line, at most 80 characters.
pub(super) fn printable(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let mut shown = String::new();
    for c in text.chars().take(80) {
        if c.is_control() || c == '`' {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
