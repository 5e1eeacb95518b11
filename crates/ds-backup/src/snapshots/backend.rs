//! What the engine sees of a place: its files by kind and id, within bounds, and watched.

use std::{io, sync::Arc};

use bytes::Bytes;
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};
use serde::Deserialize;

use super::{SnapshotError, error::io_error, storage::Storage, watch::Watch};

/// Memory that deriving a key from a password may take: restic asks for 32 MiB.
const MOST_KEY_MEMORY: u64 = 256 << 20;
/// How often it may go over it.
const MOST_KEY_ROUNDS: u64 = 64;
/// Keys that are tried. Each takes a while.
const MOST_KEYS: usize = 32;

pub(crate) struct Backend {
    storage: Arc<dyn Storage>,
    place: String,
    watch: Arc<Watch>,
}

impl Backend {
    pub(crate) fn new(storage: Arc<dyn Storage>, place: String, watch: Arc<Watch>) -> Self {
        Self {
            storage,
            place,
            watch,
        }
    }

    /// Keeps what went wrong, and tells the engine that something did.
    fn give_up(&self, fault: SnapshotError) -> Box<RusticError> {
        let told = RusticError::new(ErrorKind::Backend, fault.to_string());
        self.watch.fail(fault);
        told
    }

    fn attempt<T>(
        &self,
        doing: &str,
        name: &str,
        work: impl FnOnce() -> io::Result<T>,
    ) -> RusticResult<T> {
        let outcome = self.watch.check_io().and_then(|()| work());
        outcome.map_err(|error| {
            // A file that is too short or missing is the repository's fault, not the disk's.
            let kinds = [io::ErrorKind::NotFound, io::ErrorKind::UnexpectedEof];
            if error.kind() == io::ErrorKind::InvalidData {
                return RusticError::new(ErrorKind::Backend, error.to_string());
            }
            if kinds.contains(&error.kind()) {
                return RusticError::with_source(
                    ErrorKind::Backend,
                    format!("{name} is missing or shortened"),
                    error,
                );
            }
            self.give_up(io_error(format!("{doing} {name} at {}", self.place))(error))
        })
    }

    fn check_key(&self, content: &[u8]) -> RusticResult<()> {
        #[derive(Deserialize)]
        struct Costs {
            #[serde(rename = "N")]
            n: u64,
            r: u64,
            p: u64,
        }
        let costs: Result<Costs, _> = serde_json::from_slice(content);
        let fits = costs.is_ok_and(|costs| {
            let memory = costs
                .n
                .checked_mul(costs.r)
                .and_then(|all| all.checked_mul(128));
            costs.n.is_power_of_two()
                && costs.n > 1
                && costs.r > 0
                && costs.p > 0
                && memory.is_some_and(|memory| memory <= MOST_KEY_MEMORY)
                && costs.p <= MOST_KEY_ROUNDS
        });
        if fits {
            return Ok(());
        }
        Err(self.give_up(SnapshotError::Damaged {
            place: self.place.clone(),
            what: "a key file in it cannot be one".to_owned(),
            source: None,
        }))
    }
}

/// How large a file of a kind can be; packs have no bound but that of their format.
fn most(kind: FileType) -> u64 {
    match kind {
        FileType::Config | FileType::Key => 64 << 10,
        FileType::Snapshot => 4 << 20,
        FileType::Index => 128 << 20,
        FileType::Pack => u64::from(u32::MAX),
    }
}

fn name(kind: FileType, id: &Id) -> String {
    let dir = kind.dirname();
    if kind == FileType::Config {
        return dir.to_owned();
    }
    let hex = id.to_hex();
    let hex = hex.as_str();
    match kind {
        FileType::Pack => format!("{dir}/{}/{hex}", &hex[..2]),
        _ => format!("{dir}/{hex}"),
    }
}

/// The id that a name stands for, if it is one of this kind's.
fn id_of(kind: FileType, found: &str) -> Option<Id> {
    let last = found.rsplit('/').next()?;
    let id: Id = (last.len() == 64).then(|| last.parse().ok())??;
    (name(kind, &id) == found).then_some(id)
}

impl ReadBackend for Backend {
    fn location(&self) -> String {
        self.place.clone()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            let top = self.attempt("list", "all", || self.storage.top())?;
            let is_there = top.iter().any(|name| name == kind.dirname());
            return Ok(is_there.then(|| (Id::default(), 0)).into_iter().collect());
        }
        let found = self.attempt("list", kind.dirname(), || self.storage.list(kind.dirname()))?;
        let mut ids: Vec<_> = found
            .into_iter()
            .filter_map(|entry| {
                // What has another name is not the engine's; what is larger than it can be cannot be read.
                let size = u32::try_from(entry.size).unwrap_or(u32::MAX);
                Some((id_of(kind, &entry.name)?, size))
            })
            .collect();
        if kind == FileType::Key {
            ids.truncate(MOST_KEYS);
        }
        Ok(ids)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let name = name(kind, id);
        let content = self.attempt("read", &name, || self.storage.read(&name, most(kind)))?;
        if kind == FileType::Key {
            self.check_key(&content)?;
        }
        Ok(content)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let name = name(kind, id);
        self.attempt("read", &name, || {
            self.storage
                .read_part(&name, u64::from(offset), u64::from(length))
        })
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        name(kind, id)
    }
}

impl WriteBackend for Backend {
    fn create(&self) -> RusticResult<()> {
        self.attempt("make", "a repository", || self.storage.create())
    }

    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        let name = name(kind, id);
        self.attempt("write", &name, || {
            self.storage.write(&name, content.slice())
        })
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        let name = name(kind, id);
        self.attempt("remove", &name, || self.storage.remove(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids() {
        let hex = "ab".repeat(32);
        let id: Id = hex.parse().unwrap();
        let check = |kind, expect: &str| {
            assert_eq!(name(kind, &id), expect);
            assert_eq!(id_of(kind, expect), Some(id));
        };
        check(FileType::Snapshot, &format!("snapshots/{hex}"));
        check(FileType::Pack, &format!("data/ab/{hex}"));
        for odd in [
            format!("data/cd/{hex}"),
            format!("data/{hex}"),
            format!("data/ab/{}", hex.to_uppercase()),
            format!("data/ab/{hex}-tmp-1"),
            "data/ab/..".to_owned(),
        ] {
            assert_eq!(id_of(FileType::Pack, &odd), None, "{odd}");
        }
    }
}
