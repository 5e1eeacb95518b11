//! An appspace's data with all that can be in it, and copies of it.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use ds_backup::{
    About, NoProgress, Progress,
    snapshots::{Place, Repository, RepositoryKey, Restored, SnapshotError, SnapshotId, Stored},
};
use ds_core::{AppspaceId, Gate, Reason, Timestamp};
use rustix::fs::{AtFlags, Timespec, Timestamps};
use sha2::{Digest as _, Sha256};

/// A host's directory: an appspace's data, copies of it, a key and a repository.
pub(crate) struct Home {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) about: About,
    copies: std::cell::Cell<u32>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self {
            dir: tempfile::tempdir().unwrap(),
            about: about(),
            copies: std::cell::Cell::new(0),
        };
        fs::create_dir_all(home.live()).unwrap();
        home
    }

    /// One with data of every kind in it.
    pub(crate) fn filled() -> Self {
        let home = Self::new();
        fill(&home.live());
        home
    }

    /// The appspace's data.
    pub(crate) fn live(&self) -> PathBuf {
        self.dir.path().join("live")
    }

    pub(crate) fn place(&self) -> Place {
        Place::local(self.dir.path().join("snapshots").to_str().unwrap()).unwrap()
    }

    pub(crate) fn at(&self) -> PathBuf {
        self.dir.path().join("snapshots")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.path().join("key")
    }

    pub(crate) fn key(&self) -> RepositoryKey {
        RepositoryKey::load_or_make(&self.key_file()).unwrap()
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::open_or_make(&self.place(), &self.key()).unwrap()
    }

    /// A copy of the data as it is now, as a host makes it: a new clone each time.
    pub(crate) fn copy(&self) -> PathBuf {
        let number = self.copies.get();
        self.copies.set(number + 1);
        let tree = self.dir.path().join(format!("staging/{number}"));
        fs::create_dir_all(&tree).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let gate = Gate::new(AppspaceId::new());
            let hold = gate.hold(Reason::Snapshot).await;
            let cloned = ds_backup::clone_data(&hold, self.live(), tree.join("data"), quiet());
            cloned.await.unwrap();
        });
        let about = serde_json::to_vec(&self.about).unwrap();
        fs::write(tree.join("appspace.json"), about).unwrap();
        tree
    }

    /// Stores a copy of the data as it is now.
    pub(crate) fn store(&self, repository: &Repository) -> Stored {
        self.try_store(repository).unwrap()
    }

    pub(crate) fn try_store(&self, repository: &Repository) -> Result<Stored, SnapshotError> {
        let tree = self.copy();
        let stored = repository.store(&tree, &self.about, quiet());
        fs::remove_dir_all(tree).unwrap();
        stored
    }

    /// Restores a snapshot into a new directory.
    pub(crate) fn restore(&self, repository: &Repository, id: &SnapshotId) -> PathBuf {
        let to = self.dir.path().join(format!("restored-{}", id.short()));
        let restored: Restored = repository.restore(id, &to, None, quiet()).unwrap();
        assert!(restored.files > 0);
        to
    }
}

pub(crate) fn quiet() -> Arc<dyn Progress> {
    Arc::new(NoProgress)
}

pub(crate) fn about() -> About {
    let text = r#"{
        "format": 1,
        "appspace": "01890a5d-ac96-774b-bcce-b302099a8057",
        "address": "notes.example.com",
        "app": {"name": "Notes", "version": "1.2.3", "entrypoint": "app.ts"},
        "schema": 3,
        "made": 1700000000000,
        "reason": "schedule",
        "consistency": "at-rest",
        "members": 2
    }"#;
    serde_json::from_str(text).unwrap()
}

/// The same, made so many minutes later.
pub(crate) fn later(about: &About, minutes: i64) -> About {
    let mut about = about.clone();
    about.made = Timestamp(about.made.0 + minutes * 60_000);
    about
}

