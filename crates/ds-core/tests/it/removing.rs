//! Trees that are hard to remove.

use std::{
    fs,
    os::{
        fd::OwnedFd,
        unix::fs::{PermissionsExt as _, symlink},
    },
    path::Path,
    thread,
};

use rustix::{
    fs::{CWD, Mode, OFlags, mkdirat, openat, renameat},
    process::{Resource, Rlimit, getrlimit, setrlimit},
};

use ds_core::publish::remove_dir;

/// Makes directories in directories at `root/deep`, as an app can: each link of the chain takes the former
/// chain to its end.
fn dig(root: &Path, links: usize, per_link: usize) {
    let deep = root.join("deep");
    fs::create_dir(&deep).unwrap();
    for _ in 0..links {
        let longer = root.join("longer");
        fs::create_dir(&longer).unwrap();
        let mut end = open(CWD, &longer);
        for _ in 1..per_link {
            mkdirat(&end, c"d", Mode::RWXU).unwrap();
            end = open(&end, Path::new("d"));
        }
        renameat(CWD, &deep, &end, c"d").unwrap();
        fs::rename(&longer, &deep).unwrap();
    }
}

fn open(parent: impl std::os::fd::AsFd, name: &Path) -> OwnedFd {
    openat(parent, name, OFlags::DIRECTORY, Mode::empty()).unwrap()
}

/// Removes with few descriptors and a small stack, as a busy host would have to.
fn remove_in_straits(path: &Path) {
    let before = getrlimit(Resource::Nofile);
    let few = Rlimit {
        current: Some(64),
        maximum: before.maximum,
    };
    setrlimit(Resource::Nofile, few).unwrap();
    let path = path.to_owned();
    let small = thread::Builder::new().stack_size(256 * 1024);
    let removed = small.spawn(move || remove_dir(&path)).unwrap().join();
    setrlimit(Resource::Nofile, before).unwrap();
    removed.unwrap().unwrap();
}

#[test]
fn thirty_thousand_levels() {
    // In memory where that can be: disks take a while to make so many.
    let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let root = root.unwrap();
    dig(root.path(), 30, 1000);
    remove_in_straits(&root.path().join("deep"));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn many_files_and_many_directories() {
    let root = tempfile::tempdir().unwrap();
    let wide = root.path().join("wide");
    for dir in ["files", "dirs/a", "dirs/b"] {
        fs::create_dir_all(wide.join(dir)).unwrap();
    }
    for i in 0..50_000 {
        fs::File::create(wide.join(format!("files/{i}"))).unwrap();
    }
    for i in 0..1500 {
        fs::create_dir_all(wide.join(format!("dirs/a/{i}/x/y"))).unwrap();
        fs::write(wide.join(format!("dirs/a/{i}/x/file")), "1").unwrap();
    }
    remove_in_straits(&wide);
    assert!(!wide.exists());
}

#[test]
fn links_are_removed_and_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let (outside, tree) = (root.path().join("outside"), root.path().join("tree"));
    fs::create_dir_all(outside.join("dir")).unwrap();
    fs::write(outside.join("dir/canary"), "alive").unwrap();
    fs::set_permissions(&outside, fs::Permissions::from_mode(0o750)).unwrap();
    fs::create_dir_all(tree.join("a/b")).unwrap();
    for place in ["link", "a/link", "a/b/link"] {
        symlink(&outside, tree.join(place)).unwrap();
        symlink(
            outside.join("dir/canary"),
            tree.join(place).with_extension("file"),
        )
        .unwrap();
    }
    remove_dir(&tree).unwrap();
    // A link in the tree's own place goes, too, and nothing else does.
    symlink(&outside, &tree).unwrap();
    remove_dir(&tree).unwrap();
    assert!(tree.symlink_metadata().is_err());
    assert_eq!(
        fs::read_to_string(outside.join("dir/canary")).unwrap(),
        "alive"
    );
    assert_eq!(
        outside.metadata().unwrap().permissions().mode() & 0o777,
        0o750
    );
}

#[test]
fn what_is_no_directory_stays() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "1").unwrap();
    assert!(remove_dir(&file).is_err());
    assert!(file.exists());
    remove_dir(&root.path().join("missing/too")).unwrap();
}

#[test]
fn closed_directories_are_opened() {
    let root = tempfile::tempdir().unwrap();
    if rustix::process::geteuid().is_root() {
        // Root may enter everything; this thread gives that up, for itself alone.
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let nobody = rustix::process::Uid::from_raw(65_534);
        rustix::thread::set_thread_uid(nobody).unwrap();
    }
    for mode in [0o000, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600] {
        let tree = root.path().join(format!("{mode:o}"));
        fs::create_dir_all(tree.join("a/b/c")).unwrap();
        fs::write(tree.join("a/b/file"), "1").unwrap();
        for dir in ["a/b/c", "a/b", "a", ""] {
            let closed = fs::Permissions::from_mode(mode);
            fs::set_permissions(tree.join(dir), closed).unwrap();
        }
        assert!(fs::remove_dir_all(&tree).is_err(), "{mode:o}");
        remove_dir(&tree).unwrap();
        assert!(tree.symlink_metadata().is_err(), "{mode:o}");
    }
}
