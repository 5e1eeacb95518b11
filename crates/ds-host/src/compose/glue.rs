//! What the operations need done, done by the installer and the lifecycle; their errors in the operations' words.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ds_apps::{InstallError, InstallErrorKind, InstallOptions, Installer};
use ds_core::{AccountId, Address, AppVersion, Appspace, Closed, Gates, Visit};
use ds_lifecycle::{CreateError, JobError, Lifecycle, MigrateError, NewAppspace};
use ds_sandbox::{Sandboxes, StartError, StopReason};
use ds_serve::Cached;

use crate::ops::{
    AppspaceStatus, ErrorKind, Installed, OpError, Source,
    backend::{Appspaces, Installs},
};

pub(super) struct Packages(pub(super) Installer);

#[async_trait]
impl Installs for Packages {
    async fn install(
        &self,
        owner: AccountId,
        source: Source,
        modules: Option<PathBuf>,
    ) -> Result<Installed, OpError> {
        let source = match source {
            Source::Archive(path) => ds_apps::Source::Archive(path),
            Source::Folder(path) => ds_apps::Source::Folder(path),
        };
        let options = InstallOptions {
            modules,
            ..InstallOptions::default()
        };
        let installed = self.0.install(owner, source, options).await;
        let installed = installed.map_err(|error| of_install(&error))?;
        Ok(Installed {
            app: installed.app,
            version: installed.version,
            warnings: installed
                .warnings
                .into_iter()
                .map(|one| one.message)
                .collect(),
        })
    }
}

/// Appspaces of this host.
pub(super) struct Spaces {
    pub(super) lifecycle: Lifecycle,
    pub(super) directory: Arc<Cached>,
    pub(super) gates: Gates,
    pub(super) sandboxes: Arc<Sandboxes>,
}

#[async_trait]
impl Appspaces for Spaces {
    async fn create(
        &self,
        owner: AccountId,
        owner_name: String,
        version: AppVersion,
        address: Address,
    ) -> Result<Appspace, OpError> {
        let created = self.lifecycle.create(NewAppspace {
            owner,
            owner_name,
            version,
            address,
        });
        let created = created.await;
        created.map_err(|error| of_create(&error))
    }

    async fn pause(&self, appspace: &Appspace) -> Result<(), OpError> {
        let paused = self.lifecycle.pause(appspace.id).await;
        self.directory.forget(&appspace.address);
        Ok(paused?)
    }

    async fn resume(&self, appspace: &Appspace) -> Result<(), OpError> {
        let resumed = self.lifecycle.resume(appspace.id).await;
        self.directory.forget(&appspace.address);
        Ok(resumed?)
    }

    async fn renew(&self, appspace: &Appspace) {
        // Forgotten first: who finds it anew from now on finds the new terms, and starts its sandbox on them.
        self.directory.forget(&appspace.address);
        let reason = StopReason::AtRest;
        self.sandboxes.stop(appspace.id, reason).await;
    }

    fn visit(&self, appspace: &Appspace) -> Result<Visit, OpError> {
        let visit = self.gates.of(appspace).visit();
        let message = |closed: Closed| format!("{} is not available: {closed}", appspace.address);
        visit.map_err(|closed| OpError::new(ErrorKind::Busy, message(closed)))
    }

    fn status(&self, appspace: &Appspace) -> AppspaceStatus {
        if appspace.paused {
            return AppspaceStatus::Paused;
        }
        let gate = self.gates.of(appspace);
        match gate.closed() {
            Some(closed) => AppspaceStatus::Closed(closed.to_string()),
            None if self.sandboxes.running(appspace.id) => AppspaceStatus::Awake,
            None => AppspaceStatus::Asleep,
        }
    }
}

fn of_install(error: &InstallError) -> OpError {
    let (kind, hint) = match error.kind() {
        _ if matches!(error, InstallError::Busy { .. }) => (ErrorKind::Busy, None),
        InstallErrorKind::Conflict => (ErrorKind::Conflict, None),
        InstallErrorKind::Invalid | InstallErrorKind::TooLarge => (ErrorKind::Invalid, None),
        InstallErrorKind::App => (
            ErrorKind::Invalid,
            Some("this is for the app's developer to put right"),
        ),
        InstallErrorKind::Internal => (ErrorKind::Internal, Some("the host's log has the details")),
    };
    explained(kind, error, hint)
}

fn of_create(error: &CreateError) -> OpError {
    let (kind, hint) = match error {
        CreateError::AddressTaken(_) => (ErrorKind::Conflict, None),
        CreateError::Migrate(MigrateError::Start(
            StartError::CrashLoop { .. } | StartError::Busy { .. },
        )) => (ErrorKind::Busy, None),
        CreateError::Migrate(
            MigrateError::Start(StartError::Engine(_) | StartError::Spawn { .. })
            | MigrateError::Store { .. },
        )
        | CreateError::Directory { .. }
        | CreateError::Store(_) => (ErrorKind::Internal, Some("the host's log has the details")),
        CreateError::Migrate(_) => (
            ErrorKind::Invalid,
            Some("this is for the app's developer to put right"),
        ),
        CreateError::Job(error) => of_job(error),
    };
    explained(kind, error, hint)
}

pub(super) fn of_job(error: &JobError) -> (ErrorKind, Option<&'static str>) {
    match error {
        JobError::Busy { .. } | JobError::Cancelled | JobError::Stopping => (ErrorKind::Busy, None),
        JobError::NoRoom { .. } => (ErrorKind::Internal, None),
        JobError::Unsettled | JobError::Store(_) | JobError::Panicked | JobError::MadeToFail(_) => {
            (ErrorKind::Internal, Some("the host's log has the details"))
        }
    }
}

pub(super) fn explained(
    kind: ErrorKind,
    error: &(dyn std::error::Error + 'static),
    hint: Option<&'static str>,
) -> OpError {
    let plain = OpError::caused(kind, error);
    match hint {
        Some(hint) => plain.with_hint(hint),
        None => plain,
    }
}
