//! Letting new data take the place of the old, and recording it with the end of the job.

use std::{io, path::PathBuf};

use ds_core::{Appspace, Closure, Hold, StoreError, VersionId, publish, publish::DirId};

use crate::{JobError, Lifecycle, Run, Step, files::blocking};

/// Why new data did not take the place of the old.
#[derive(Debug, thiserror::Error)]
pub enum BringInError {
    /// The directories could not be flushed or exchanged.
    #[error("cannot put the new data in place of {}", .path.display())]
    Files {
        /// The data directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Who may not come back could not be taken out.
    #[error("cannot take those out of the new data who may not come back")]
    Barred(#[source] StoreError),
    /// The new version could not be recorded.
    #[error("cannot record the new version")]
    Store(#[source] StoreError),
    /// The job was given up, or could not be recorded.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl Lifecycle {
    /// Lets what a job built in [`Run::staged`] take the place of the appspace's data, records the version that
    /// runs on it, and ends the job. Everything in there is closed; whoever may not come back is taken out of it.
    ///
    /// # Errors
    /// If the job fails now, the old data comes back.
    pub async fn bring_in(
        &self,
        run: &Run,
        at_rest: &Hold,
        appspace: &Appspace,
        to: VersionId,
    ) -> Result<(), BringInError> {
        debug_assert_eq!(at_rest.appspace(), appspace.id, "the hold is of another");
        let live = self.parts().data.appspace(appspace.id).data();
        let staged = run.staged().data();
        run.step(Step::Flush, async {
            let taken = self.take_out_barred(appspace.id, run.staged()).await;
            taken.map_err(BringInError::Barred)?;
            let (path, staged) = (staged.clone(), staged.clone());
            let above = [
                run.staged().root().to_owned(),
                run.staging(),
                self.parts().data.staging_root(),
            ];
            in_files(path, move || {
                publish::sync_tree(&staged)?;
                // The old data will be in there until the outcome is recorded.
                above.iter().try_for_each(|dir| publish::sync_dir(dir))
            })
            .await
        })
        .await?;
        run.step(Step::Exchange, async {
            let looked_at = staged.clone();
            let new_data = in_files(staged.clone(), move || {
                DirId::of(&looked_at)?.ok_or_else(|| io::ErrorKind::NotFound.into())
            });
            let new_data = new_data.await?;
            run.advance(run.job().work.with_new_data(new_data)).await?;
            in_files(live.clone(), move || publish::exchange(&live, &staged)).await?;
            // Whatever was opened meanwhile is the old one.
            self.close_all(appspace.id).await;
            Ok::<_, BringInError>(())
        })
        .await?;
        run.step(Step::Record, async {
            let stores = &self.parts().appspaces;
            let recording = stores.change_version(appspace.id, to, run.id());
            run.commit(recording).await.map_err(BringInError::Store)?;
            // Before the gate opens: nobody may go on with the old routes on the new data.
            (self.parts().forget)(&appspace.address);
            self.parts().gates.of(appspace).lift(Closure::WrongSchema);
            Ok(())
        })
        .await
    }
}

async fn in_files<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BringInError> {
    let done = blocking(work).await;
    done.map_err(|source| BringInError::Files { path, source })
}
