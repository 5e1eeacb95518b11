//! Keeps snapshots at the places that a host is configured with.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use ds_backup::{
    About, LatestFiles, LeftOut, NoProgress, Progress,
    snapshots::{
        Grace, KeyError, Place, Pruned, ReadBack, Repositories, Repository, RepositoryKey,
        Retention, Snapshot, SnapshotError as PlaceFailure, SnapshotId, Verified,
    },
};
use ds_core::{AppspaceId, error_chain};
use ds_sandbox::BoxError;

mod changed;
mod listing;
mod spread;

use super::{Kept, TakeError, Taken};
use crate::{ReadError, SnapshotError, Snapshotter};

/// What happened at one place.
#[derive(Debug)]
pub struct AtPlace<T> {
    /// The place.
    pub place: String,
    /// What came of it.
    pub outcome: Result<T, PlaceFailure>,
}

/// Why nothing was tried at any place.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The work ended by a mistake in this program.
    #[error("the work ended unexpectedly; the host's log has the details")]
    Panicked,
}

/// What is written down of appspaces' snapshots, beside the snapshots themselves.
#[async_trait]
pub trait Bookkeeping: Send + Sync {
    /// For how long snapshots of an appspace stay; `None` if that is not known now: then nothing is forgotten.
    async fn retention_of(&self, appspace: AppspaceId) -> Option<Retention>;
    /// Told how a job that was to take a snapshot ended.
    async fn ended(&self, _of: AppspaceId, _outcome: Result<&Taken, &TakeError>) {}
}

/// The same rules for all, and nothing is written down.
#[async_trait]
impl Bookkeeping for Retention {
    async fn retention_of(&self, _: AppspaceId) -> Option<Retention> {
        Some(*self)
    }
}

/// Keeps snapshots at several places, all with one key. Nothing is read, reached or made before it is needed. Clones
/// are the same.
#[derive(Clone)]
pub struct Keeper(Arc<Shared>);

struct Shared {
    places: Vec<Place>,
    key_file: PathBuf,
    books: Arc<dyn Bookkeeping>,
    open: Mutex<Option<Arc<Repositories>>>,
    /// Where the last snapshot of an appspace went for which the first place was of no use.
    instead: Mutex<HashMap<AppspaceId, usize>>,
}

impl Keeper {
    /// Keeps snapshots at these places, as long as `books` say. The key is made if the file is not there.
    #[must_use]
    pub fn new(places: Vec<Place>, key_file: PathBuf, books: Arc<dyn Bookkeeping>) -> Self {
        Self(Arc::new(Shared {
            places,
            key_file,
            books,
            open: Mutex::default(),
            instead: Mutex::default(),
        }))
    }

    /// The key that opens the repositories.
    ///
    /// # Errors
    /// If it cannot be read or made.
    pub async fn key(&self) -> Result<RepositoryKey, NoKey> {
        let this = Arc::clone(&self.0);
        let key = blocking(move || RepositoryKey::load_or_make(&this.key_file));
        Ok(key.await??)
    }

    /// The places, in the order of the configuration.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        self.0.places.iter().map(ToString::to_string).collect()
    }

    /// The snapshots of an appspace, or of all, newest first, at each place.
    ///
    /// # Errors
    /// If there is no key.
    pub async fn list(&self, of: Option<AppspaceId>) -> Result<Vec<AtPlace<Vec<Snapshot>>>, NoKey> {
        self.each(move |repository| repository.list(of)).await
    }

    /// Reads the repositories back.
    ///
    /// # Errors
    /// If there is no key.
    pub async fn verify(
        &self,
        read: ReadBack,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<AtPlace<Verified>>, NoKey> {
        self.each(move |repository| repository.verify(read, Arc::clone(&progress)))
            .await
    }

    /// Forgets snapshots wherever they are; their data stays until the next [`Self::prune`].
    ///
    /// # Errors
    /// If there is no key.
    pub async fn forget(&self, ids: Vec<SnapshotId>) -> Result<Vec<AtPlace<()>>, NoKey> {
        self.each(move |repository| {
            let there = repository.list(None)?.into_iter().map(|found| found.id);
            let there: Vec<_> = there.filter(|id| ids.contains(id)).collect();
            repository.forget(&there)
        })
        .await
    }

    /// Removes what no snapshot refers to any more.
    ///
    /// # Errors
    /// If there is no key.
    pub async fn prune(&self, grace: Grace) -> Result<Vec<AtPlace<Pruned>>, NoKey> {
        self.each(move |repository| repository.prune(grace, Arc::new(NoProgress)))
            .await
    }

    /// Does something at every place, one after the other.
    async fn each<T: Send + 'static>(
        &self,
        work: impl Fn(&Repository) -> Result<T, PlaceFailure> + Send + 'static,
    ) -> Result<Vec<AtPlace<T>>, NoKey> {
        let this = Arc::clone(&self.0);
        let each = blocking(move || {
            let repositories = this.repositories()?;
            Ok::<_, KeyError>(this.at_each(&repositories, &work))
        });
        Ok(each.await??)
    }
}

