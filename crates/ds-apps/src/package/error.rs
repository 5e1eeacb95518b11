//! What can be wrong with a package.

use std::io;

use super::bounds::human;

/// Why a package could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The archive or folder, or a file in it, cannot be read.
    #[error("cannot read {name}")]
    Read {
        /// What was read.
        name: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A file cannot be written on this host.
    #[error("cannot write {name}")]
    Write {
        /// What was written.
        name: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// It is a file of another format.
    #[error("this is {found}; an app package is a .tar.gz file")]
    NotAPackage {
        /// What it looks like: "a zip file".
        found: &'static str,
    },
    /// It ends in the middle.
    #[error("the package is incomplete: it ends in the middle; upload it again")]
    Truncated,
    /// It cannot be decompressed, or its headers make no sense.
    #[error("the package is damaged; make it again")]
    Damaged(#[source] io::Error),
    /// There are no files in it.
    #[error("the package is empty")]
    Empty,
    /// There is no manifest in it.
    #[error("the package has no dropapp.json at its top")]
    NoManifest,
    /// A name that a file cannot have.
    #[error("the package has `{name}`, whose name {problem}")]
    Name {
        /// The name, shortened and printable.
        name: String,
        /// What is wrong with it: "is absolute".
        problem: &'static str,
    },
    /// Something that is neither a file nor a directory.
    #[error("the package has `{name}`, which is {kind}; only files and directories are allowed")]
    Kind {
        /// Its name.
        name: String,
        /// What it is: "a symbolic link".
        kind: &'static str,
    },
    /// Two entries for one name.
    #[error("the package has `{name}` twice, or as a file and as a directory")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A size it declares twice, differently: readers would disagree about what is in it.
    #[error("the package declares two sizes for `{name}`")]
    TwoSizes {
        /// The name.
        name: String,
    },
    /// The archive file is too big.
    #[error("the package file is larger than {}", human(*.most))]
    ArchiveTooLarge {
        /// How big it may be.
        most: u64,
    },
    /// Its files together are too big.
    #[error("the package's files together are larger than {}", human(*.most))]
    TooLarge {
        /// How big they may be.
        most: u64,
    },
    /// One file is too big.
    #[error("the package has `{name}`, which is larger than {}", human(*.most))]
    FileTooLarge {
        /// Which file.
        name: String,
        /// How big it may be.
        most: u64,
    },
    /// Too many files and directories.
    #[error("the package has more than {most} files and directories")]
    TooManyEntries {
        /// How many there may be.
        most: u64,
    },
}

/// A name from a package, fit to be shown: one line, at most 80 characters.
pub(super) fn printable(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let shown: String = text
        .chars()
        .take(80)
        .flat_map(|c| {
            let escape = c.is_control() || c == '`';
            let plain = (!escape).then_some(c);
            plain
                .into_iter()
                .chain(c.escape_default().filter(move |_| escape))
        })
        .collect();
    if text.chars().nth(80).is_some() {
        shown + "…"
    } else {
        shown
    }
}
