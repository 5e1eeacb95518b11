//! Room, and being given up.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ds_backup::{
    Progress,
    snapshots::{ReadBack, SnapshotError},
};

use super::support::{Home, noise, quiet};

/// Gives up after so many bytes.
#[derive(Default)]
struct Until {
    most: u64,
    bytes: AtomicU64,
    files: AtomicU64,
    expected: AtomicU64,
}

impl Progress for Until {
    fn expect(&self, bytes: u64, _files: u64) {
        self.expected.store(bytes, Ordering::Relaxed);
    }

    fn advance(&self, bytes: u64, files: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.files.fetch_add(files, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most
    }
}

fn until(most: u64) -> Arc<Until> {
    Arc::new(Until {
        most,
        ..Until::default()
    })
}

#[test]
fn what_is_given_up_leaves_nothing_to_be_seen() {
    let home = Home::filled();
    fs::write(home.live().join("files/huge"), noise(9, 40 << 20)).unwrap();
    let repository = home.open();
    let tree = home.copy();
    let refused = repository
        .store(&tree, &home.about, until(1 << 20))
        .unwrap_err();
    assert!(matches!(refused, SnapshotError::Cancelled), "{refused}");
    assert_eq!(repository.list(None).unwrap(), []);

    let whole = until(u64::MAX);
    let stored = repository.store(&tree, &home.about, whole.clone()).unwrap();
    assert_eq!(whole.bytes.load(Ordering::Relaxed), stored.bytes_total);
    assert_eq!(whole.files.load(Ordering::Relaxed), stored.files);
    assert_eq!(whole.expected.load(Ordering::Relaxed), stored.bytes_total);

    let to = home.dir.path().join("to");
    let refused = repository
        .restore(&stored.id, &to, None, until(5 << 20))
        .unwrap_err();
    assert!(matches!(refused, SnapshotError::Cancelled), "{refused}");
    assert!(!to.exists());
    let refused = repository
        .verify(ReadBack::All, until(5 << 20))
        .unwrap_err();
    assert!(matches!(refused, SnapshotError::Cancelled), "{refused}");
}

/// Meddles with a file after its directory was listed, and before it is read.
struct Meddler {
    file: PathBuf,
    how: fn(&Path),
    met: AtomicU64,
}

impl Progress for Meddler {
    fn expect(&self, _bytes: u64, _files: u64) {}

    fn advance(&self, _bytes: u64, files: u64) {
        // The first is `appspace.json`, the second the first of `data/`.
        if files > 0 && self.met.fetch_add(files, Ordering::Relaxed) == 1 {
            (self.how)(&self.file);
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_whole_is_the_end_of_it() {
    let home = Home::new();
    for name in ["a", "z"] {
        fs::write(home.live().join(name), noise(3, 1 << 20)).unwrap();
    }
    let repository = home.open();
    let check = |how: fn(&Path), expect: &str| {
        let tree = home.copy();
        let meddler = Meddler {
            file: tree.join("data/z"),
            how,
            met: AtomicU64::new(0),
        };
        let refused = repository
            .store(&tree, &home.about, Arc::new(meddler))
            .unwrap_err();
        let said = ds_core::error_chain(&refused);
        assert!(said.contains(expect) && said.contains("data/z"), "{said}");
        assert_eq!(repository.list(None).unwrap(), []);
        assert!(
            repository
                .verify(ReadBack::All, quiet())
                .unwrap()
                .is_sound()
        );
    };
    check(|file| fs::remove_file(file).unwrap(), "cannot read");
    check(|file| resized(file, 1000), "changed while it was stored");
    check(|file| resized(file, 2 << 20), "changed while it was stored");
    check(
        |file| {
            fs::remove_file(file).unwrap();
            std::os::unix::fs::symlink("/etc/passwd", file).unwrap();
        },
        "cannot read",
    );
}

fn resized(file: &Path, size: u64) {
    let file = fs::File::options().write(true).open(file);
    file.unwrap().set_len(size).unwrap();
}

#[test]
fn a_tree_that_is_no_copy_is_refused() {
    let home = Home::filled();
    let repository = home.open();
    let check = |spoil: &dyn Fn(&Path), expect: &str| {
        let tree = home.copy();
        spoil(&tree);
        let refused = repository.store(&tree, &home.about, quiet()).unwrap_err();
        let refused = ds_core::error_chain(&refused);
        assert!(refused.contains(expect), "{refused}");
        assert_eq!(repository.list(None).unwrap(), []);
    };
    check(
        &|tree| fs::remove_file(tree.join("appspace.json")).unwrap(),
        "appspace.json",
    );
    check(
        &|tree| fs::remove_dir_all(tree.join("data")).unwrap(),
        "data cannot be stored",
    );
    check(
        &|tree| drop(std::os::unix::net::UnixListener::bind(tree.join("data/s")).unwrap()),
        "no file, directory or link",
    );
    check(
        &|tree| {
            let deep = tree.join("data").join(vec!["d"; 140].join("/"));
            fs::create_dir_all(deep).unwrap();
        },
        "too many directories",
    );
}
