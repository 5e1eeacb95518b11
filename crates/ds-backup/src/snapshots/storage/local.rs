//! A repository in a directory of this machine.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use ds_core::{publish, secret};
use rustix::fs::OFlags;

use super::{Entry, Storage, UNFINISHED, too_big};

pub(super) struct Local {
    root: PathBuf,
}

impl Local {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn open(&self, name: &str) -> io::Result<(File, u64)> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(self.root.join(name))?;
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other(format!("{name} is no file")));
        }
        Ok((file, found.len()))
    }

    fn list_into(&self, dir: &str, levels: usize, found: &mut Vec<Entry>) -> io::Result<()> {
        let entries = match fs::read_dir(self.root.join(dir)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            // What is not text was not written by restic or by us.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let name = format!("{dir}/{name}");
            if kind.is_dir() && levels > 0 {
                self.list_into(&name, levels - 1, found)?;
            } else if kind.is_file() {
                let size = match entry.metadata() {
                    // Removed since it was listed.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    metadata => metadata?.len(),
                };
                found.push(Entry { name, size });
            }
        }
        Ok(())
    }

    /// Makes the directories above a file, each flushed into its parent.
    fn make_parents(&self, path: &Path) -> io::Result<()> {
        let Some(dir) = path.parent().filter(|dir| *dir != self.root) else {
            return Ok(());
        };
        if dir.is_dir() {
            return Ok(());
        }
        self.make_parents(dir)?;
        create_dir(dir)
    }
}

impl Storage for Local {
    fn create(&self) -> io::Result<()> {
        create_dir(&self.root)
    }

    fn top(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.root)?;
        names
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn list(&self, dir: &str) -> io::Result<Vec<Entry>> {
        let mut found = Vec::new();
        self.list_into(dir, 1, &mut found)?;
        Ok(found)
    }

    fn read(&self, name: &str, most: u64) -> io::Result<Bytes> {
        let (file, size) = self.open(name)?;
        if size > most {
            return Err(too_big(name));
        }
        let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(most).read_to_end(&mut content)?;
        Ok(content.into())
    }

    fn read_part(&self, name: &str, offset: u64, length: u64) -> io::Result<Bytes> {
        let (file, size) = self.open(name)?;
        if offset.saturating_add(length) > size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut content = vec![0; length];
        file.read_exact_at(&mut content, offset)?;
        Ok(content.into())
    }

    fn write(&self, name: &str, parts: &[Bytes]) -> io::Result<()> {
        let path = self.root.join(name);
        let beside = self.root.join(UNFINISHED).join(secret::random_text(16));
        self.make_parents(&beside)?;
        self.make_parents(&path)?;
        let outcome = write_parts(&beside, parts).and_then(|()| {
            fs::rename(&beside, &path)?;
            path.parent().map_or(Ok(()), publish::sync_dir)
        });
        if outcome.is_err() {
            // Where there is no room, half a file would keep others out; the first error says more.
            let _ = fs::remove_file(&beside);
        }
        outcome
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.root.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn free(&self) -> io::Result<Option<u64>> {
        let there = self.root.ancestors().find(|dir| dir.is_dir());
        let found = rustix::fs::statvfs(there.unwrap_or(Path::new("/")))?;
        Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
    }

    fn tidy(&self) -> io::Result<()> {
        for left in self.list(UNFINISHED)? {
            self.remove(&left.name)?;
        }
        Ok(())
    }
}

/// Makes one directory for its owner alone; one that is there is fine.
fn create_dir(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {
            return Ok(());
        }
        made => made?,
    }
    dir.parent().map_or(Ok(()), publish::sync_dir)
}

fn write_parts(path: &Path, parts: &[Bytes]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}
