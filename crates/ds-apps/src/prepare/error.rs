//! Why a package cannot be prepared.

use std::{io, path::PathBuf};

use crate::modules::NotFound;

/// Why a package cannot be prepared. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The entry module is not in the package.
    #[error("the package has no file {0}, which is to be its entry module")]
    NoEntry(String),
    /// A module is not JavaScript or TypeScript.
    #[error("{file}:{line}:{column}: {message}")]
    Syntax {
        /// Which module.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A module imports something that cannot be had.
    #[error("{importer} imports \"{specifier}\", which cannot be had: {problem}")]
    Import {
        /// Which module imports it.
        importer: String,
        /// What it imports.
        specifier: String,
        /// Why it cannot be had, and what to do.
        problem: ImportProblem,
    },
    /// The package holds a link or a device.
    #[error("{0} is not a plain file; a package may hold plain files and folders only")]
    NotAFile(PathBuf),
    /// The prepared copy needs a name that the package uses.
    #[error(
        "the package has both {source_file} and {taken}: rename one, the prepared copy needs that name"
    )]
    NameTaken {
        /// The module.
        source_file: String,
        /// The name its prepared form gets.
        taken: String,
    },
    /// Too much of something.
    #[error("the app's modules are too much: {what} is more than {limit}")]
    TooMuch {
        /// What there is too much of.
        what: String,
        /// The bound.
        limit: u64,
    },
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The prepared copy cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The work ended early.
    #[error("preparing the app's modules ended early")]
    Ended(#[source] io::Error),
}

/// Why an import cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportProblem {
    /// A file that the package does not have.
    #[error("the package has no file {path}{hint}")]
    NotInPackage {
        /// The file.
        path: String,
        /// What it has instead, as a sentence's end; may be empty.
        hint: String,
    },
    /// It leads out of the package.
    #[error(
        "it leads out of the package; an app can import its own files and modules with an address"
    )]
    Outside,
    /// A scheme that is not for modules.
    #[error("imports with `{0}:` are not supported")]
    Scheme(String),
    /// No address at all.
    #[error("it is no address and no path: {0}")]
    Malformed(String),
    /// A bare name that leads nowhere.
    #[error(
        "there is no `{0}` in the package's node_modules; write `npm:{0}`, `jsr:…` or an address, or put the \
         package into node_modules"
    )]
    Bare(String),
    /// A name of a Node.js module without its scheme.
    #[error("write `node:{0}` to import the Node.js module")]
    Node(String),
    /// Something of ours that the app's API does not have; the text says what to do.
    #[error("{0}")]
    Hint(String),
    /// JSON without the attribute.
    #[error("JSON is imported `with {{ type: \"json\" }}`, and this import is not")]
    JsonAttribute,
    /// A module that no place has.
    #[error(
        "{0}; put it into a folder of modules (its host, then its path) and give that with --modules"
    )]
    NotFound(String),
    /// An npm package that no place has.
    #[error(
        "{0}; put the package into the app's node_modules, or as npm/<name> into a folder of modules and give that \
         with --modules"
    )]
    Npm(String),
}

impl From<NotFound> for ImportProblem {
    fn from(not_found: NotFound) -> Self {
        Self::NotFound(not_found.to_string())
    }
}