impl Shared {
    /// The repositories; the key is read when they are needed first.
    fn repositories(&self) -> Result<Arc<Repositories>, KeyError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*open {
            return Ok(Arc::clone(open));
        }
        let key = RepositoryKey::load_or_make(&self.key_file)?;
        let opened = Repositories::new(self.places.clone(), key);
        // `snapshots.key` has `snapshots.places` beside it.
        let opened = Arc::new(opened.remembering(self.key_file.with_extension("places")));
        *open = Some(Arc::clone(&opened));
        Ok(opened)
    }

    fn at_each<T>(
        &self,
        repositories: &Repositories,
        work: &dyn Fn(&Repository) -> Result<T, PlaceFailure>,
    ) -> Vec<AtPlace<T>> {
        let places = self.places.iter().enumerate();
        let each = places.filter_map(|(number, place)| {
            let repository = repositories.get(number)?;
            Some(AtPlace {
                place: place.to_string(),
                outcome: repository.and_then(|repository| work(&repository)),
            })
        });
        each.collect()
    }

    /// Stores at the first place that takes it. The one that counts is stored while the appspace is closed: that does
    /// not wait again for places that were of no use when the first part of it was.
    fn store_once(
        &self,
        tree: &Path,
        about: &About,
        progress: &Arc<dyn Progress>,
    ) -> Result<String, BoxError> {
        let repositories = self.repositories()?;
        let mut failure = None;
        let instead = || self.instead.lock().unwrap_or_else(PoisonError::into_inner);
        let before = instead().remove(&about.appspace);
        let mut places: Vec<_> = self.places.iter().enumerate().collect();
        places.sort_by_key(|(number, _)| (Some(*number) != before, *number));
        for (number, place) in places {
            let Some(repository) = repositories.get(number) else {
                continue;
            };
            let stored = repository
                .and_then(|repository| repository.store(tree, about, Arc::clone(progress)));
            match stored {
                Ok(stored) => {
                    if before.is_none() && failure.is_some() {
                        instead().insert(about.appspace, number);
                    }
                    return Ok(stored.id.to_string());
                }
                Err(PlaceFailure::Cancelled) => return Err(PlaceFailure::Cancelled.into()),
                Err(error) => {
                    tracing::warn!(%place, error = error_chain(&error), "cannot store a snapshot");
                    failure.get_or_insert(error);
                }
            }
        }
        Err(failure.map_or_else(|| "there is no place for it".into(), Into::into))
    }

    /// Reads from the first place that has it, whole.
    fn read(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        progress: &Arc<dyn Progress>,
    ) -> Result<(), BoxError> {
        let repositories = self.repositories()?;
        let mut failure = None;
        for number in 0..self.places.len() {
            let Some(repository) = repositories.get(number) else {
                continue;
            };
            let read = repository
                .and_then(|repository| repository.restore(id, to, only, Arc::clone(progress)));
            match read {
                Ok(_) => return Ok(()),
                Err(PlaceFailure::Cancelled) => return Err(PlaceFailure::Cancelled.into()),
                // A place that has it has more to say than one that has not.
                Err(error @ PlaceFailure::Unknown { .. }) => _ = failure.get_or_insert(error),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.map_or_else(|| "there is no place for it".into(), Into::into))
    }
}

#[async_trait]
impl Snapshotter for Keeper {
    async fn snapshot(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<String, SnapshotError> {
        let (this, tree, about) = (Arc::clone(&self.0), tree.to_owned(), about.clone());
        let stored = blocking(move || this.store_once(&tree, &about, &progress)).await;
        stored
            .map_err(|error| SnapshotError(error.into()))?
            .map_err(SnapshotError)
    }

    async fn latest_files(&self, of: AppspaceId) -> Option<Arc<LatestFiles>> {
        self.latest_everywhere(of).await
    }

    async fn keep(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        let kept = self.keep_at_each(tree, Arc::default(), about, progress);
        Ok(kept.await?.unwrap_or_default())
    }

    async fn keep_changed(
        &self,
        tree: &Path,
        left_out: Arc<LeftOut>,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Option<Vec<Kept>>, SnapshotError> {
        self.keep_at_each(tree, left_out, about, progress).await
    }

    async fn ended(&self, of: AppspaceId, outcome: Result<&Taken, &TakeError>) {
        self.0.books.ended(of, outcome).await;
    }

    fn has_more_places(&self) -> bool {
        self.0.places.len() > 1
    }

    async fn spread(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        self.store_where_missing(tree, about, progress).await
    }

    async fn forget(&self, id: &str) -> Result<(), SnapshotError> {
        self.forget_one(id).await
    }

    async fn read(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        progress: Arc<dyn Progress>,
    ) -> Result<(), ReadError> {
        let (this, id, to) = (Arc::clone(&self.0), id.clone(), to.to_owned());
        let only = only.map(Path::to_owned);
        let read = blocking(move || this.read(&id, &to, only.as_deref(), &progress)).await;
        read.map_err(|error| ReadError(error.into()))?
            .map_err(ReadError)
    }
}

/// Does it on a thread where it may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NoKey> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| NoKey::Panicked)
}
