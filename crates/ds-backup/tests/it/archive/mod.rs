//! Archives: what is written is read, and nothing else is.

mod damage;
mod forge;
mod hostile;
mod lies;
mod memory;
mod original;
mod round_trip;
mod tools;
mod zip;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _},
    },
    path::Path,
};

use ds_backup::{About, ArchiveError, Contents, CopyReason, ExportTree, ImportBounds, NoProgress};
use sha2::{Digest as _, Sha256};

/// A directory in memory, where there is one: these tests flush thousands of files.
fn quick_dir() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn about() -> About {
    About {
        reason: CopyReason::Export,
        ..crate::snapshots::support::about()
    }
}

/// The archive of `data/` and, if it is there, `package/` in a directory.
fn export(dir: &Path) -> Vec<u8> {
    let package = dir.join("package");
    let tree = ExportTree {
        about: about(),
        data: dir.join("data"),
        package: package.exists().then_some(package),
    };
    let mut archive = Vec::new();
    ds_backup::export(&tree, &mut archive, &NoProgress).unwrap();
    archive
}

fn import(archive: &[u8], into: &Path) -> Result<Contents, ArchiveError> {
    // Tests may run where there is less space than hosts have.
    let bounds = ImportBounds {
        keep_free: 0,
        ..ImportBounds::default()
    };
    ds_backup::import(archive, into, &bounds, &NoProgress)
}

/// All there is to know of a tree, by path: kind, mode, time, and hash of the content or target.
fn listing(dir: &Path) -> BTreeMap<Vec<u8>, String> {
    let mut all = BTreeMap::new();
    list_below(dir, b"", &mut all);
    all
}

fn list_below(dir: &Path, prefix: &[u8], all: &mut BTreeMap<Vec<u8>, String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = [prefix, b"/", entry.file_name().as_bytes()].concat();
        let meta = path.symlink_metadata().unwrap();
        let (what, content) = if meta.is_dir() {
            list_below(&path, &name, all);
            ("directory", Vec::new())
        } else if meta.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            ("link", target.as_os_str().as_bytes().to_vec())
        } else {
            let content = fs::read(&path).unwrap();
            ("file", Sha256::digest(content).to_vec())
        };
        let executable = meta.is_file() && meta.permissions().mode() & 0o100 != 0;
        let time = (meta.mtime(), meta.mtime_nsec());
        all.insert(name, format!("{what} {executable} {time:?} {content:?}"));
    }
}

/// A tree with one of everything.
fn sample(dir: &Path) {
    let files = dir.join("data/files");
    fs::create_dir_all(files.join("empty")).unwrap();
    fs::create_dir_all(files.join("a/b")).unwrap();
    fs::create_dir_all(dir.join("data/avatars")).unwrap();
    fs::create_dir_all(dir.join("package/src")).unwrap();
    fs::write(files.join("a/b/text"), "text ".repeat(100)).unwrap();
    fs::write(files.join("nothing"), "").unwrap();
    fs::write(dir.join("data/appspace-meta.db"), "database").unwrap();
    fs::write(dir.join("package/src/run"), "#!").unwrap();
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.join("package/src/run"), executable).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", files.join("a/link")).unwrap();
}
