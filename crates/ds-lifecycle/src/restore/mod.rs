//! Putting a snapshot back.
//!
//! ```text
//! whole:  read it, check it ─▶ snapshot the present ─▶ rest ─▶ what changed since ─▶ flush ─▶ exchange ─▶ record
//! a part: read it ─▶ snapshot the present ─▶ rest ─▶ what changed since ─▶ put the part into the clone ─▶ flush ─▶ …
//! anew:   read it, check it ─▶ make its owner owner here ─▶ flush ─▶ move to its place ─▶ record
//! ```
//!
//! The appspace stays open while a snapshot is read and the present is stored, but for the moment that it takes to
//! clone it ([`before`](crate::before)). From rest to the exchange it is closed: what would be written meanwhile would
//! be lost.

mod anew;
mod contents;
mod error;
mod part;

use std::{io, path::PathBuf};

use ds_backup::{About, CopyReason, DATA, snapshots::SnapshotId};
use ds_core::{AppVersion, Appspace, AppspaceDir, AppspaceId, Reason, Schema, Work, publish};

pub use anew::Anew;
pub use contents::{ContentsError, check_contents};
pub use error::RestoreError;

use crate::{
    JobHandle, Kept, Lifecycle, Run, Step,
    before::{BeforeError, Coming, Secured},
    files::blocking,
    snapshots::make_dir,
};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The appspace, as it is now.
    pub appspace: Appspace,
    /// The snapshot of how it was before, if there was anything.
    pub before: Option<String>,
    /// How it went to store that at the other places, if there are more than one.
    pub elsewhere: Vec<Kept>,
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
        let secured = self.keep_present(run, &appspace, &present).await?;
        self.bring_in(run, &secured.hold, &appspace, to).await?;
        self.restored(run, id, secured).await
    }

    /// Reads a whole snapshot into a directory and looks at everything that the host will rely on.
    pub(crate) async fn fetch(
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

    /// Takes the snapshot of the present state, unless there is nothing, and brings the appspace to rest.
    pub(crate) async fn keep_present(
        &self,
        run: &Run,
        appspace: &Appspace,
        to: &AppspaceDir,
    ) -> Result<Secured, BeforeError> {
        let coming = Coming {
            appspace,
            reason: Reason::Restoring,
            copy: CopyReason::BeforeRestore,
            is_repair: true,
        };
        let prepared = self.prepare(run, coming).await?;
        if to.root() == run.staged().root() {
            // It will be the data: what does not change until then is on disk before anybody waits for that.
            let data = prepared.earlier.data();
            let flushed = blocking(move || publish::sync_tree(&data)).await;
            flushed.map_err(BeforeError::Files)?;
        }
        self.secure(run, coming, prepared, to).await
    }

    /// The new data is in place and recorded: lets the appspace go on.
    async fn restored(
        &self,
        run: &Run,
        id: AppspaceId,
        secured: Secured,
    ) -> Result<Restored, RestoreError> {
        let before = secured.before;
        drop(secured.hold);
        run.release();
        let elsewhere = self.spread(run, before.as_ref()).await;
        Ok(Restored {
            appspace: self.appspace(id).await?,
            before: before.map(|before| before.id),
            elsewhere,
        })
    }

    /// The installed version that runs on the data of a snapshot.
    pub(crate) async fn version_on(
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
