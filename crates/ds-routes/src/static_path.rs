//! From a static route and a request's path to an open file.
//!
//! A route that names a file always answers with that file; one that names a directory answers with
//! what the request's path says beyond the route's own. There is no index and no listing. Names that
//! begin with a dot are served like any other. Links are never followed.

use std::{
    fs::{File, Metadata},
    io,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use rustix::io::Errno;

use crate::{
    Handler, Route, StaticRoot, beneath,
    pattern::{encode, parser, strip_prefix},
};

/// Where the roots of static routes are, for one appspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticRoots {
    /// The package as uploaded. May be a link: a developer's folder often is.
    pub app: PathBuf,
    /// The appspace's files.
    pub appspace: PathBuf,
    /// Members' pictures.
    pub avatars: PathBuf,
}

impl StaticRoots {
    /// The directory of one root.
    #[must_use]
    pub fn path(&self, root: StaticRoot) -> &Path {
        match root {
            StaticRoot::App => &self.app,
            StaticRoot::Appspace => &self.appspace,
            StaticRoot::Avatars => &self.avatars,
        }
    }
}

/// What a request asks of a static route; nothing has been looked at on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticTarget {
    root: StaticRoot,
    /// The route's own file or directory.
    base: String,
    /// What is asked for if it is a directory; empty for the directory itself.
    rest: String,
}

/// How far a look-up may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Only as far as the kernel knows the way already: never waits for a disk, so it may be asked on the
    /// runtime. Otherwise [`StaticMiss::WouldBlock`].
    Cached,
    /// All the way. Not for the runtime.
    Any,
}

/// A regular file, open for reading.
#[derive(Debug)]
pub struct StaticFile {
    /// The file.
    pub file: File,
    /// Its path below its root.
    pub path: String,
    /// What it was when it was opened.
    pub metadata: Metadata,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StaticMiss {
    /// The route is not static, or the path is not one of its.
    #[error("the path does not belong to a static route")]
    NotOurs,
    /// The path has something in it that no file name may have.
    #[error("the path has `..`, a `\\`, an encoded `/`, a NUL or text that is not UTF-8 in it")]
    BadPath,
    /// There is nothing, or a link.
    #[error("there is no such file")]
    NotFound,
    /// There is a directory, or something else that is not a regular file.
    #[error("it is not a regular file")]
    NotAFile,
    /// [`Lookup::Cached`] does not go that far.
    #[error("finding the file may take a while")]
    WouldBlock,
    /// The disk failed.
    #[error("cannot open the file")]
    Io(#[source] io::Error),
}

impl StaticTarget {
    /// What `request_path` (percent-encoded, without a query) asks of `route`.
    pub fn of(route: &Route, request_path: &str) -> Result<Self, StaticMiss> {
        let Handler::Static { root, path } = &route.handler else {
            return Err(StaticMiss::NotOurs);
        };
        let own = parser::only_text(&route.pattern).ok_or(StaticMiss::NotOurs)?;
        let request_path = encode::path(request_path);
        let rest = strip_prefix(&request_path, &encode::text(&own)).ok_or(StaticMiss::NotOurs)?;
        Ok(Self {
            root: *root,
            base: path.clone(),
            rest: clean(rest)?,
        })
    }

    /// Below which root it is.
    #[must_use]
    pub fn root(&self) -> StaticRoot {
        self.root
    }

    /// Opens the file. What is opened is what was checked: nothing can be swapped in between.
    pub fn open(&self, roots: &StaticRoots, lookup: Lookup) -> Result<StaticFile, StaticMiss> {
        let follow = self.root == StaticRoot::App;
        let root = beneath::open_root(roots.path(self.root), follow, lookup).map_err(miss)?;
        let open = |path: String| {
            let file = beneath::open_file(&root, &path, lookup)?;
            Ok((file, path))
        };
        let opened = match (self.base.clone(), self.rest.as_str()) {
            (base, "") => open(base),
            (base, rest) if base.is_empty() => open(rest.to_owned()),
            // The route's own path is tried second, since it seldom is a file.
            (base, rest) => match open(format!("{base}/{rest}")) {
                Err(Errno::NOTDIR) => open(base),
                other => other,
            },
        };
        let (file, path) = opened.map_err(miss)?;
        let metadata = file.metadata().map_err(StaticMiss::Io)?;
        if metadata.is_file() {
            Ok(StaticFile {
                file,
                path,
                metadata,
            })
        } else {
            Err(StaticMiss::NotAFile)
        }
    }
}

/// Decodes what follows the route's own path, once, name by name.
fn clean(rest: &str) -> Result<String, StaticMiss> {
    let mut names = Vec::new();
    for name in rest.split('/').filter(|name| !name.is_empty()) {
        let name = percent_decode_str(name).decode_utf8();
        let name = name.map_err(|_| StaticMiss::BadPath)?;
        if matches!(&*name, "." | "..") || name.contains(['/', '\\', '\0']) {
            return Err(StaticMiss::BadPath);
        }
        names.push(name);
    }
    Ok(names.join("/"))
}

fn miss(errno: Errno) -> StaticMiss {
    match errno {
        Errno::AGAIN => StaticMiss::WouldBlock,
        Errno::NXIO => StaticMiss::NotAFile,
        Errno::NOENT
        | Errno::NOTDIR
        | Errno::LOOP
        | Errno::XDEV
        | Errno::NAMETOOLONG
        | Errno::ACCESS => StaticMiss::NotFound,
        other => StaticMiss::Io(other.into()),
    }
}
