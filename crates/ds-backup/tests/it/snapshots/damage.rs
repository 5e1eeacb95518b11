//! Repositories that are not as they should be: what is said of them, and that nothing there or here is changed.

use std::{
    fs,
    os::unix::fs::{FileExt as _, symlink},
    path::{Path, PathBuf},
};

use ds_backup::snapshots::{ReadBack, Repository, RepositoryKey, SnapshotError, SnapshotId};

use super::support::{Home, files_of, quiet};

/// A repository with one snapshot, which is then spoiled.
struct Spoiled {
    home: Home,
    id: SnapshotId,
}

impl Spoiled {
    fn new() -> Self {
        let home = Home::filled();
        let id = home.store(&home.open()).id;
        Self { home, id }
    }

    /// Another like it.
    fn copy(&self) -> Self {
        let home = Home::new();
        fs::copy(self.home.key_file(), home.key_file()).unwrap();
        for from in files_of(&self.home.at()) {
            let to = home.at().join(from.strip_prefix(self.home.at()).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
        let id = self.id.clone();
        Self { home, id }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.at().join(name)
    }

    /// The files in a directory of it, largest first.
    fn files(&self, dir: &str) -> Vec<PathBuf> {
        let mut found = files_of(&self.at(dir));
        found.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().len()));
        found
    }

    fn flip(path: &Path, at: u64) {
        let file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    }
}

/// What opening says, and that it changes nothing.
fn opening(whole: &Spoiled, spoil: impl Fn(&Spoiled), expect: &str) {
    let spoiled = whole.copy();
    spoil(&spoiled);
    let before = tree(&spoiled.home.at());
    let opened = Repository::open_or_make(&spoiled.home.place(), &spoiled.home.key());
    let said = ds_core::error_chain(&opened.unwrap_err());
    assert!(said.contains(expect), "{expect}: {said}");
    assert_eq!(tree(&spoiled.home.at()), before, "{said}");
}

/// What reading back finds and restoring says, and that neither changes or leaves anything.
fn using(whole: &Spoiled, spoil: impl Fn(&Spoiled), found: &str, expect: &str) {
    let spoiled = whole.copy();
    let repository = spoiled.home.open();
    spoil(&spoiled);
    let before = tree(&spoiled.home.at());
    let verified = repository.verify(ReadBack::All, quiet()).unwrap();
    let faults = verified.faults.join("; ");
    assert!(
        !verified.is_sound() && faults.contains(found),
        "{found}: {faults}"
    );
    let to = spoiled.home.dir.path().join("to");
    let restored = repository.restore(&spoiled.id, &to, None, quiet());
    let said = ds_core::error_chain(&restored.unwrap_err());
    assert!(said.contains(expect), "{expect}: {said}");
    assert!(to.symlink_metadata().is_err());
    assert_eq!(tree(&spoiled.home.at()), before);
}

