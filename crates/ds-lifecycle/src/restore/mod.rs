//! Putting a snapshot back.
//!
//! ```text
//! whole:  read it, check it ─▶ rest ─▶ clone and snapshot the present ─▶ flush ─▶ exchange ─▶ record
//! a part: read it ─▶ rest ─▶ clone and snapshot the present ─▶ put the part into the clone ─▶ flush ─▶ …
//! anew:   read it, check it ─▶ make its owner owner here ─▶ flush ─▶ move to its place ─▶ record
//! ```
//!
//! The appspace stays open while a snapshot is read, which may take long. From rest to the exchange it is closed: what
//! would be written meanwhile would be lost.

mod anew;
mod contents;
mod error;
mod part;

use std::{io, path::PathBuf};

use ds_backup::{About, Consistency, CopyReason, DATA, clone_data, snapshots::SnapshotId};
use ds_core::{
    AppVersion, Appspace, AppspaceDir, AppspaceId, Hold, Reason, Schema, StoreError, Work,
    publish::DirId,
};

pub use anew::Anew;
pub use contents::{ContentsError, check_contents};
pub use error::RestoreError;

use crate::{
    JobHandle, Lifecycle, Run, Step,
    files::blocking,
    snapshots::{describe, make_dir},
};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The appspace, as it is now.
    pub appspace: Appspace,
    /// The snapshot of how it was before, if there was anything.
    pub before: Option<String>,
}

