//! Many files of mixed sizes that do not compress.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::Result;

use crate::setup;

/// The sizes, in KiB: they take turns.
const SIZES: [usize; 8] = [4, 16, 1, 64, 8, 256, 32, 1024];
/// How many files are in a directory.
const IN_DIR: usize = 100;

/// How long ago a file's last change must be for a snapshot to tell it from the next one by its time.
const SETTLED: Duration = Duration::from_secs(4);

/// Such files.
pub(super) struct Tree {
    files: Vec<(PathBuf, u64)>,
    bytes: u64,
}

impl Tree {
    /// Writes so much.
    pub(super) fn write(dir: &Path, bytes: u64) -> Result<Self> {
        let mut tree = Self {
            files: Vec::new(),
            bytes: 0,
        };
        let mut noise = Noise(1);
        for (index, size) in SIZES.iter().cycle().enumerate() {
            if tree.bytes >= bytes {
                break;
            }
            let path = dir.join(format!("{}/{index}", index / IN_DIR));
            let size = size << 10;
            setup::write(&path, &noise.take(size))?;
            tree.files.push((path, size as u64));
            tree.bytes += size as u64;
        }
        Ok(tree)
    }

    /// Writes other things into files here and there, until so much is different. Says how much is.
    pub(super) fn change(&self, bytes: u64) -> Result<u64> {
        let (mut changed, mut noise) = (0, Noise(99));
        for (path, size) in self.files.iter().step_by(13) {
            if changed + size <= bytes {
                let size = usize::try_from(*size)?;
                setup::write(path, &noise.take(size))?;
                changed += size as u64;
            }
        }
        Ok(changed)
    }

    /// Makes all files look changed.
    pub(super) fn touch(&self) -> Result<()> {
        for (path, _) in &self.files {
            let file = fs::File::options().write(true).open(path)?;
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1))?;
        }
        Ok(())
    }

    /// How many files there are.
    pub(super) fn count(&self) -> usize {
        self.files.len()
    }

    /// How many bytes.
    pub(super) fn bytes_f64(&self) -> f64 {
        float(self.bytes)
    }
}

/// Waits until files that were just written look as those do that were there for a while.
pub(super) fn settle() {
    thread::sleep(SETTLED);
}

/// xorshift64
struct Noise(u64);

impl Noise {
    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let mut taken = Vec::with_capacity(bytes + 8);
        while taken.len() < bytes {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            taken.extend(self.0.to_le_bytes());
        }
        taken.truncate(bytes);
        taken
    }
}

/// The bytes of all files below a directory.
pub(super) fn size(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}

/// So many bytes, to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nobody looks at the last byte")]
pub(super) fn float(bytes: u64) -> f64 {
    bytes as f64
}
