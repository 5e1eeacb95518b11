//! Several places at once: what happens at one is no matter of the others.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Place, Repository, RepositoryKey, SnapshotError, Stored, known::Known};
use crate::{About, Progress};

/// The places that a host keeps snapshots at, each opened when it is needed first.
#[derive(Debug)]
pub struct Repositories {
    key: RepositoryKey,
    known: Option<Known>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    place: Place,
    /// Held while it is opened, so that nobody makes it twice.
    open: Mutex<Option<Arc<Repository>>>,
}

impl Repositories {
    /// Nothing is reached or made yet.
    #[must_use]
    pub fn new(places: Vec<Place>, key: RepositoryKey) -> Self {
        let slots = places.into_iter().map(|place| Slot {
            place,
            open: Mutex::default(),
        });
        Self {
            key,
            known: None,
            slots: slots.collect(),
        }
    }

    /// Remembers in a file at which places there was a repository: where there is none any more, none is made
    /// ([`SnapshotError::Gone`]).
    #[must_use]
    pub fn remembering(self, file: PathBuf) -> Self {
        let known = Some(Known::new(file));
        Self { known, ..self }
    }

    /// The places, in the order they were given. Their numbers in it are what [`Self::get`] takes.
    #[must_use]
    pub fn places(&self) -> impl ExactSizeIterator<Item = &Place> {
        self.slots.iter().map(|slot| &slot.place)
    }

    /// The repository at a place, opened or made if that did not happen before; `None` if there is no such place.
    /// Blocks.
    ///
    /// # Errors
    /// Those of [`Repository::open_or_make`]; it is tried again the next time.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Result<Arc<Repository>, SnapshotError>> {
        Some(self.slots.get(place)?.get(&self.key, self.known.as_ref()))
    }

    /// Stores a copy at every place, one after the other, and says how each went. Blocks.
    pub fn store(
        &self,
        tree: &Path,
        about: &About,
        progress: &Arc<dyn Progress>,
    ) -> Vec<Result<Stored, SnapshotError>> {
        let each = self.slots.iter().map(|slot| {
            if progress.is_cancelled() {
                return Err(SnapshotError::Cancelled);
            }
            let repository = slot.get(&self.key, self.known.as_ref())?;
            repository.store(tree, about, progress.clone())
        });
        each.collect()
    }
}

impl Slot {
    fn get(
        &self,
        key: &RepositoryKey,
        known: Option<&Known>,
    ) -> Result<Arc<Repository>, SnapshotError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*open {
            return Ok(open.clone());
        }
        let opened = Arc::new(self.open(key, known)?);
        *open = Some(opened.clone());
        Ok(opened)
    }

    fn open(
        &self,
        key: &RepositoryKey,
        known: Option<&Known>,
    ) -> Result<Repository, SnapshotError> {
        let Some(known) = known else {
            return Repository::open_or_make(&self.place, key);
        };
        if known.has(&self.place)? {
            return Repository::open(&self.place, key).map_err(|error| match error {
                SnapshotError::Missing { place } => SnapshotError::Gone {
                    place,
                    noted: known.file().to_owned(),
                },
                error => error,
            });
        }
        let opened = Repository::open_or_make(&self.place, key)?;
        known.add(&self.place);
        Ok(opened)
    }
}
