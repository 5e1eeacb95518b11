//! What a crash left of installs.

use ds_core::{Work, publish};

use super::{
    Installer,
    work::{blocking, in_files, in_store},
};
use crate::InstallError;

impl Installer {
    /// Undoes the installs that a crash left in the middle; says how many. Called when the host starts, before
    /// anything is installed.
    ///
    /// # Errors
    /// If the store cannot be read, or something cannot be removed; calling it again goes on.
    pub async fn recover(&self) -> Result<usize, InstallError> {
        let unfinished = self.parts.jobs.unfinished().await;
        let mut undone = 0;
        for job in unfinished.map_err(in_store("list unfinished work"))? {
            let Work::InstallVersion { app, version } = job.work else {
                continue;
            };
            let staging = self.parts.data.staging(job.id);
            blocking(move || {
                publish::remove_dir(&staging).map_err(in_files("empty the staging directory"))
            })
            .await?;
            let installed = self.undo(app, version).await?;
            let failure = (!installed).then_some("the host stopped in the middle; it was undone");
            let ended = self.parts.jobs.end(job.id, failure).await;
            ended.map_err(in_store("record that the work ended"))?;
            undone += usize::from(!installed);
        }
        Ok(undone)
    }
}
