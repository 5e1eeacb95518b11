//! A snapshot's directories and files, checked: whoever has the key can have written anything.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    os::unix::ffi::OsStrExt as _,
    path::{Component, Path, PathBuf},
};

use bytes::Bytes;
use jiff::Timestamp;
use rustic_core::{
    BlobId, DataId, Id, IndexedFullStatus, TreeId,
    repofile::{BlobType, Node, NodeType, Tree},
};
use sha2::{Digest as _, Sha256};

use super::{SnapshotError, repository::Fault};

/// The longest name, in bytes, and the longest target of a link: so file systems have it.
const LONGEST_NAME: usize = 255;
const LONGEST_TARGET: usize = 4095;

/// One thing in a directory.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) kind: Kind,
    pub(crate) mtime: Option<Timestamp>,
    pub(crate) ctime: Option<Timestamp>,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Dir(TreeId),
    File(Content),
    Link(PathBuf),
}

/// What is in a file.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) chunks: Vec<DataId>,
    pub(crate) size: u64,
    pub(crate) is_program: bool,
}

/// Reads trees and chunks, and compares each with its hash.
pub(crate) struct Trees<'a> {
    engine: &'a rustic_core::Repository<IndexedFullStatus>,
}

impl<'a> Trees<'a> {
    pub(crate) fn new(engine: &'a rustic_core::Repository<IndexedFullStatus>) -> Self {
        Self { engine }
    }

    /// What is in a directory.
    pub(crate) fn list(&self, id: TreeId, at: &Path) -> Result<Vec<Entry>, Fault> {
        let read = self.blob(*id, BlobType::Tree, at)?;
        let tree: Tree = serde_json::from_slice(&read)
            .map_err(|_| refused(at, "is a directory that cannot be read"))?;
        let mut seen = BTreeSet::new();
        let mut entries = Vec::with_capacity(tree.nodes.len());
        for node in tree.nodes {
            let entry = entry(node, at)?;
            if !seen.insert(entry.name.clone()) {
                return Err(refused(&at.join(entry.name), "is there twice").into());
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// A piece of a file.
    pub(crate) fn chunk(&self, id: DataId, at: &Path) -> Result<Bytes, Fault> {
        self.blob(*id, BlobType::Data, at)
    }

    /// Whether the index has all pieces of a file.
    pub(crate) fn has(&self, content: &Content) -> bool {
        content
            .chunks
            .iter()
            .all(|id| self.engine.get_index_entry(id).is_ok())
    }

    /// How long a piece is, by the index.
    pub(crate) fn length(&self, id: DataId) -> Result<u64, Fault> {
        Ok(u64::from(self.engine.get_index_entry(&id)?.data_length()))
    }

    fn blob(&self, id: Id, kind: BlobType, at: &Path) -> Result<Bytes, Fault> {
        let read = self.engine.get_blob_cached(&BlobId::from(id), kind)?;
        let hash: [u8; 32] = Sha256::digest(&read).into();
        if Id::new(hash) != id {
            return Err(refused(at, "is not what was stored").into());
        }
        Ok(read)
    }

    /// What is at a path; the root is a directory without a name.
    pub(crate) fn find(&self, root: TreeId, path: &Path) -> Result<Option<Entry>, Fault> {
        let mut at = PathBuf::new();
        let mut found = Entry {
            name: OsString::new(),
            kind: Kind::Dir(root),
            mtime: None,
            ctime: None,
        };
        for part in path.components() {
            let name = match part {
                Component::Normal(name) => name,
                Component::CurDir => continue,
                _ => return Err(refused(path, "is no path inside a snapshot").into()),
            };
            let Kind::Dir(id) = found.kind else {
                return Ok(None);
            };
            let mut below = self.list(id, &at)?.into_iter();
            at.push(name);
            match below.find(|entry| entry.name == name) {
                Some(entry) => found = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}

fn entry(node: Node, at: &Path) -> Result<Entry, SnapshotError> {
    let name = node.name().into_owned();
    let here = at.join(&name);
    let bytes = name.as_bytes();
    if bytes.is_empty() || bytes == b"." || bytes == b".." {
        return Err(refused(&here, "has no name that a file can have"));
    }
    if bytes.contains(&b'/') || bytes.contains(&0) || bytes.len() > LONGEST_NAME {
        return Err(refused(&here, "has no name that a file can have"));
    }
    let kind = match &node.node_type {
        NodeType::Dir => {
            let id = node.subtree.ok_or("is a directory that names none");
            Kind::Dir(id.map_err(|why| refused(&here, why))?)
        }
        NodeType::File => Kind::File(Content {
            size: node.meta.size,
            is_program: node.meta.mode.is_some_and(|mode| mode & 0o100 != 0),
            chunks: node.content.unwrap_or_default(),
        }),
        link @ NodeType::Symlink { .. } => {
            let target = link.to_link().as_os_str().as_bytes();
            if target.is_empty() || target.contains(&0) || target.len() > LONGEST_TARGET {
                return Err(refused(&here, "is a link that no file system has"));
            }
            Kind::Link(link.to_link().to_owned())
        }
        _ => return Err(refused(&here, "is no file, directory or link")),
    };
    Ok(Entry {
        name,
        kind,
        mtime: node.meta.mtime,
        ctime: node.meta.ctime,
    })
}

pub(crate) fn refused(path: &Path, why: &'static str) -> SnapshotError {
    // It is shown to people, in their terminals too.
    let path = path.to_string_lossy();
    let path = path.chars().map(|c| if c.is_control() { '?' } else { c });
    SnapshotError::Refused {
        path: path.take(300).collect(),
        why,
    }
}
