//! Why an npm package cannot be had.

use std::{io, path::PathBuf};

use crate::{
    modules::{RegistryError, TreeError},
    package::PackageError,
};

/// Why an npm package cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum NpmProblem {
    #[error("{place} is version {version} of {name}, which does not fit {wants}")]
    Unfit {
        place: String,
        version: String,
        name: String,
        wants: String,
    },
    #[error(
        "{wants} is not in the app's node_modules{}, and {registry}",
        places(folders)
    )]
    Nowhere {
        wants: String,
        folders: Vec<PathBuf>,
        registry: &'static str,
    },
    #[error("{wants} cannot be had from the registry of npm packages")]
    Registry {
        wants: String,
        #[source]
        source: RegistryError,
    },
    #[error("{0} is not what was published: its SHA-512 is not the one that the registry says")]
    Altered(String),
    #[error("{0} is not what modules.json in the folder of modules lists: its SHA-256 is another")]
    Changed(PathBuf),
    #[error("the archive of {package} cannot be used")]
    Archive {
        package: String,
        #[source]
        source: PackageError,
    },
    #[error("the archive of {0} holds another package or version")]
    Other(String),
    #[error("{0} is a link; a folder of modules may hold plain files and folders only")]
    Link(PathBuf),
    #[error("the folder of modules cannot be used")]
    Tree(#[from] TreeError),
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{package} needs {name} as \"{wants}\", and only versions of published packages can be had"
    )]
    Unpublished {
        package: String,
        name: String,
        wants: String,
    },
    #[error("{package} works with {wants} only, and the app has version {version}")]
    Peer {
        package: String,
        wants: String,
        version: String,
    },
    #[error("it brings more than {limit} {what}")]
    TooMuch { what: &'static str, limit: usize },
    #[error("its packages need different versions of each other without end")]
    Endless,
    #[error("the work ended early")]
    Ended(#[source] io::Error),
}

fn places(folders: &[PathBuf]) -> String {
    let places = folders.iter();
    let places: Vec<String> = places
        .map(|folder| format!(" nor in {}/npm", folder.display()))
        .collect();
    places.concat()
}
