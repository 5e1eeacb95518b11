//! The steps of an install, in order.

use ds_core::{AccountId, App, AppId, AppVersion, AppVersionDir, Job, JobId, VersionId, Work};

use super::{
    InstallOptions, Installed, Installer, Ready, Step,
    claim::Claim,
    ready::{self, Opened},
    work::{in_store, joined},
};
use crate::{InstallError, Source, Warning, manifest, sequence};

impl Installer {
    /// Unpacks and looks before anything is run or recorded, then does the rest under a job.
    pub(super) async fn build(
        self,
        job: JobId,
        owner: AccountId,
        source: Source,
        options: InstallOptions,
    ) -> Result<Installed, InstallError> {
        let dir = AppVersionDir::new(self.parts.data.staging(job));
        ready::make_fresh(&dir).await?;
        let opened = ready::open(source, &dir, &self.parts.bounds, &options).await?;
        refuse(manifest::blocking(&opened.warnings))?;
        let _claim = Claim::take(&self.busy, owner, &opened.manifest.name)?;
        let app = self.app_for(owner, &opened.manifest.name).await?;
        let installed = self.versions(app.id).await?;
        if sequence::installed(&opened.manifest.version, &installed).is_some() {
            return Err(InstallError::Duplicate {
                name: opened.manifest.name.clone(),
                version: opened.manifest.version.clone(),
            });
        }
        self.with_job(job, app, opened, options).await
    }

    async fn with_job(
        &self,
        id: JobId,
        app: App,
        opened: Opened,
        options: InstallOptions,
    ) -> Result<Installed, InstallError> {
        let version = VersionId::new();
        let work = Work::InstallVersion {
            app: app.id,
            version,
        };
        let begun = self.parts.clock.now();
        let job = Job { id, work, begun };
        let recorded = self.parts.jobs.begin(&job).await;
        recorded.map_err(in_store("record the job"))?;
        let app_id = app.id;
        let run = self
            .clone()
            .run_and_record(id, app, version, opened, options);
        let result = joined(run).await;
        let failure = result
            .as_ref()
            .err()
            .map(|error| ds_core::error_chain(error));
        self.end(id, app_id, version, failure.as_deref()).await;
        result
    }

    async fn run_and_record(
        self,
        job: JobId,
        app: App,
        id: VersionId,
        opened: Opened,
        options: InstallOptions,
    ) -> Result<Installed, InstallError> {
        let dir = AppVersionDir::new(self.parts.data.staging(job));
        let modules = match &options.modules {
            Some(tree) => &self.parts.modules.with_tree_first(tree.clone()),
            None => &self.parts.modules,
        };
        let engine = self.parts.engine.as_ref();
        let limits = self.parts.limits.clone();
        let ready = ready::run(opened, &dir, modules, engine, limits, &options).await?;
        let mut stops = manifest::blocking(&ready.warnings);
        let installed = self.versions(app.id).await?;
        let Ready {
            manifest, routes, ..
        } = ready;
        stops.extend(sequence::check(
            &manifest.version,
            manifest.schema,
            &installed,
        ));
        refuse(stops)?;
        options.at(Step::Saving);
        let version = AppVersion {
            id,
            app: app.id,
            version: manifest.version.clone(),
            api: ready.code.api,
            schema: manifest.schema,
            manifest,
            created: self.parts.clock.now(),
        };
        self.record(&dir, &app, &version, &routes).await?;
        Ok(Installed {
            app,
            version,
            warnings: ready.warnings,
        })
    }

    /// The owner's app of this name, or a new one.
    async fn app_for(&self, owner: AccountId, name: &str) -> Result<App, InstallError> {
        let known = self.parts.apps.app_named(owner, name).await;
        let known = known.map_err(in_store("look for the app"))?;
        Ok(known.unwrap_or_else(|| App {
            id: AppId::new(),
            owner,
            name: name.to_owned(),
            created: self.parts.clock.now(),
        }))
    }

    async fn versions(&self, app: AppId) -> Result<Vec<AppVersion>, InstallError> {
        let versions = self.parts.apps.versions(app).await;
        versions.map_err(in_store("list the installed versions"))
    }
}

fn refuse(stops: Vec<Warning>) -> Result<(), InstallError> {
    if stops.is_empty() {
        Ok(())
    } else {
        Err(InstallError::Blocked(stops))
    }
}
