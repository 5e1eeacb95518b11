//! Snapshots that somebody wrote who has the key and means harm.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    vec,
};

use bytes::Bytes;
use ds_backup::snapshots::{Repository, SnapshotId};
use rustic_core::{
    BackupOptions, BytesList, Credentials, ErrorKind, FileType, Id, IndexedIdsStatus, ReadBackend,
    ReadSource, ReadSourceEntry, RepositoryBackends, RepositoryOptions, RusticError, RusticResult,
    WriteBackend,
    repofile::{Metadata, Node, NodeType, SnapshotFile},
};

use super::support::{Home, files_of, quiet};

/// A directory, for whoever writes what we never would.
struct Files(PathBuf);

impl Files {
    fn path(&self, kind: FileType, id: &Id) -> PathBuf {
        let hex = id.to_hex().as_str().to_owned();
        match kind {
            FileType::Config => self.0.join("config"),
            FileType::Pack => self.0.join("data").join(&hex[..2]).join(hex),
            _ => self.0.join(kind.dirname()).join(hex),
        }
    }
}

fn told<T>(outcome: std::io::Result<T>) -> RusticResult<T> {
    outcome.map_err(|error| RusticError::with_source(ErrorKind::Backend, "no", error))
}

impl ReadBackend for Files {
    fn location(&self) -> String {
        "here".to_owned()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            return Ok(vec![(Id::default(), 0)]);
        }
        let found = files_of(&self.0.join(kind.dirname()));
        let ids = found.iter().map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            let size = u32::try_from(path.metadata().unwrap().len()).unwrap();
            (name.parse().unwrap(), size)
        });
        Ok(ids.collect())
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        told(fs::read(self.path(kind, id))).map(Bytes::from)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let (from, to) = (offset as usize, (offset + length) as usize);
        Ok(self.read_full(kind, id)?.slice(from..to))
    }

    fn warmup_path(&self, _: FileType, _: &Id) -> String {
        String::new()
    }
}

impl WriteBackend for Files {
    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        let path = self.path(kind, id);
        told(fs::create_dir_all(path.parent().unwrap()))?;
        told(fs::write(path, content.slice().concat()))
    }

    fn remove(&self, _: FileType, _: &Id, _: bool) -> RusticResult<()> {
        Ok(())
    }
}

/// What is to be in a snapshot: paths that the engine takes for its order, and nodes that say what they like.
#[derive(Clone, Default)]
struct Made(Vec<(PathBuf, Node, Vec<u8>)>);

impl Made {
    fn with(mut self, path: &str, name: &str, kind: NodeType, content: &[u8]) -> Self {
        let mut node = Node::new_node("x".as_ref(), kind, Metadata::default());
        name.clone_into(&mut node.name);
        node.meta.size = content.len() as u64;
        self.0.push((path.into(), node, content.to_vec()));
        self
    }

    fn file(self, path: &str, name: &str) -> Self {
        self.with(path, name, NodeType::File, b"harm")
    }

    fn dir(self, path: &str, name: &str) -> Self {
        self.with(path, name, NodeType::Dir, b"")
    }

    fn link(self, path: &str, name: &str, target: &str) -> Self {
        self.with(path, name, NodeType::from_link(Path::new(target)), b"")
    }
}

impl ReadSource for Made {
    type Open = std::io::Cursor<Vec<u8>>;
    type Iter = vec::IntoIter<RusticResult<ReadSourceEntry<Self::Open>>>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Self::Iter {
        let entries = self.0.iter().map(|(path, node, content)| {
            Ok(ReadSourceEntry {
                path: path.clone(),
                node: node.clone(),
                open: Some(std::io::Cursor::new(content.clone())),
            })
        });
        entries.collect::<Vec<_>>().into_iter()
    }
}

type Engine = rustic_core::Repository<IndexedIdsStatus>;

/// The repository, opened past us.
fn engine(home: &Home) -> Engine {
    let backends = RepositoryBackends::new(Arc::new(Files(home.at())), None);
    let options = RepositoryOptions::default().no_cache(true);
    let engine = rustic_core::Repository::new(&options, &backends).unwrap();
    let engine = engine.open(&Credentials::password(home.key().reveal()));
    engine.unwrap().to_indexed_ids().unwrap()
}

/// Writes a snapshot as told.
fn write(engine: &Engine, made: &Made) -> SnapshotId {
    let options = BackupOptions::default().no_scan(true);
    let root = [PathBuf::from("/")];
    let made = engine.archive(&options, made, SnapshotFile::default(), &root);
    made.unwrap().id.to_hex().as_str().parse().unwrap()
}

