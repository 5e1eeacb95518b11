//! What a [`Lifecycle`](crate::Lifecycle) works with.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_backup::{About, LatestFiles, LeftOut, Progress, snapshots::SnapshotId};
use ds_core::{
    Address, AppStore, AppspaceDir, AppspaceId, AppspaceStore, Clock, Closes, DataDir, Gates,
    Integrity, JobLog, MemberLogins, MemberStore, SchemaStore, TrashStore, limits::LimitStore,
};
use ds_routes::RouteStore;
use ds_sandbox::{BoxError, CodeOf, Engine, Limits};

use crate::{Barred, Kept, TakeError, Taken};

/// What a [`Lifecycle`](crate::Lifecycle) works with.
pub struct Parts {
    /// Where everything is.
    pub data: DataDir,
    /// The appspaces of this host.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// Those that were deleted.
    pub trash: Arc<dyn TrashStore>,
    /// The installed apps.
    pub apps: Arc<dyn AppStore>,
    /// What they answer to.
    pub routes: Arc<dyn RouteStore>,
    /// The databases inside the appspaces, where they live.
    pub inside: Inside,
    /// Those inside a directory that is being worked on.
    pub inside_of: InsideOf,
    /// Who may not come back.
    pub barred: Arc<dyn Barred>,
    /// The record of what is being done.
    pub jobs: Arc<dyn JobLog>,
    /// Takes a snapshot before what may go wrong; `None` on a host that has nowhere to keep them.
    pub snapshots: Option<Arc<dyn Snapshotter>>,
    /// Runs app code.
    pub engine: Arc<dyn Engine>,
    /// Finds an app version's code.
    pub code_of: CodeOf,
    /// Bounds of the sandboxes that migrate and are tried out.
    pub limits: Limits,
    /// Those that are set for one appspace alone.
    pub limits_of: Arc<dyn LimitStore>,
    /// Who may enter which appspace.
    pub gates: Gates,
    /// Everything that keeps part of an appspace open.
    pub closes: Vec<Arc<dyn Closes>>,
    /// Told, while nobody may enter, that what is known of an address is old.
    pub forget: Arc<dyn Fn(&Address) + Send + Sync>,
    /// How long requests may go on when an appspace is brought to rest, before they are cut.
    pub grace: Duration,
    /// How many bytes of the disk must stay free; 0 if nobody looks.
    pub least_free: u64,
    /// How long deleted appspaces can be brought back.
    pub trash_kept: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How long deleted appspaces can be brought back, unless the host's owner wants it otherwise.
pub const TRASH_KEPT: Duration = Duration::from_hours(30 * 24);

/// What appspaces carry with them.
#[derive(Clone)]
pub struct Inside {
    /// Their members.
    pub members: Arc<dyn MemberStore>,
    /// How they log in.
    pub logins: Arc<dyn MemberLogins>,
    /// The schema of their data.
    pub schemas: Arc<dyn SchemaStore>,
    /// Whether the database of both is whole.
    pub integrity: Arc<dyn Integrity>,
    /// Lets go of it.
    pub closes: Arc<dyn Closes>,
}

impl Inside {
    /// All of it from one.
    #[must_use]
    pub fn new<S>(store: Arc<S>) -> Self
    where
        S: MemberStore + MemberLogins + SchemaStore + Integrity + Closes + 'static,
    {
        Self {
            members: store.clone(),
            logins: store.clone(),
            schemas: store.clone(),
            integrity: store.clone(),
            closes: store,
        }
    }
}

/// Finds what an appspace's directory carries with it, wherever it is.
pub type InsideOf = Arc<dyn Fn(AppspaceDir) -> Inside + Send + Sync>;

/// Keeps copies of appspaces where they are safe.
#[async_trait]
pub trait Snapshotter: Send + Sync {
    /// Stores a copy: the tree that `about` describes, with that description in it. Returns the snapshot's id when
    /// it is at one place, the first that takes it: the appspace may be closed meanwhile.
    ///
    /// # Errors
    /// If no place takes it, or the work was given up.
    async fn snapshot(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<String, SnapshotError>;
    /// Stores a copy at every place, and forgets older ones there. Says how each went.
    ///
    /// # Errors
    /// If nothing could be tried.
    async fn keep(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError>;
    /// How the files of an appspace looked when the latest snapshots were taken, as far as that is the same at every
    /// place; `None` if all must be cloned.
    async fn latest_files(&self, _of: AppspaceId) -> Option<Arc<LatestFiles>> {
        None
    }
    /// Does as [`Self::keep`], with a copy of which files are left out that [`Self::latest_files`] told. `None` if
    /// they are gone from a place meanwhile: then all is to be stored again.
    ///
    /// # Errors
    /// As [`Self::keep`].
    async fn keep_changed(
        &self,
        tree: &Path,
        _left_out: Arc<LeftOut>,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Option<Vec<Kept>>, SnapshotError> {
        self.keep(tree, about, progress).await.map(Some)
    }
    /// Whether there are places but the first that takes a copy.
    fn has_more_places(&self) -> bool {
        false
    }
    /// Stores a copy at every place that has not got it, and forgets older ones there. Says how each went.
    ///
    /// # Errors
    /// If nothing could be tried.
    async fn spread(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        self.keep(tree, about, progress).await
    }
    /// Forgets a snapshot wherever it is.
    ///
    /// # Errors
    /// If nothing could be tried.
    async fn forget(&self, id: &str) -> Result<(), SnapshotError>;
    /// Reads a snapshot, or what is at the path `only` in it, to a place where nothing is and whose parent is there.
    ///
    /// # Errors
    /// If it cannot be read, or the work was given up; nothing is there then.
    async fn read(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        progress: Arc<dyn Progress>,
    ) -> Result<(), ReadError>;
    /// Told how a job that was to take a snapshot ended, before it counts as ended; not of one that was cancelled.
    async fn ended(&self, _of: AppspaceId, _outcome: Result<&Taken, &TakeError>) {}
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
#[error("cannot take a snapshot")]
pub struct SnapshotError(#[source] pub BoxError);

/// Why a snapshot was not read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the snapshot")]
pub struct ReadError(#[source] pub BoxError);
