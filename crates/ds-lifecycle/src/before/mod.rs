//! Before data is changed: how it is now is kept as a snapshot, at one place at least, and the appspace is closed no
//! longer than it must be.
//!
//! ```text
//! prepare:  rest ─▶ clone ─▶ the appspace goes on ─▶ store the clone
//! secure:   rest ─▶ clone what changed since ─▶ store that, if anything did ─▶ the change, at rest
//! spread:   the change is done and the appspace goes on ─▶ store it at the other places
//! ```
//!
//! What takes long, reading and storing all of the data, is done while people work. What was stored then is a whole
//! snapshot of a moment before; where nobody wrote anything since, it is the one that counts.

mod error;
mod spread;

use std::sync::Arc;

use ds_backup::{About, Cloned, Consistency, CopyReason, FORMAT};
use ds_core::{
    Appspace, AppspaceDir, Hold, Reason, StoreError,
    publish::{self, DirId},
};

pub(crate) use error::{BeforeError, says_before};

use crate::{
    Lifecycle, Run, Step,
    files::blocking,
    snapshots::{describe, make_dir},
};

/// A change that is to come.
#[derive(Clone, Copy)]
pub(crate) struct Coming<'a> {
    pub(crate) appspace: &'a Appspace,
    /// Why it is at rest.
    pub(crate) reason: Reason,
    /// What the snapshot is for.
    pub(crate) copy: CopyReason,
    /// Whether its data may be damaged or gone: then as much of it is kept as there is.
    pub(crate) is_repair: bool,
}

/// The snapshot from before a change.
pub(crate) struct Before {
    pub(crate) id: String,
    about: About,
    /// One of a moment before, which says nothing that this one does not.
    superseded: Option<String>,
}

/// An appspace whose data was kept as it was just now, and that goes on.
pub(crate) struct Prepared {
    /// A clone of it.
    pub(crate) earlier: AppspaceDir,
    /// What that took.
    pub(crate) cloned: Cloned,
    before: Option<Before>,
}

/// An appspace at rest whose data is kept as it is.
pub(crate) struct Secured {
    pub(crate) hold: Arc<Hold>,
    /// None if the host keeps no snapshots, or there was nothing.
    pub(crate) before: Option<Before>,
}

impl Lifecycle {
    /// Clones an appspace's data, lets it go on, and stores the clone.
    pub(crate) async fn prepare(
        &self,
        run: &Run,
        coming: Coming<'_>,
    ) -> Result<Prepared, BeforeError> {
        let about = self.present(coming).await?;
        let earlier = AppspaceDir::new(run.staging().join("earlier"));
        let (hold, consistency) = self.come_to_rest(run, Step::Rest, coming).await?;
        let live = self.parts().data.appspace(coming.appspace.id).data();
        let cloned = run.clone_data::<BeforeError>(&hold, live, earlier.data());
        let cloned = cloned.await?;
        let about = self.now(about, consistency);
        drop(hold);
        run.release();
        let id = self.store(run, Step::Snapshot, &earlier, &about).await?;
        let before = id.map(|id| Before {
            id,
            about,
            superseded: None,
        });
        Ok(Prepared {
            earlier,
            cloned,
            before,
        })
    }

    /// Brings the appspace to rest again and clones its data to where the change is worked on or not, so that there is
    /// a snapshot of exactly that.
    pub(crate) async fn secure(
        &self,
        run: &Run,
        coming: Coming<'_>,
        prepared: Prepared,
        to: &AppspaceDir,
    ) -> Result<Secured, BeforeError> {
        // Its members may be others by now.
        let about = self.present(coming).await?;
        let (hold, consistency) = self.come_to_rest(run, Step::Settle, coming).await?;
        let live = self.parts().data.appspace(coming.appspace.id).data();
        let earlier = prepared.earlier.data();
        let again = run.clone_again::<BeforeError>(&hold, live, to.data(), earlier);
        if again.await?.is_same {
            let before = prepared.before;
            return Ok(Secured { hold, before });
        }
        let about = self.now(about, consistency);
        let id = self.store(run, Step::SnapshotChanges, to, &about).await?;
        let before = id.map(|id| Before {
            id,
            about,
            superseded: prepared.before.map(|before| before.id),
        });
        Ok(Secured { hold, before })
    }

    async fn come_to_rest(
        &self,
        run: &Run,
        step: Step,
        coming: Coming<'_>,
    ) -> Result<(Arc<Hold>, Consistency), BeforeError> {
        let id = coming.appspace.id;
        let rest = run.step(step, async {
            if coming.is_repair {
                let data = self.parts().data.appspace(id).data();
                make_dir(data).await.map_err(BeforeError::Files)?;
            }
            Ok::<_, BeforeError>(self.at_rest(id, coming.reason).await?)
        });
        let (hold, consistency) = rest.await?;
        Ok((run.keep(hold), consistency))
    }

    /// Stores a clone at one place, if the host keeps snapshots and there is anything in it.
    async fn store(
        &self,
        run: &Run,
        step: Step,
        clone: &AppspaceDir,
        about: &About,
    ) -> Result<Option<String>, BeforeError> {
        let Some(snapshots) = self.snapshotter() else {
            return Ok(None);
        };
        let files = clone.files();
        let is_there = blocking(move || DirId::of(&files)).await;
        if is_there.map_err(BeforeError::Files)?.is_none() {
            return Ok(None);
        }
        let stored = run.step(step, async {
            describe(clone.root(), about).await?;
            let (root, progress) = (clone.root(), run.progress());
            Ok::<_, BeforeError>(snapshots.snapshot(root, about, progress).await?)
        });
        Ok(Some(stored.await?))
    }

    fn now(&self, about: About, consistency: Consistency) -> About {
        About {
            made: self.parts().clock.now(),
            consistency,
            ..about
        }
    }

    /// The description of an appspace as it is. One that may be damaged cannot always be asked: that is what
    /// snapshots are restored for.
    async fn present(&self, coming: Coming<'_>) -> Result<About, StoreError> {
        let Coming { appspace, copy, .. } = coming;
        match self.about(appspace, copy).await {
            Err(error) if coming.is_repair => {
                let (id, error) = (appspace.id, ds_core::error_chain(&error));
                tracing::warn!(appspace = %id, error, "cannot ask a damaged appspace for its members");
                let version = self.version_of(appspace).await?;
                Ok(About {
                    format: FORMAT,
                    appspace: id,
                    address: appspace.address.clone(),
                    schema: version.schema,
                    app: version.manifest,
                    made: self.parts().clock.now(),
                    reason: copy,
                    consistency: Consistency::Crash,
                    members: 0,
                })
            }
            about => about,
        }
    }
}

/// Removes what is in the way of nobody but takes room: what cannot be removed goes with the job's staging directory.
pub(crate) async fn make_room(dir: &AppspaceDir) {
    let root = dir.root().to_owned();
    if let Err(error) = blocking(move || publish::remove_dir(&root)).await {
        tracing::warn!(%error, "cannot remove a copy that is not needed any more");
    }
}