#[test]
fn harmful_trees_are_refused_before_anything_is_written() {
    let home = Home::new();
    let repository = home.open();
    let (made, engine) = (Made::default, engine(&home));
    let outside = files_of(home.dir.path());
    let check = |made: Made, expect: &str| {
        let id = write(&engine, &made);
        let to = home.dir.path().join("to");
        let refused = repository.restore(&id, &to, None, quiet()).unwrap_err();
        let said = ds_core::error_chain(&refused);
        assert!(said.contains(expect), "{expect}: {said}");
        assert!(!said.contains(['\0', '\n', '\u{1b}']), "{said:?}");
        assert!(to.symlink_metadata().is_err());
    };
    let name = "has no name that a file can have";
    check(made().file("/a", ".."), name);
    check(made().file("/a", "."), name);
    check(made().file("/a", ""), name);
    check(made().file("/a", "a/b"), name);
    check(made().file("/a", "/etc/cron.d/harm"), name);
    check(made().file("/a", "../../harm"), name);
    check(made().file("/a", "\\x2e\\x2e"), name);
    check(made().file("/a", "\\x2e\\x2e\\x2fharm"), name);
    check(made().file("/a", "nul\0"), name);
    check(made().file("/a", "\\x00"), name);
    check(made().file("/a", &"n".repeat(256)), name);
    check(made().dir("/a", "..").file("/a/b", "harm"), name);
    check(made().dir("/a", "a").file("/a/b", "../harm\u{1b}[2J"), name);
    check(
        made().file("/a", "same").file("/b", "same"),
        "is there twice",
    );
    check(
        made()
            .link("/a", "a", "/etc")
            .dir("/b", "a")
            .file("/b/c", "harm"),
        "is there twice",
    );
    let kind = "is no file, directory or link";
    check(
        made().with("/a", "a", NodeType::Dev { device: 0x801 }, b""),
        kind,
    );
    check(
        made().with("/a", "a", NodeType::Chardev { device: 0x101 }, b""),
        kind,
    );
    check(made().with("/a", "a", NodeType::Fifo, b""), kind);
    check(made().with("/a", "a", NodeType::Socket, b""), kind);
    let link = "is a link that no file system has";
    check(made().link("/a", "a", ""), link);
    check(made().link("/a", "a", &"t".repeat(5000)), link);
    check(made().link("/a", "a", "nul\0"), link);
    let mut lying = made().file("/a", "a");
    lying.0[0].1.meta.size = 1 << 50;
    check(lying, "has another size than it says");
    let deep = (1..200).fold(made(), |deep, levels| deep.dir(&"/d".repeat(levels), "d"));
    check(deep, "is below too many directories");

    // Nothing but the repository has changed.
    let mut now = files_of(home.dir.path());
    now.retain(|path| !path.starts_with(home.at()));
    assert!(now.iter().all(|path| outside.contains(path)), "{now:?}");
}

#[test]
fn what_others_wrote_is_restored_as_ours_would_be() {
    use std::os::unix::fs::MetadataExt as _;

    let home = Home::new();
    let repository: Repository = home.open();
    let mut made = Made::default()
        .dir("/a", "a")
        .file("/a/b", "b")
        .link("/c", "c", "/etc/passwd");
    for (_, node, _) in &mut made.0 {
        // Open to all, run as its owner, and owned by somebody else.
        node.meta.mode = Some(0o777 | 1 << 23 | 1 << 22);
        (node.meta.uid, node.meta.gid) = (Some(1), Some(1));
        (node.meta.links, node.meta.inode, node.meta.device_id) = (2, 1, 1);
    }
    let id = write(&engine(&home), &made);
    let to = home.restore(&repository, &id);
    let own = home.dir.path().metadata().unwrap();
    for (name, mode) in [("", 0o700), ("a", 0o700), ("a/b", 0o700)] {
        let found = to.join(name).metadata().unwrap();
        assert_eq!(
            (found.mode() & 0o7777, found.uid()),
            (mode, own.uid()),
            "{name}"
        );
    }
    assert_eq!(fs::read_to_string(to.join("a/b")).unwrap(), "harm");
    assert_eq!(
        fs::read_link(to.join("c")).unwrap(),
        Path::new("/etc/passwd")
    );
    // It is no appspace's, so it is not listed.
    assert_eq!(repository.list(None).unwrap(), []);
}
