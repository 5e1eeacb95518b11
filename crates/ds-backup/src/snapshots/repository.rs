//! Opening a repository, and making one.
//!
//! ```text
//! nothing there ─▶ keys/… ─▶ config ─▶ ready
//!                    │ power cut
//!                    ▼
//!               unfinished: no config, nothing stored ─▶ its keys are removed and it is made anew
//! ```

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use rustic_core::{
    ConfigOptions, Credentials, KeyOptions, OpenStatus, RepositoryBackends, RepositoryOptions,
    RusticError, repofile::MasterKey,
};

use super::{
    Cause, Place, RepositoryKey, Snapshot, SnapshotError, SnapshotId,
    backend::Backend,
    error::io_error,
    storage::{self, Storage},
    store::Bars,
    watch::Watch,
    work,
};

/// The engine, with a repository opened.
pub(crate) type Engine = rustic_core::Repository<OpenStatus>;

/// The directories of a repository, and of what restic and we keep beside.
const DIRS: [&str; 6] = ["keys", "snapshots", "index", "data", "locks", "tmp"];
/// The file that makes a directory a repository.
const CONFIG: &str = "config";

/// A repository of snapshots that was opened. Cheap to keep, and to share between threads.
pub struct Repository {
    pub(crate) place: Place,
    pub(crate) storage: Arc<dyn Storage>,
    master: MasterKey,
    /// Snapshots never change, so each is read once.
    pub(crate) known: Mutex<BTreeMap<SnapshotId, Option<Snapshot>>>,
    /// Storing holds it shared; removing what nothing refers to holds it alone.
    pub(crate) gate: RwLock<()>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repository({})", self.place)
    }
}

impl Repository {
    /// Opens the repository at a place, or makes one if the place is empty or not there. What is above it must be
    /// there: a disk that is not mounted is no place. Blocks.
    ///
    /// # Errors
    /// If the place cannot be reached, holds something else, or a repository of another key. Then nothing was
    /// changed.
    pub fn open_or_make(place: &Place, key: &RepositoryKey) -> Result<Self, SnapshotError> {
        Self::open_as(place, key, true)
    }

