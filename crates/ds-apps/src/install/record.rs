//! The last steps of an install, and undoing them.

use std::{fs, io::ErrorKind};

use ds_core::{App, AppId, AppVersion, AppVersionDir, JobId, VersionId, publish};
use ds_routes::Route;

use super::{
    Installer,
    work::{blocking, in_files, in_store},
};
use crate::InstallError;

impl Installer {
    /// Publishes the files, then records routes and version. The version comes last: what the store lists is
    /// whole.
    pub(super) async fn record(
        &self,
        staging: &AppVersionDir,
        app: &App,
        version: &AppVersion,
        routes: &[Route],
    ) -> Result<(), InstallError> {
        let from = staging.root().to_owned();
        let app_dir = self.parts.data.app(app.id);
        let to = self.parts.data.app_version(app.id, version.id);
        blocking(move || {
            publish::create_private_dir(&app_dir).map_err(in_files("make the app's directory"))?;
            // The directory of a new app must outlive a power cut, too.
            if let Some(apps) = app_dir.parent() {
                publish::sync_dir(apps).map_err(in_files("make the app's directory"))?;
            }
            publish::publish_dir(&from, to.root()).map_err(in_files("publish the app's files"))
        })
        .await?;
        let recorded = self.parts.routes.set_routes(version.id, routes).await;
        recorded.map_err(in_store("record the app's routes"))?;
        let Err(error) = self.parts.apps.add_version(app, version).await else {
            return Ok(());
        };
        // A failure may have come after it was recorded: what the store lists must stay.
        match self.parts.apps.version(version.id).await {
            Ok(Some(_)) => Ok(()),
            _ => Err(in_store("record the app")(error)),
        }
    }

    /// Ends a job: done, or undone with the reason. What cannot be undone now is left to
    /// [`Self::recover`].
    pub(super) async fn end(
        &self,
        job: JobId,
        app: AppId,
        version: VersionId,
        failure: Option<&str>,
    ) {
        if failure.is_some()
            && let Err(error) = self.undo(app, version).await
        {
            let error = ds_core::error_chain(&error);
            tracing::warn!(%job, error, "an install cannot be undone now; the next start will");
            return;
        }
        if let Err(error) = self.parts.jobs.end(job, failure).await {
            tracing::warn!(%job, %error, "cannot record that an install ended; the next start will");
        }
    }

    /// Removes a version's files and routes unless the store lists it; says whether it does.
    pub(super) async fn undo(&self, app: AppId, version: VersionId) -> Result<bool, InstallError> {
        let known = self.parts.apps.version(version).await;
        if known.map_err(in_store("look for the version"))?.is_some() {
            return Ok(true);
        }
        let dir = self.parts.data.app_version(app, version);
        let app_dir = self.parts.data.app(app);
        blocking(move || {
            publish::remove_dir(dir.root()).map_err(in_files("remove the app's files"))?;
            // It stays if it has other versions.
            match fs::remove_dir(&app_dir).map_err(|error| (error.kind(), error)) {
                Ok(()) | Err((ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty, _)) => Ok(()),
                Err((_, error)) => Err(in_files("remove the app's directory")(error)),
            }
        })
        .await?;
        let cleared = self.parts.routes.set_routes(version, &[]).await;
        cleared.map_err(in_store("forget the app's routes"))?;
        Ok(false)
    }
}
