//! After a crash: what was in the middle is finished or undone.

use std::{collections::HashSet, fs, io};

use ds_core::{
    AppspaceId, Job, JobId, StoreError, Work, error_chain, fault, publish, publish::DirId,
};

use crate::{
    Lifecycle, Undo as _, UndoError,
    files::blocking,
    undo::{Places, Side, remove},
};

/// What the log says of a job that was undone.
const UNDONE: &str = "the host stopped in the middle; it was undone";

impl Lifecycle {
    /// Finishes or undoes the jobs that a crash left in the middle, and empties the staging directory. Called once
    /// at start, after those of other crates were settled and before anything is served. A job that cannot be
    /// settled keeps what it has, and its appspace stays closed; the log says why. What cannot be removed of a job that
    /// is settled stays there until a later start.
    ///
    /// # Errors
    /// If the job log cannot be read, or there can be no staging directory.
    pub async fn recover(&self) -> Result<(), RecoverError> {
        let mut left = HashSet::new();
        for job in self.parts().jobs.unfinished().await? {
            if matches!(job.work, Work::InstallVersion { .. }) {
                left.insert(job.id);
            } else if let Err(error) = self.settle_safely(&job).await {
                let error = error_chain(&error);
                tracing::error!(job = %job.id, kind = %job.work.kind(), error, "cannot settle what a crash left");
                self.jobs().leave(self, &job);
                left.insert(job.id);
            }
        }
        self.remove_old_previews().await;
        self.empty_staging(left)
            .await
            .map_err(RecoverError::Staging)
    }

    /// Settles a job; a mistake in this program ends neither the host's start nor the rest of the work.
    async fn settle_safely(&self, job: &Job) -> Result<(), UndoError> {
        let (this, job) = (self.clone(), job.clone());
        let settled = tokio::spawn(async move { this.settle(&job).await });
        settled.await.unwrap_or(Err(UndoError::Panicked))
    }

    /// Finishes or undoes one job, and records its end.
    async fn settle(&self, job: &Job) -> Result<(), UndoError> {
        fault::point("settle: before");
        let is_done = self.finish(job).await?;
        if !is_done {
            self.undo(job).await?;
            if let Err(error) = remove(self.parts().data.staging(job.id)).await {
                // What is left there is of no use to anybody, and the next start tries again.
                let error = error_chain(&error);
                tracing::warn!(job = %job.id, error, "a job left files behind");
            }
            self.parts().jobs.end(job.id, Some(UNDONE)).await?;
        }
        fault::point("settle: after");
        Ok(())
    }

    /// Finishes a job that is past the point where it is better finished; says whether it was, and is recorded.
    async fn finish(&self, job: &Job) -> Result<bool, UndoError> {
        match &job.work {
            Work::ChangeVersion {
                appspace,
                to,
                new_data,
                ..
            }
            | Work::Restore {
                appspace,
                to,
                new_data,
                ..
            } => {
                let places = Places::of(&self.parts().data, *appspace, job.id);
                if places.side(*new_data).await? == Side::Old {
                    return Ok(false);
                }
                let stores = &self.parts().appspaces;
                match stores.change_version(*appspace, *to, job.id).await {
                    // The version or the appspace is gone: there is nothing to finish.
                    Err(StoreError::Missing { .. }) => return Ok(false),
                    recorded => recorded?,
                }
            }
            Work::Delete { appspace, at } => {
                if !self.is_moved_out(*appspace).await? {
                    return Ok(false);
                }
                self.parts().trash.trash(*appspace, *at, job.id).await?;
            }
            Work::EmptyTrash { appspace } => {
                // What is not forgotten yet is whole, and its owner may have been told that it stays.
                if self.parts().trash.trashed(*appspace).await?.is_some() {
                    return Ok(false);
                }
                remove(self.parts().data.trash(*appspace).root().to_owned()).await?;
                self.parts().jobs.end(job.id, None).await?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    async fn is_moved_out(&self, id: AppspaceId) -> Result<bool, UndoError> {
        let data = &self.parts().data;
        let (here, there) = (data.appspace(id), data.trash(id));
        let path = here.root().to_owned();
        let found = blocking(move || {
            Ok(DirId::of(here.root())?.is_none() && DirId::of(there.root())?.is_some())
        });
        let failed = |source| UndoError::Files { path, source };
        found.await.map_err(failed)
    }

    /// Removes what is in the staging directory but what unsettled jobs have there.
    async fn empty_staging(&self, left: HashSet<JobId>) -> io::Result<()> {
        let root = self.parts().data.staging_root();
        blocking(move || {
            publish::create_private_dir(&root)?;
            for entry in fs::read_dir(&root)? {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        tracing::warn!(%error, "cannot see what is left of jobs");
                        continue;
                    }
                };
                let name = entry.file_name();
                let job: Option<JobId> = name.to_str().and_then(|name| name.parse().ok());
                if job.is_some_and(|job| left.contains(&job)) {
                    continue;
                }
                let path = entry.path();
                let removed = match entry.file_type() {
                    Ok(kind) if kind.is_dir() => publish::remove_dir(&path),
                    _ => fs::remove_file(&path),
                };
                if let Err(error) = removed {
                    // It is of no use to anybody, and nobody is to wait for it.
                    let path = path.display();
                    tracing::warn!(%path, %error, "cannot remove what is left of a job");
                }
            }
            Ok(())
        })
        .await
    }
}

/// Why nothing could be settled after a crash.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The job log cannot be read.
    #[error("cannot read what was being done")]
    Store(#[from] StoreError),
    /// There is no staging directory, or it cannot be looked at.
    #[error("cannot use the staging directory")]
    Staging(#[source] io::Error),
}