/// Bytes that look random and are the same each time.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Long enough ago that a clone trusts the time.
pub(crate) fn wait_until_settled(path: &Path) {
    let changed = || {
        let found = path.symlink_metadata().unwrap();
        let seconds = u64::try_from(found.ctime()).unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds + 1)
    };
    while changed().elapsed().unwrap_or_default() < Duration::from_millis(2100) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Everything that can be in an appspace's data.
fn fill(data: &Path) {
    let files = data.join("files");
    fs::create_dir_all(files.join("empty")).unwrap();
    fs::create_dir_all(data.join("avatars")).unwrap();
    let write = |name: &[u8], content: &[u8]| {
        fs::write(files.join(OsStr::from_bytes(name)), content).unwrap();
    };
    write(b"nothing", b"");
    write(b"note.txt", b"one");
    write(b"big", &noise(1, 3 << 20));
    write(b"zeros", &vec![0; 1 << 20]);
    write(b"program", b"#!/bin/sh\n");
    for name in [
        b"with space".as_slice(),
        b"line\nbreak",
        b"tab\tand \"quotes\" 'and' \\slashes\\n",
        b"\xff\xfe no text",
        b"bell\x07 \x01 \x7f",
        "ünï ✓ 名".as_bytes(),
        "\u{200b}\u{feff}invisible".as_bytes(),
        b"-rf",
        b"*",
        b"...",
        &[b'n'; 255],
    ] {
        write(name, name);
    }
    let deep = files.join(vec!["d"; 60].join("/"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("deep"), "deep").unwrap();
    symlink("note.txt", files.join("link")).unwrap();
    symlink("/etc/passwd", files.join("link outside")).unwrap();
    symlink("../nowhere", files.join("link nowhere")).unwrap();
    symlink(OsStr::from_bytes(b"\xff odd"), files.join("link odd")).unwrap();
    symlink("t".repeat(1000), files.join("link long")).unwrap();
    symlink(".", files.join("link to itself")).unwrap();
    for (name, seconds) in [
        ("old", -1_000_000_i64),
        ("first", 0),
        ("future", 5_000_000_000),
    ] {
        write(name.as_bytes(), name.as_bytes());
        let time = Timespec {
            tv_sec: seconds,
            tv_nsec: 500_000_000,
        };
        let times = Timestamps {
            last_access: time,
            last_modification: time,
        };
        let path = files.join(name);
        rustix::fs::utimensat(rustix::fs::CWD, &path, &times, AtFlags::empty()).unwrap();
    }
    let program = fs::Permissions::from_mode(0o755);
    fs::set_permissions(files.join("program"), program).unwrap();
    fs::write(data.join("avatars/a.png"), noise(2, 5000)).unwrap();
    fs::write(data.join("appspace-meta.db"), noise(3, 200_000)).unwrap();
}

/// Compares all that is below two directories, and tells the first difference.
#[track_caller]
pub(crate) fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (listing(one), listing(other));
    let first = one.iter().zip(&other).find(|(one, other)| one != other);
    assert_eq!(first, None);
    assert_eq!(one.len(), other.len());
}

/// Something below a directory: path, what it is and whether it can be executed, time, and hash or target.
type Line = (PathBuf, u32, (i64, i64), Vec<u8>);

fn listing(dir: &Path) -> Vec<Line> {
    let mut all = Vec::new();
    list(dir, dir, &mut all);
    all.sort();
    all
}

fn list(root: &Path, dir: &Path, all: &mut Vec<Line>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let found = path.symlink_metadata().unwrap();
        let content = if found.is_symlink() {
            fs::read_link(&path)
                .unwrap()
                .as_os_str()
                .as_bytes()
                .to_vec()
        } else if found.is_file() {
            Sha256::digest(fs::read(&path).unwrap()).to_vec()
        } else {
            list(root, &path, all);
            Vec::new()
        };
        let mode = found.mode() & 0o170_100;
        let time = (found.mtime(), found.mtime_nsec());
        let name = path.strip_prefix(root).unwrap().to_owned();
        all.push((name, mode, time, content));
    }
}

/// All files and links below a directory.
pub(crate) fn files_of(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            all.extend(files_of(&path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}
