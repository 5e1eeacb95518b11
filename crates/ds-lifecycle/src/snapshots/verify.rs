//! Reading the snapshots back, as a job of the whole host: it takes long, can be watched and given up.

use ds_backup::snapshots::{ReadBack, SnapshotError as PlaceFailure, Verified};
use ds_core::{JobKind, Work};

use super::{AtPlace, Keeper, NoKey};
use crate::{JobError, JobHandle, Lifecycle, Run, Step};

/// Why the snapshots were not read back. What is wrong with them is no error but what is found.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// They are being read back already.
    #[error("the snapshots are being looked through already")]
    Twice,
    /// There is no key.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl Lifecycle {
    /// Reads the snapshots at every place of a keeper back, and compares.
    ///
    /// # Errors
    /// If that is being done already, or the host is stopping. What goes wrong later, the handle tells.
    pub fn verify_snapshots(
        &self,
        keeper: Keeper,
        read: ReadBack,
    ) -> Result<JobHandle<Vec<AtPlace<Verified>>, VerifyError>, VerifyError> {
        let running = self.jobs().running();
        if running.iter().any(|one| one.kind == JobKind::Verify) {
            return Err(VerifyError::Twice);
        }
        let body = move |run: Run| async move {
            run.step(Step::ReadBack, async {
                let found = keeper.verify(read, run.progress()).await?;
                let was_cancelled =
                    |at: &AtPlace<Verified>| matches!(at.outcome, Err(PlaceFailure::Cancelled));
                if found.iter().any(was_cancelled) {
                    return Err(JobError::Cancelled.into());
                }
                Ok(found)
            })
            .await
        };
        Ok(self.jobs().start(Work::Verify, self.undoing(), body)?)
    }
}