/// All files below a directory with their sizes and times.
fn tree(dir: &Path) -> Vec<String> {
    let mut all: Vec<_> = files_of(dir)
        .iter()
        .map(|path| {
            let found = path.symlink_metadata().unwrap();
            format!(
                "{} {} {:?}",
                path.display(),
                found.len(),
                found.modified().unwrap()
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn repositories_that_do_not_open() {
    let whole = &Spoiled::new();
    let config = |s: &Spoiled| s.at("config");
    opening(
        whole,
        |s| fs::remove_file(config(s)).unwrap(),
        "its file `config` is missing",
    );
    opening(
        whole,
        |s| fs::write(config(s), "").unwrap(),
        "cannot open it",
    );
    opening(whole, |s| Spoiled::flip(&config(s), 40), "cannot open it");
    opening(
        whole,
        |s| fs::write(config(s), vec![0; 1 << 20]).unwrap(),
        "larger than such a file can be",
    );
    opening(
        whole,
        |s| fs::remove_dir_all(s.at("keys")).unwrap(),
        "its keys are missing",
    );
    opening(
        whole,
        |s| fs::write(&s.files("keys")[0], "{}").unwrap(),
        "a key file in it cannot be one",
    );
    opening(
        whole,
        |s| fs::write(&s.files("keys")[0], "?").unwrap(),
        "a key file in it cannot be one",
    );
    let costs = |s: &Spoiled, from: &str, to: &str| {
        let key = &s.files("keys")[0];
        let text = fs::read_to_string(key).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(key, text.replace(from, to)).unwrap();
    };
    // Costs that would take all memory, or all time, or make no sense.
    for (from, to) in [
        ("\"N\":", "\"N\":1073741824,\"M\":"),
        ("\"N\":", "\"N\":0,\"M\":"),
        ("\"r\":", "\"r\":4294967295,\"M\":"),
        ("\"p\":", "\"p\":4294967295,\"M\":"),
    ] {
        opening(
            whole,
            |s| costs(s, from, to),
            "a key file in it cannot be one",
        );
    }
}

#[test]
fn another_key_opens_nothing() {
    let spoiled = Spoiled::new();
    let before = tree(&spoiled.home.at());
    let other = RepositoryKey::load_or_make(&spoiled.home.dir.path().join("other")).unwrap();
    let refused = Repository::open_or_make(&spoiled.home.place(), &other).unwrap_err();
    assert!(
        matches!(refused, SnapshotError::WrongKey { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("key file"), "{refused}");
    assert_eq!(tree(&spoiled.home.at()), before);
}

#[test]
fn what_is_no_repository_is_left_alone() {
    let check = |make: &dyn Fn(&Path), expect: &str| {
        let home = Home::new();
        make(&home.at());
        let before = files_of(home.dir.path());
        let refused = Repository::open_or_make(&home.place(), &home.key()).unwrap_err();
        let said = ds_core::error_chain(&refused);
        assert!(said.contains(expect), "{said}");
        fs::remove_file(home.key_file()).unwrap();
        assert_eq!(files_of(home.dir.path()), before);
    };
    let with = |name: &'static str| {
        move |at: &Path| {
            fs::create_dir(at).unwrap();
            fs::write(at.join(name), "mine").unwrap();
        }
    };
    check(&with("photo.jpg"), "holds `photo.jpg`");
    check(&with(".hidden"), "holds `.hidden`");
    check(&with("config"), "its keys are missing");
    check(&|at| fs::write(at, "a file").unwrap(), "cannot read");
    check(&|at| symlink("nowhere/at/all", at).unwrap(), "cannot make");
    check(
        &|at| {
            fs::create_dir_all(at.join("data/ab")).unwrap();
            fs::write(at.join("data/ab").join("ab".repeat(32)), "data").unwrap();
        },
        "its file `config` is missing",
    );
}

#[test]
fn damage_is_found_and_nothing_is_restored_of_it() {
    let whole = &Spoiled::new();
    let largest = |s: &Spoiled| s.files("data")[0].clone();
    let smallest = |s: &Spoiled| s.files("data").pop().unwrap();
    using(
        whole,
        |s| fs::remove_file(largest(s)).unwrap(),
        "not present",
        "missing or shortened",
    );
    using(
        whole,
        |s| {
            let pack = fs::OpenOptions::new().write(true).open(largest(s)).unwrap();
            pack.set_len(1000).unwrap();
        },
        "actual size: 1000",
        "missing or shortened",
    );
    using(
        whole,
        |s| Spoiled::flip(&largest(s), 100),
        "MAC check failed",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| Spoiled::flip(&largest(s), 3 << 20),
        "MAC check failed",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| Spoiled::flip(&smallest(s), 50),
        "error",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| fs::write(largest(s), "").unwrap(),
        "actual size: 0",
        "missing or shortened",
    );
    using(
        whole,
        |s| {
            // A pack in another's place.
            fs::copy(smallest(s), largest(s)).unwrap();
        },
        "actual size",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| fs::remove_file(&s.files("index")[0]).unwrap(),
        "not found in index",
        "index",
    );
    using(
        whole,
        |s| Spoiled::flip(&s.files("index")[0], 60),
        "cannot read it back",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| fs::write(&s.files("index")[0], "").unwrap(),
        "cannot read it back",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| Spoiled::flip(&s.files("snapshots")[0], 60),
        "cannot read it back",
        "cannot read a snapshot",
    );
    using(
        whole,
        |s| {
            // Large files of holes, instead of what is wanted.
            let path = &s.files("snapshots")[0];
            fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
        },
        "larger than such a file can be",
        "larger than such a file can be",
    );
    using(
        whole,
        |s| {
            let pack = largest(s);
            fs::remove_file(&pack).unwrap();
            symlink("/dev/zero", &pack).unwrap();
        },
        "not present",
        "cannot read",
    );
}

#[test]
fn one_damaged_snapshot_hides_no_other() {
    let spoiled = Spoiled::new();
    let second = spoiled.home.store(&spoiled.home.open());
    let path = spoiled.at("snapshots").join(spoiled.id.to_string());
    Spoiled::flip(&path, 60);
    let repository = spoiled.home.open();
    let listed = repository.list(None).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, second.id);
    spoiled.home.restore(&repository, &second.id);
    // The next one is stored as ever.
    spoiled.home.store(&repository);
}
