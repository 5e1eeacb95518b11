//! A file system that shares blocks, in a file.

use std::{fs::File, path::PathBuf};

use anyhow::Result;

use crate::{
    running::program,
    setup::{Setup, on_path},
};

/// How large it is; the file takes what is in it.
const SIZE: u64 = 4 << 30;
/// What makes one, in the order of preference.
const KINDS: [(&str, &str); 2] = [("xfs", "mkfs.xfs"), ("btrfs", "mkfs.btrfs")];

/// A mounted file system; gone when dropped.
pub(super) struct Disk {
    pub(super) kind: &'static str,
    at: PathBuf,
}

impl Disk {
    /// Mounts one at a directory of the measurements; else why not.
    pub(super) fn mount(setup: &Setup, name: &str) -> Result<Result<Self, String>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Err("mounting one takes root".to_owned()));
        }
        let found = KINDS
            .iter()
            .find_map(|(kind, make)| Some((*kind, on_path(make)?)));
        let Some((kind, make)) = found else {
            return Ok(Err(
                "neither mkfs.xfs nor mkfs.btrfs is installed".to_owned()
            ));
        };
        let at = setup.dir(name)?;
        let image = setup.dir("images")?.join(kind);
        File::create(&image)?.set_len(SIZE)?;
        let formatted = program(make).arg("-q").arg(&image).output()?;
        if !formatted.status.success() {
            return Ok(Err(said(&formatted.stderr)));
        }
        let mut mount = program("mount");
        let mounted = mount.args(["-o", "loop"]).args([&image, &at]).output()?;
        if !mounted.status.success() {
            return Ok(Err(said(&mounted.stderr)));
        }
        Ok(Ok(Self { kind, at }))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still has something open there lets it go when they end.
        let _ = program("umount").arg("--lazy").arg(&self.at).output();
    }
}

fn said(words: &[u8]) -> String {
    String::from_utf8_lossy(words).trim().replace('\n', " ")
}
