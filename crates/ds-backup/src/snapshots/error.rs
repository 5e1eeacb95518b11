//! What can go wrong with snapshots, said for the people who have to act on it.

use std::{fmt, io, path::PathBuf};

/// Why something was not done with a repository of snapshots. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A file here or at the place could not be read or written.
    #[error("cannot {doing}")]
    Io {
        /// What was being done, and to what.
        doing: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The repository is there but was made with another key.
    #[error(
        "the snapshots at {place} were made with another key than this host's. Put the key they were made with \
         into the key file, or choose another place for this host's snapshots"
    )]
    WrongKey {
        /// Where.
        place: String,
    },
    /// The place holds something else.
    #[error(
        "{place} holds `{found}`, which is no part of a repository of snapshots. Choose an empty place, or move \
         away what is there"
    )]
    Foreign {
        /// Where.
        place: String,
        /// One of the names that are there.
        found: String,
    },
    /// There is no repository, and none was to be made.
    #[error("there are no snapshots at {place}. Check the address, and that the disk is there")]
    Missing {
        /// Where.
        place: String,
    },
    /// There was a repository, and now there is none.
    #[error(
        "the snapshots at {place} are gone: there were some before. Is the disk mounted, and the address right? If the \
         place is really to be begun anew, remove its line from {}", .noted.display()
    )]
    Gone {
        /// Where.
        place: String,
        /// The file that says so.
        noted: PathBuf,
    },
    /// What is there is a repository, and broken.
    #[error(
        "the snapshots at {place} are damaged: {what}. Do not delete anything there; `restic check` says more, \
         and `restic repair` may help"
    )]
    Damaged {
        /// Where.
        place: String,
        /// What is wrong.
        what: String,
        /// What said so.
        #[source]
        source: Option<Cause>,
    },
    /// Not enough free space.
    #[error(
        "{place} has {free} bytes free, and up to {needed} are needed. Make room there, and try again"
    )]
    NoRoom {
        /// Where.
        place: String,
        /// How much is wanted.
        needed: u64,
        /// How much there is.
        free: u64,
    },
    /// A file was left out of the clone, and the snapshot that has it is gone. All is to be cloned, and stored again.
    #[error("{} was to be taken from the snapshot before, which has gone meanwhile", .path.display())]
    LeftOut {
        /// The file, where it would be in the clone.
        path: PathBuf,
    },
    /// Somebody asked for it to end.
    #[error("it was cancelled")]
    Cancelled,
    /// No such snapshot.
    #[error("there is no snapshot {id} at {place}. It may have been removed since it was listed")]
    Unknown {
        /// What was asked for.
        id: String,
        /// Where.
        place: String,
    },
    /// A snapshot that would harm this machine, or that this host never makes.
    #[error("the snapshot cannot be used: `{path}` {why}")]
    Refused {
        /// Where in the snapshot.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What is to be stored is not what a copy is.
    #[error("{} cannot be stored: {why}", .path.display())]
    Unfit {
        /// Which file or directory.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The target exists.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// Nothing with that name is in the snapshot.
    #[error("there is no `{path}` in snapshot {id}")]
    NotInside {
        /// What was asked for.
        path: String,
        /// In which snapshot.
        id: String,
    },
    /// Restic is at work there.
    #[error(
        "restic is working with the snapshots at {place}, or was ended while it did. If it is not running, \
         `restic unlock` removes what it left"
    )]
    Locked {
        /// Where.
        place: String,
    },
}

/// What the engine said, in one line.
#[derive(Debug)]
pub struct Cause(String);

impl Cause {
    /// The most of it that is kept, in characters.
    const MOST: usize = 1000;

    pub(crate) fn new(said: &str) -> Self {
        let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = plain(&line);
        Self(line.chars().take(Self::MOST).collect())
    }
}

/// The engine's reports are pages; what happened is in the middle.
fn plain(report: &str) -> String {
    let Some((before, report)) = report.split_once("`rustic_core` experienced an error") else {
        return report.to_owned();
    };
    let message = report
        .split_once("Message: ")
        .map_or(report, |(_, rest)| rest);
    let ends = [
        " For more information,",
        " We believe this is a bug",
        " Some additional details",
    ];
    let end = ends.iter().filter_map(|end| message.find(end)).min();
    before.to_owned() + &message[..end.unwrap_or(message.len())]
}

impl From<&rustic_core::RusticError> for Cause {
    fn from(error: &rustic_core::RusticError) -> Self {
        Self::new(error.display_log().trim_start_matches("Error: "))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

/// Makes a [`SnapshotError::Io`] of an error, with what was being done.
pub(crate) fn io_error(doing: impl Into<String>) -> impl FnOnce(io::Error) -> SnapshotError {
    |source| SnapshotError::Io {
        doing: doing.into(),
        source,
    }
}
