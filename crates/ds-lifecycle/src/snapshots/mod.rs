//! Taking a snapshot of an appspace.
//!
//! ```text
//! rest ─▶ clone ─▶ the appspace goes on ─▶ describe ─▶ store at every place, forget old ones ─▶ done
//!           └──────────── on failure: remove the clone ────────────────┘
//! ```

mod error;
mod keeper;
mod verify;

use std::{
    fs::{DirBuilder, File},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_backup::{ABOUT, About, Consistency, CopyReason, FORMAT, LatestFiles, LeftOut};
use ds_core::{Appspace, AppspaceId, Reason, StoreError, Work};

pub use error::TakeError;
pub use keeper::{AtPlace, Bookkeeping, Keeper, NoKey};
pub use verify::VerifyError;

use crate::{JobHandle, Lifecycle, Run, Snapshotter, Step, files::blocking, undo};

/// How storing a snapshot went at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The place.
    pub place: String,
    /// What was stored there, or why nothing was.
    pub outcome: Result<ds_backup::snapshots::Stored, String>,
}

/// A snapshot that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it says of itself.
    pub about: About,
    /// How it went at each place; at one at least it went well.
    pub places: Vec<Kept>,
}

impl Lifecycle {
    /// Takes a snapshot of an appspace and keeps it at every place. The appspace is closed while its data is cloned,
    /// and goes on while the clone is stored.
    ///
    /// # Errors
    /// If something else is being done to it. What goes wrong later, the handle tells.
    pub fn take_snapshot(
        &self,
        id: AppspaceId,
        reason: CopyReason,
    ) -> Result<JobHandle<Taken, TakeError>, TakeError> {
        let work = Work::Snapshot { appspace: id };
        let this = self.clone();
        let body = move |run: Run| async move {
            let taken = this.take(&run, id, reason).await;
            let is_given_up = taken.is_err() && run.progress().is_cancelled();
            if let Some(snapshots) = this.snapshotter().filter(|_| !is_given_up) {
                snapshots.ended(id, taken.as_ref()).await;
            }
            taken
        };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn take(
        &self,
        run: &Run,
        id: AppspaceId,
        reason: CopyReason,
    ) -> Result<Taken, TakeError> {
        let snapshots = self.snapshotter().ok_or(TakeError::Off)?;
        let appspace = self.appspace(id).await?;
        self.room().await?;
        let about = self.about(&appspace, reason).await?;
        if let Some(latest) = snapshots.latest_files(id).await {
            let taken = self.take_once(run, &*snapshots, about.clone(), latest);
            if let Some(taken) = taken.await? {
                return Ok(taken);
            }
            tracing::info!(appspace = %id, "the latest snapshot has gone meanwhile: all is copied");
            undo::remove(run.staged().root().to_owned()).await?;
        }
        let all = self.take_once(run, &*snapshots, about, Arc::default());
        all.await?
            .ok_or_else(|| TakeError::Nowhere("what was to be stored was not there".to_owned()))
    }

    /// Takes a snapshot with what changed since the latest; `None` if that has gone meanwhile.
    async fn take_once(
        &self,
        run: &Run,
        snapshots: &dyn Snapshotter,
        about: About,
        latest: Arc<LatestFiles>,
    ) -> Result<Option<Taken>, TakeError> {
        let staged = run.staged();
        let (about, left_out) = self
            .clone_quickly(run, about, staged.data(), latest)
            .await?;
        let places = run.step(Step::Snapshot, async {
            describe(staged.root(), &about).await?;
            let (root, progress) = (staged.root(), run.progress());
            let kept = snapshots.keep_changed(root, Arc::new(left_out), &about, progress);
            Ok::<_, TakeError>(kept.await?)
        });
        let Some(places) = places.await? else {
            return Ok(None);
        };
        if places.iter().all(|kept| kept.outcome.is_err()) {
            return Err(TakeError::of(places));
        }
        Ok(Some(Taken { about, places }))
    }

    /// Clones what changed of an appspace's data, which is at rest no longer than that takes.
    async fn clone_quickly(
        &self,
        run: &Run,
        about: About,
        to: PathBuf,
        latest: Arc<LatestFiles>,
    ) -> Result<(About, LeftOut), TakeError> {
        let id = about.appspace;
        let rest = run.step(Step::Rest, async {
            Ok::<_, TakeError>(self.at_rest(id, Reason::Snapshot).await?)
        });
        let (hold, consistency) = rest.await?;
        let hold = run.keep(hold);
        let made = self.parts().clock.now();
        let live = self.parts().data.appspace(id).data();
        let left_out = run
            .clone_changed::<TakeError>(&hold, live, to, latest)
            .await?;
        drop(hold);
        run.release();
        let about = About {
            made,
            consistency,
            ..about
        };
        Ok((about, left_out))
    }

    /// The description of an appspace as it is now. Asked of the appspace itself and not of its clone, of which
    /// nothing is read before it is stored.
    pub(crate) async fn about(
        &self,
        appspace: &Appspace,
        reason: CopyReason,
    ) -> Result<About, StoreError> {
        let inside = &self.parts().inside;
        let version = self.version_of(appspace).await?;
        let members = inside.members.members(appspace.id).await?;
        Ok(About {
            format: FORMAT,
            appspace: appspace.id,
            address: appspace.address.clone(),
            app: version.manifest,
            schema: inside.schemas.schema(appspace.id).await?,
            made: self.parts().clock.now(),
            reason,
            consistency: Consistency::Crash,
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
        })
    }

    pub(crate) fn snapshotter(&self) -> Option<Arc<dyn Snapshotter>> {
        self.parts().snapshots.clone()
    }
}

/// Writes the description beside a clone, which is then the tree of a copy.
pub(crate) async fn describe(root: &Path, about: &About) -> Result<(), DescribeError> {
    let path = root.join(ABOUT);
    let failed_at = path.clone();
    let text = serde_json::to_vec_pretty(about).map_err(io::Error::other);
    let written = blocking(move || {
        let text = text?;
        // Not flushed, as the clone is not.
        File::create_new(path)?.write_all(&text)
    });
    written.await.map_err(|source| DescribeError {
        path: failed_at,
        source,
    })
}

/// A copy could not be described.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", .path.display())]
pub struct DescribeError {
    /// The file.
    path: PathBuf,
    /// Why.
    #[source]
    source: io::Error,
}

/// Makes a directory for this user alone, and those above it.
pub(crate) async fn make_dir(path: PathBuf) -> io::Result<()> {
    blocking(move || DirBuilder::new().recursive(true).mode(0o700).create(path)).await
}
