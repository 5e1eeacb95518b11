//! Which places had a repository once. A disk that is not mounted leaves an empty directory, and a bucket can be
//! emptied: nobody must take either for a new place, make a new repository there, and find out years later.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ds_core::{
    error_chain,
    publish::{self, NewFile},
};

use super::{Place, SnapshotError, error::io_error};

/// A list of places in a file, one in a line, so that people can change it.
#[derive(Debug)]
pub(super) struct Known {
    file: PathBuf,
    /// Held while the file is changed.
    writing: Mutex<()>,
}

impl Known {
    pub(super) fn new(file: PathBuf) -> Self {
        Self {
            file,
            writing: Mutex::default(),
        }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Whether a place had a repository. Read anew each time: somebody may have said that one is really new.
    pub(super) fn has(&self, place: &Place) -> Result<bool, SnapshotError> {
        let places = self.read();
        let places = places.map_err(io_error(format!("read {}", self.file.display())))?;
        Ok(places.contains(&place.to_string()))
    }

    /// Remembers a place. If that cannot be written it is tried again when the place is opened next.
    pub(super) fn add(&self, place: &Place) {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.try_add(place) {
            let (file, error) = (self.file.display(), error_chain(&error));
            tracing::warn!(%file, error, "cannot remember that there are snapshots at a place");
        }
    }

    fn try_add(&self, place: &Place) -> io::Result<()> {
        let mut places = self.read()?;
        if !places.insert(place.to_string()) {
            return Ok(());
        }
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside = self.file.with_file_name(name);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = NewFile::create(&beside)?;
        for place in &places {
            writeln!(file, "{place}")?;
        }
        file.finish()?;
        fs::rename(&beside, &self.file)?;
        self.file.parent().map_or(Ok(()), publish::sync_dir)
    }

    fn read(&self) -> io::Result<BTreeSet<String>> {
        let text = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            text => text?,
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(lines.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_remembered_once_and_can_be_taken_out() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("snapshots.places");
        let known = Known::new(file.clone());
        let places = ["/b", "/a", "/b"].map(|place| Place::local(place).unwrap());
        assert!(!known.has(&places[0]).unwrap());
        for place in &places {
            known.add(place);
            assert!(known.has(place).unwrap());
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "/a\n/b\n");
        fs::write(&file, "/a\n").unwrap();
        assert!(!known.has(&places[0]).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        // What cannot be read says nothing.
        fs::write(&file, [0xff]).unwrap();
        assert!(known.has(&places[0]).is_err());
    }
}
