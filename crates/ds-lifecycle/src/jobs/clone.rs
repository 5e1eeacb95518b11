//! The steps that clone an appspace's data: they end soon when the job is given up.

use std::{path::PathBuf, sync::Arc};

use ds_backup::{
    CloneError, Cloned, ClonedAgain, LatestFiles, LeftOut, clone_again, clone_changed, clone_data,
};
use ds_core::Hold;

use super::{JobError, Run, Step};

impl Run {
    /// Clones data at rest to where nothing is.
    ///
    /// # Errors
    /// If it cannot be cloned, or the job was given up.
    pub(crate) async fn clone_data<E>(
        &self,
        at_rest: &Hold,
        from: PathBuf,
        to: PathBuf,
    ) -> Result<Cloned, E>
    where
        E: From<JobError> + From<CloneError>,
    {
        self.step(Step::Clone, async {
            let cloned = clone_data(at_rest, from, to, self.progress()).await;
            cloned.map_err(|error| self.clone_error(error))
        })
        .await
    }

    /// Clones data at rest but for what looks as it did in the latest snapshot.
    ///
    /// # Errors
    /// As [`Self::clone_data`].
    pub(crate) async fn clone_changed<E>(
        &self,
        at_rest: &Hold,
        from: PathBuf,
        to: PathBuf,
        latest: Arc<LatestFiles>,
    ) -> Result<LeftOut, E>
    where
        E: From<JobError> + From<CloneError>,
    {
        self.step(Step::Clone, async {
            let cloned = clone_changed(at_rest, from, to, latest, self.progress()).await;
            let (_, left_out) = cloned.map_err(|error| self.clone_error::<E>(error))?;
            Ok(left_out)
        })
        .await
    }

    /// Clones data at rest as an earlier clone has it, and what changed since.
    ///
    /// # Errors
    /// As [`Self::clone_data`].
    pub(crate) async fn clone_again<E>(
        &self,
        at_rest: &Hold,
        from: PathBuf,
        to: PathBuf,
        earlier: PathBuf,
    ) -> Result<ClonedAgain, E>
    where
        E: From<JobError> + From<CloneError>,
    {
        self.step(Step::CloneChanges, async {
            let cloned = clone_again(at_rest, from, to, earlier, self.progress()).await;
            cloned.map_err(|error| self.clone_error(error))
        })
        .await
    }

    /// Why nothing was cloned: if the job was given up, in the job's words.
    fn clone_error<E: From<JobError> + From<CloneError>>(&self, error: CloneError) -> E {
        match (error, self.why_given_up()) {
            (CloneError::Cancelled, Some(why)) => why.into(),
            (error, _) => error.into(),
        }
    }
}