    /// Opens the repository at a place. For a place that had one before: an empty directory there may be a disk
    /// that is not mounted. Blocks.
    ///
    /// # Errors
    /// As [`Self::open_or_make`], and if there is none.
    pub fn open(place: &Place, key: &RepositoryKey) -> Result<Self, SnapshotError> {
        Self::open_as(place, key, false)
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    fn open_as(place: &Place, key: &RepositoryKey, make: bool) -> Result<Self, SnapshotError> {
        let storage = storage::connect(place)?;
        let state = State::of(&*storage, place)?;
        if state != State::Ready && !make {
            return Err(SnapshotError::Missing {
                place: place.to_string(),
            });
        }
        let master = run(place, &Watch::quiet(), "open it", |watch| {
            let engine = engine(&storage, place, watch)?;
            let password = Credentials::password(key.reveal());
            let opened = if state == State::Ready {
                engine.open(&password).map_err(|error| {
                    refusal(&error, &*storage, place).map_or(Fault::Engine(error), Fault::Ours)
                })?
            } else {
                let created = storage.create();
                created.map_err(io_error(format!("make a repository at {place}")))?;
                clear_keys(&*storage, place)?;
                engine.init(&password, &KeyOptions::default(), &layout())?
            };
            Ok(opened.key())
        })?;
        Ok(Self {
            place: place.clone(),
            storage,
            master,
            known: Mutex::default(),
            gate: RwLock::default(),
        })
    }

    /// Does something with the engine, on a thread of its own.
    pub(crate) fn work<T: Send>(
        &self,
        watch: &Arc<Watch>,
        doing: &str,
        work: impl FnOnce(Engine) -> Result<T, Fault> + Send,
    ) -> Result<T, SnapshotError> {
        run(&self.place, watch, doing, |watch| {
            let engine = engine(&self.storage, &self.place, watch)?;
            work(engine.open(&Credentials::Masterkey(self.master.clone()))?)
        })
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, BTreeMap<SnapshotId, Option<Snapshot>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to begin what could need more room than there is.
    pub(crate) fn check_room(&self, needed: u64) -> Result<(), SnapshotError> {
        let free = self.storage.free();
        let free = free.map_err(io_error(format!("ask how much is free at {}", self.place)))?;
        match free {
            Some(free) if free < needed => Err(SnapshotError::NoRoom {
                place: self.place.to_string(),
                needed,
                free,
            }),
            _ => Ok(()),
        }
    }
}

/// Why a piece of work ended: the engine's reason, or ours.
pub(crate) enum Fault {
    Engine(Box<RusticError>),
    Ours(SnapshotError),
}

impl From<Box<RusticError>> for Fault {
    fn from(error: Box<RusticError>) -> Self {
        Self::Engine(error)
    }
}

impl From<SnapshotError> for Fault {
    fn from(error: SnapshotError) -> Self {
        Self::Ours(error)
    }
}

/// Runs work to its end. What was noted by the watch comes before what the engine says of it, also where the engine
/// thinks that all is well.
fn run<T: Send>(
    place: &Place,
    watch: &Arc<Watch>,
    doing: &str,
    work: impl FnOnce(Arc<Watch>) -> Result<T, Fault> + Send,
) -> Result<T, SnapshotError> {
    let outcome = work::run(|| work(watch.clone()));
    watch.outcome()?;
    let source = match outcome {
        Some(Ok(done)) => return Ok(done),
        Some(Err(Fault::Ours(error))) => return Err(error),
        Some(Err(Fault::Engine(error))) => Cause::from(&*error),
        None => Cause::new("what is there is not as it should be"),
    };
    Err(SnapshotError::Damaged {
        place: place.to_string(),
        what: format!("cannot {doing}"),
        source: Some(source),
    })
}

fn engine(
    storage: &Arc<dyn Storage>,
    place: &Place,
    watch: Arc<Watch>,
) -> Result<rustic_core::Repository<()>, Box<RusticError>> {
    let backend = Backend::new(storage.clone(), place.to_string(), watch.clone());
    let backends = RepositoryBackends::new(Arc::new(backend), None);
    // Without a cache: it would be in the home directory of whoever runs the host.
    let options = RepositoryOptions::default().no_cache(true);
    rustic_core::Repository::new_with_progress(&options, &backends, Bars(watch))
}

/// How new repositories are laid out: chunks of a quarter of a mebibyte, for what changes in databases is small;
/// packs of 16, for a few of them are in memory at once.
fn layout() -> ConfigOptions {
    let mut options = ConfigOptions::default();
    options.set_chunk_size = "256KiB".parse().ok();
    options.set_chunk_min_size = "64KiB".parse().ok();
    options.set_chunk_max_size = "1MiB".parse().ok();
    options.set_datapack_size = "16MiB".parse().ok();
    options.set_datapack_growfactor = Some(0);
    options.set_treepack_size = "4MiB".parse().ok();
    options.set_treepack_growfactor = Some(0);
    options
}

/// What is at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing, or a repository whose making was interrupted.
    Empty,
    /// A repository.
    Ready,
}

impl State {
    fn of(storage: &dyn Storage, place: &Place) -> Result<Self, SnapshotError> {
        let top = match storage.top() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Empty),
            top => top.map_err(io_error(format!("read {place}")))?,
        };
        if top.iter().any(|name| name == CONFIG) {
            return Ok(Self::Ready);
        }
        if let Some(found) = top.iter().find(|name| !DIRS.contains(&name.as_str())) {
            return Err(SnapshotError::Foreign {
                place: place.to_string(),
                found: found.clone(),
            });
        }
        for dir in ["snapshots", "index", "data"] {
            let found = storage.list(dir);
            let found = found.map_err(io_error(format!("read {dir} at {place}")))?;
            if !found.is_empty() {
                return Err(SnapshotError::Damaged {
                    place: place.to_string(),
                    what: format!("its file `{CONFIG}` is missing"),
                    source: None,
                });
            }
        }
        Ok(Self::Empty)
    }
}

/// Removes the keys of a repository that was never finished: with them there would be two, and the first that
/// opens need not be the one that `config` is sealed with.
fn clear_keys(storage: &dyn Storage, place: &Place) -> Result<(), SnapshotError> {
    let failed = || io_error(format!("clear what was begun at {place}"));
    for key in storage.list("keys").map_err(failed())? {
        storage.remove(&key.name).map_err(failed())?;
    }
    Ok(())
}

/// Why a repository does not open, if it is not the engine's to say.
fn refusal(error: &RusticError, storage: &dyn Storage, place: &Place) -> Option<SnapshotError> {
    let place = place.to_string();
    if !error.is_incorrect_password() {
        return None;
    }
    Some(match storage.list("keys") {
        Ok(keys) if keys.is_empty() => SnapshotError::Damaged {
            place,
            what: "its keys are missing".to_owned(),
            source: None,
        },
        _ => SnapshotError::WrongKey { place },
    })
}