impl Lifecycle {
    /// Puts an appspace back as it was in a snapshot of it, or one file or directory of its app. How it is now is
    /// snapshotted first. `part` is a path in the app's files.
    ///
    /// # Errors
    /// If something else is being done to it. What goes wrong later, the handle tells; the appspace is then
    /// exactly as it was.
    pub async fn restore(
        &self,
        id: AppspaceId,
        snapshot: SnapshotId,
        part: Option<PathBuf>,
    ) -> Result<JobHandle<Restored, RestoreError>, RestoreError> {
        let version = self.appspace(id).await?.version_id;
        let work = Work::Restore {
            appspace: id,
            from: version,
            to: version,
            new_data: None,
        };
        let this = self.clone();
        let body = move |run: Run| async move {
            match part {
                Some(part) => this.restore_part(&run, id, snapshot, part).await,
                None => this.restore_whole(&run, id, snapshot).await,
            }
        };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn restore_whole(
        &self,
        run: &Run,
        id: AppspaceId,
        snapshot: SnapshotId,
    ) -> Result<Restored, RestoreError> {
        let appspace = self.appspace(id).await?;
        self.room().await?;
        let copy = run.staged();
        let (about, schema) = self.fetch(run, &snapshot, &copy, id).await?;
        if about.appspace != id {
            return Err(RestoreError::OtherAppspace(about.address));
        }
        let version = self.version_on(&appspace, &about, schema).await?;
        let to = version.id;
        run.advance(Work::Restore {
            appspace: id,
            from: appspace.version_id,
            to,
            new_data: None,
        })
        .await?;
        let present = AppspaceDir::new(run.staging().join("before"));
        let rested = self.rest_and_clone(run, &appspace, &present).await?;
        let before = self
            .keep_present(run, &appspace, &present, rested.1)
            .await?;
        self.bring_in(run, &rested.0, &appspace, to).await?;
        let appspace = self.appspace(id).await?;
        Ok(Restored { appspace, before })
    }

    /// Reads a whole snapshot into a directory and looks at everything that the host will rely on.
    async fn fetch(
        &self,
        run: &Run,
        snapshot: &SnapshotId,
        copy: &AppspaceDir,
        id: AppspaceId,
    ) -> Result<(About, Schema), RestoreError> {
        self.read(run, snapshot, copy.root().to_owned(), None)
            .await?;
        run.step(Step::Check, async {
            let root = copy.root().to_owned();
            let checked = tokio::task::spawn_blocking(move || check_contents(&root)).await;
            let about = checked.map_err(|error| RestoreError::files(io::Error::other(error)))??;
            let inside = (self.parts().inside_of)(copy.clone());
            let looked = async {
                inside.integrity.check_foreign(id).await?;
                inside.schemas.schema(id).await
            };
            let schema = looked.await.map_err(RestoreError::Damaged);
            inside.closes.close(id).await;
            Ok((about, schema?))
        })
        .await
    }

    /// Reads a snapshot, or a part of it.
    async fn read(
        &self,
        run: &Run,
        snapshot: &SnapshotId,
        to: PathBuf,
        only: Option<PathBuf>,
    ) -> Result<(), RestoreError> {
        let snapshots = self.snapshotter().ok_or(RestoreError::Off)?;
        run.step(Step::Fetch, async {
            let made = make_dir(run.staging()).await;
            made.map_err(RestoreError::files)?;
            let (only, progress) = (only.as_deref(), run.progress());
            Ok(snapshots.read(snapshot, &to, only, progress).await?)
        })
        .await
    }

    /// Brings an appspace to rest and clones its data. One whose data is gone has an empty clone.
    async fn rest_and_clone(
        &self,
        run: &Run,
        appspace: &Appspace,
        to: &AppspaceDir,
    ) -> Result<(std::sync::Arc<Hold>, Consistency), RestoreError> {
        let live = self.parts().data.appspace(appspace.id).data();
        let rest = run.step(Step::Rest, async {
            let made = make_dir(live.clone()).await;
            made.map_err(RestoreError::files)?;
            Ok::<_, RestoreError>(self.at_rest(appspace.id, Reason::Restoring).await?)
        });
        let (hold, consistency) = rest.await?;
        let hold = run.keep(hold);
        run.step(Step::Clone, async {
            clone_data(&hold, live, to.data()).await?;
            Ok::<_, RestoreError>(())
        })
        .await?;
        Ok((hold, consistency))
    }

    /// Takes the snapshot of the present state, unless there is nothing.
    async fn keep_present(
        &self,
        run: &Run,
        appspace: &Appspace,
        clone: &AppspaceDir,
        consistency: Consistency,
    ) -> Result<Option<String>, RestoreError> {
        let snapshots = self.snapshotter().ok_or(RestoreError::Off)?;
        let files = clone.files();
        let is_there = blocking(move || DirId::of(&files)).await;
        if is_there.map_err(RestoreError::files)?.is_none() {
            return Ok(None);
        }
        let about = self.present(appspace).await?;
        // Asking opened it.
        self.close_all(appspace.id).await;
        let about = About {
            consistency,
            ..about
        };
        let taken = run.step(Step::Snapshot, async {
            describe(clone.root(), &about).await?;
            let progress = run.progress();
            let taken = snapshots.snapshot(clone.root(), &about, progress).await;
            taken.map_err(RestoreError::NotKept)
        });
        Ok(Some(taken.await?))
    }

    /// The description of an appspace that may be damaged: that is what snapshots are restored for.
    async fn present(&self, appspace: &Appspace) -> Result<About, StoreError> {
        match self.about(appspace, CopyReason::BeforeRestore).await {
            Ok(about) => Ok(about),
            Err(error) => {
                let (id, error) = (appspace.id, ds_core::error_chain(&error));
                tracing::warn!(appspace = %id, error, "cannot ask a damaged appspace for its members");
                let version = self.version_of(appspace).await?;
                Ok(About {
                    format: ds_backup::FORMAT,
                    appspace: appspace.id,
                    address: appspace.address.clone(),
                    schema: version.schema,
                    app: version.manifest,
                    made: self.parts().clock.now(),
                    reason: CopyReason::BeforeRestore,
                    consistency: Consistency::Crash,
                    members: 0,
                })
            }
        }
    }

    /// The installed version that runs on the data of a snapshot.
    async fn version_on(
        &self,
        appspace: &Appspace,
        about: &About,
        schema: Schema,
    ) -> Result<AppVersion, RestoreError> {
        let installed = self.parts().apps.versions(appspace.app).await?;
        let present = Some(appspace.version_id);
        choose(installed, about, schema, present)
    }
}

/// The version that made the data, else the one that runs now, else the newest: of those that the data is for.
fn choose(
    installed: Vec<AppVersion>,
    about: &About,
    schema: Schema,
    present: Option<ds_core::VersionId>,
) -> Result<AppVersion, RestoreError> {
    let fits = installed.into_iter().filter(|one| one.schema == schema);
    let best = fits.max_by_key(|one| {
        (
            one.version == about.app.version,
            Some(one.id) == present,
            one.version.clone(),
        )
    });
    best.ok_or_else(|| RestoreError::NoVersion {
        app: about.app.name.clone(),
        version: about.app.version.clone(),
        schema,
    })
}

/// The path in a snapshot of an app's file.
fn in_files(part: &std::path::Path) -> PathBuf {
    let files = PathBuf::from(DATA).join("files");
    if part.as_os_str().is_empty() {
        files
    } else {
        files.join(part)
    }
}
