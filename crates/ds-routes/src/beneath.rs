//! Opens a file below a directory, and nothing else: no link is followed anywhere on the way, so app
//! code that plants links, or swaps them in meanwhile, leads nowhere.

use std::{fs::File, os::fd::OwnedFd, path::Path};

use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};

use crate::Lookup;

/// Not blocking, so that a pipe somebody planted does not hold us; its kind is looked at afterwards.
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);
/// A directory, only to go on from.
const DIRECTORY: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Opens the directory below which files are opened. `follow` says whether it may itself be a link.
pub(crate) fn open_root(path: &Path, follow: bool, lookup: Lookup) -> Result<OwnedFd, Errno> {
    let flags = if follow {
        DIRECTORY
    } else {
        DIRECTORY | OFlags::NOFOLLOW
    };
    if lookup == Lookup::Cached {
        return kernel::open_cached(path, flags);
    }
    openat(CWD, path, flags, Mode::empty())
}

/// Opens what is at `path` below `root` for reading; an empty path is the root itself.
pub(crate) fn open_file(root: &OwnedFd, path: &str, lookup: Lookup) -> Result<File, Errno> {
    let path = if path.is_empty() { "." } else { path };
    match kernel::open_beneath(root, path, FILE, lookup) {
        // Not there (Linux before 5.6), or kept from us by a container's filter.
        Err(Errno::NOSYS | Errno::PERM) if lookup == Lookup::Any => walk(root, path),
        Err(Errno::NOSYS | Errno::PERM) => Err(Errno::AGAIN),
        other => other,
    }
    .map(File::from)
}

/// The same without help from the kernel: name by name.
fn walk(root: &OwnedFd, path: &str) -> Result<OwnedFd, Errno> {
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut at = None;
    for parent in parents.split('/').filter(|parent| !parent.is_empty()) {
        let below = at.as_ref().unwrap_or(root);
        at = Some(openat(
            below,
            parent,
            DIRECTORY | OFlags::NOFOLLOW,
            Mode::empty(),
        )?);
    }
    openat(
        at.as_ref().unwrap_or(root),
        name,
        FILE | OFlags::NOFOLLOW,
        Mode::empty(),
    )
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::{os::fd::OwnedFd, path::Path};

    use rustix::{
        fs::{CWD, Mode, OFlags, ResolveFlags, openat2},
        io::Errno,
    };

    use crate::Lookup;

    /// How often a lookup is tried again that was disturbed by somebody renaming.
    const TRIES: usize = 8;

    pub(super) fn open_cached(path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED) {
            // A kernel that does not know the question cannot promise anything.
            Err(Errno::INVAL | Errno::NOSYS | Errno::PERM) => Err(Errno::AGAIN),
            other => other,
        }
    }

    pub(super) fn open_beneath(
        root: &OwnedFd,
        path: &str,
        flags: OFlags,
        lookup: Lookup,
    ) -> Result<OwnedFd, Errno> {
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        if lookup == Lookup::Cached {
            let resolve = beneath | ResolveFlags::CACHED;
            return match openat2(root, path, flags, Mode::empty(), resolve) {
                Err(Errno::INVAL) => Err(Errno::AGAIN),
                other => other,
            };
        }
        let mut found = Err(Errno::AGAIN);
        for _ in 0..TRIES {
            found = openat2(root, path, flags, Mode::empty(), beneath);
            if !matches!(found, Err(Errno::AGAIN | Errno::INTR)) {
                break;
            }
        }
        found
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::{os::fd::OwnedFd, path::Path};

    use rustix::{fs::OFlags, io::Errno};

    use crate::Lookup;

    pub(super) fn open_cached(_: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
        Err(Errno::AGAIN)
    }

    pub(super) fn open_beneath(
        _: &OwnedFd,
        _: &str,
        _: OFlags,
        _: Lookup,
    ) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read as _, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn both_ways_refuse_links() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir_all(path("a/b")).unwrap();
        fs::write(path("a/b/c"), "c").unwrap();
        fs::write(path("top"), "top").unwrap();
        symlink(outside.path(), path("a/out")).unwrap();
        symlink(outside.path().join("secret"), path("a/secret")).unwrap();
        symlink("b", path("a/inside")).unwrap();
        let root = open_root(dir.path(), false, Lookup::Any).unwrap();
        let read = |opened: Result<File, Errno>| {
            let mut text = String::new();
            opened.ok()?.read_to_string(&mut text).ok()?;
            Some(text)
        };
        let check = |name: &str, expect: Option<&str>| {
            let kernel = read(open_file(&root, name, Lookup::Any));
            assert_eq!(kernel.as_deref(), expect, "{name}");
            let walked = read(walk(&root, name).map(File::from));
            assert_eq!(walked.as_deref(), expect, "{name}, name by name");
        };
        check("top", Some("top"));
        check("a/b/c", Some("c"));
        check("a/out/secret", None);
        check("a/secret", None);
        check("a/inside/c", None);
        check("missing", None);
        check("top/x", None);
    }

    #[test]
    fn the_root_may_be_a_link_only_if_it_may() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        symlink(dir.path(), &link).unwrap();
        assert!(open_root(&link, true, Lookup::Any).is_ok());
        assert!(open_root(&link, false, Lookup::Any).is_err());
    }
}
