//! Undoing jobs by what is recorded of them: after a failure at once, after a crash at the next start.

use std::{
    io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use ds_core::{
    AppspaceId, Closure, DataDir, Job, JobId, Work, fault,
    publish::{self, DirId},
};

use crate::{Lifecycle, Undo, UndoError, files::blocking, jobs::staged};

#[async_trait]
impl Undo for Lifecycle {
    async fn undo(&self, job: &Job) -> Result<(), UndoError> {
        fault::point("undo: before");
        match &job.work {
            Work::CreateAppspace { appspace }
            | Work::Import { appspace }
            | Work::Move { appspace } => self.unmake(*appspace).await?,
            Work::ChangeVersion {
                appspace, new_data, ..
            }
            | Work::Restore {
                appspace, new_data, ..
            } => {
                let places = Places::of(&self.parts().data, *appspace, job.id);
                put_back(places, *new_data).await?;
                self.close_all(*appspace).await;
            }
            Work::Delete { appspace, .. } | Work::MoveOut { appspace } => {
                self.out_of_trash(*appspace).await?;
            }
            Work::TakeOut { appspace, .. } => self.back_to_trash(*appspace).await?,
            // Nothing but staging.
            Work::InstallVersion { .. }
            | Work::Snapshot { .. }
            | Work::Export { .. }
            | Work::Verify => {}
            Work::Preview { preview, .. } => self.unopen(*preview).await,
            // What is forgotten cannot come back: the rest goes, too.
            Work::EmptyTrash { appspace } => {
                if self.parts().trash.trashed(*appspace).await?.is_none() {
                    remove(self.parts().data.trash(*appspace).root().to_owned()).await?;
                }
            }
        }
        fault::point("undo: after");
        Ok(())
    }

    fn leave(&self, job: &Job) {
        if let Some(appspace) = job.work.appspace() {
            let gates = &self.parts().gates;
            gates.of_new(appspace).close(Closure::Unsettled);
        }
    }
}

impl Lifecycle {
    /// Removes an appspace that was to be made, unless it was recorded.
    async fn unmake(&self, id: AppspaceId) -> Result<(), UndoError> {
        if self.parts().appspaces.appspace(id).await?.is_some() {
            return Ok(());
        }
        self.close_all(id).await;
        self.parts().gates.forget(id);
        let root = self.parts().data.appspace(id).root().to_owned();
        remove(root).await
    }

    /// Takes an appspace's directory out of the trash if the store does not have it there.
    async fn out_of_trash(&self, id: AppspaceId) -> Result<(), UndoError> {
        if self.parts().trash.trashed(id).await?.is_some() {
            return Ok(());
        }
        let data = &self.parts().data;
        move_back(data.trash(id).root(), data.appspace(id).root()).await
    }

    /// Puts an appspace's directory into the trash if the store has it there.
    async fn back_to_trash(&self, id: AppspaceId) -> Result<(), UndoError> {
        if self.parts().trash.trashed(id).await?.is_none() {
            return Ok(());
        }
        let data = &self.parts().data;
        move_back(data.appspace(id).root(), data.trash(id).root()).await
    }
}

/// Where a job that exchanges data has the two directories.
#[derive(Clone)]
pub(crate) struct Places {
    pub(crate) live: PathBuf,
    pub(crate) staged: PathBuf,
}

/// On which side of the exchange the data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The new data is in place.
    New,
    /// The old data is in place.
    Old,
}

impl Places {
    pub(crate) fn of(data: &DataDir, appspace: AppspaceId, job: JobId) -> Self {
        Self {
            live: data.appspace(appspace).data(),
            staged: staged(&data.staging(job)).data(),
        }
    }

    /// Tells the side, after an exchange that was interrupted was put right.
    pub(crate) async fn side(&self, new_data: Option<DirId>) -> Result<Side, UndoError> {
        // It is recorded before the exchange: there was none.
        let Some(new) = new_data else {
            return Ok(Side::Old);
        };
        let Self { live, staged } = self.clone();
        let found = blocking(move || {
            publish::settle(&live, &staged)?;
            Ok((DirId::of(&live)?, DirId::of(&staged)?))
        });
        match found.await.map_err(|source| self.failed(source))? {
            (Some(live), _) if live == new => Ok(Side::New),
            (Some(_), Some(staged)) if staged == new => Ok(Side::Old),
            // It is removed only when the job was undone, or is over.
            (Some(_), None) => Ok(Side::Old),
            _ => Err(UndoError::Unknown {
                live: self.live.clone(),
                staged: self.staged.clone(),
            }),
        }
    }

    fn failed(&self, source: io::Error) -> UndoError {
        let path = self.live.clone();
        UndoError::Files { path, source }
    }
}

async fn put_back(places: Places, new_data: Option<DirId>) -> Result<(), UndoError> {
    if places.side(new_data).await? == Side::Old {
        return Ok(());
    }
    let Places { live, staged } = places.clone();
    let back = blocking(move || publish::exchange(&live, &staged));
    back.await.map_err(|source| places.failed(source))
}

/// Moves a directory back to where it was, if it is not there.
async fn move_back(from: &Path, to: &Path) -> Result<(), UndoError> {
    let path = from.to_owned();
    let (from, to) = (path.clone(), to.to_owned());
    let moved = blocking(move || {
        if DirId::of(&from)?.is_none() {
            return Ok(());
        }
        publish::move_dir(&from, &to)
    });
    let failed = |source| UndoError::Files { path, source };
    moved.await.map_err(failed)
}

/// Removes a directory for good.
pub(crate) async fn remove(path: PathBuf) -> Result<(), UndoError> {
    let failed_at = path.clone();
    let removed = blocking(move || publish::remove_dir(&path)).await;
    fault::point("remove a directory: after");
    removed.map_err(|source| UndoError::Files {
        path: failed_at,
        source,
    })
}
