//! A directory of pictures: those of an appspace's members, or of this host's people.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use ds_core::{
    Timestamp,
    publish::{self, NewFile},
};

use super::Picture;

/// How long a picture may be there before somebody has it: longer than any change takes.
const ON_ITS_WAY: Duration = Duration::from_hours(1);

/// A directory of pictures. A new picture is written before anybody is said to have it, and an old one
/// removed after; what a crash leaves between is removed by [`tidy`](Self::tidy). All of it blocks.
///
/// ```text
///  keep ──▶ record who has it ──▶ remove the one before
/// ```
#[derive(Clone, Debug)]
pub struct Avatars(PathBuf);

impl Avatars {
    /// The directory, wherever it is; it is made with the first picture.
    #[must_use]
    pub fn at(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// Keeps a picture under a name of its own, which it gives.
    pub fn keep(&self, picture: &Picture) -> io::Result<String> {
        publish::create_private_dir(&self.0)?;
        let name = picture.new_name();
        let mut file = NewFile::create(&self.0.join(&name))?;
        file.write_all(picture.bytes())?;
        file.finish()?;
        Ok(name)
    }

    /// Removes a picture that nobody has any more; an empty name is none, and one that is gone is fine.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let Some(path) = self.file(name) else {
            return Ok(());
        };
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// The picture of a name; `None` if there is none, or what has the name is too large or no plain file.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(path) = self.file(name) else {
            return Ok(None);
        };
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() && found.len() <= super::MOST_BYTES as u64 => {
                fs::read(path).map(Some)
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes pictures that nobody has: `named` are those that somebody has. What was written within the hour before
    /// `now` stays, since it may be on its way to somebody.
    pub fn tidy(&self, named: &BTreeSet<String>, now: Timestamp) -> io::Result<()> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let old = UNIX_EPOCH + Duration::from_millis(now.0.try_into().unwrap_or(0));
        let old = old.checked_sub(ON_ITS_WAY).unwrap_or(UNIX_EPOCH);
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| named.contains(name)) {
                continue;
            }
            let found = entry.metadata()?;
            if found.is_file() && found.modified()? < old {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Where the picture of a name is. Names come from databases that others may have written.
    fn file(&self, name: &str) -> Option<PathBuf> {
        let plain = !name.is_empty()
            && name.len() <= 100
            && !name.starts_with('.')
            && Path::new(name).file_name() == Some(name.as_ref())
            && !name.contains(['/', '\0']);
        plain.then(|| self.0.join(name))
    }
}
