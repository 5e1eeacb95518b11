//! Archives, written and taken in by the lifecycle; its errors in the operations' words.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ds_backup::{ArchiveError, ImportBounds};
use ds_core::{AccountId, AppVersion, AppspaceId};
use ds_lifecycle::{
    ExportDone, ExportError, ExportTo, ImportError, Imported, ImportedInto, InstallPackage,
    JobHandle, Lifecycle, MigrateError, NewImport, RestError,
};
use ds_sandbox::BoxError;
use ds_store::Originals;

use super::{
    base::Base,
    glue::{explained, of_job},
};
use crate::ops::{
    ErrorKind, OpError, Source,
    archives::{Archives, Wanted},
    backend::Installs,
};

const LOG: &str = "the host's log has the details";

struct Does {
    lifecycle: Lifecycle,
    installs: Arc<dyn Installs>,
    bounds: ImportBounds,
}

/// What writes archives and takes them in.
pub(super) fn archives(
    base: &Base,
    lifecycle: &Lifecycle,
    installs: &Arc<dyn Installs>,
) -> Arc<dyn Archives> {
    let usual = ImportBounds::default();
    Arc::new(Does {
        lifecycle: lifecycle.clone(),
        installs: Arc::clone(installs),
        bounds: ImportBounds {
            keep_free: usual.keep_free.max(base.least_free),
            ..usual
        },
    })
}

#[async_trait]
impl Archives for Does {
    async fn export(
        &self,
        id: AppspaceId,
        to: PathBuf,
        with_package: bool,
    ) -> Result<JobHandle<ExportDone, ExportError>, ExportError> {
        let to = ExportTo::File(to);
        self.lifecycle.export(id, to, with_package).await
    }

    async fn import(
        &self,
        wanted: Wanted,
    ) -> Result<JobHandle<Imported, ImportError>, ImportError> {
        let installs = wanted.install.then(|| {
            let installs = Arc::clone(&self.installs);
            Arc::new(Packages(installs)) as Arc<dyn InstallPackage>
        });
        let new = NewImport {
            from: wanted.from,
            bounds: self.bounds,
            owner: wanted.owner,
            owner_name: wanted.owner_name,
            owner_email: Some(wanted.owner_email),
            address: wanted.address,
            version: wanted.version,
            installs,
            originals: Arc::new(Originals),
        };
        self.lifecycle.import(new).await
    }

    async fn import_into(
        &self,
        id: AppspaceId,
        wanted: Wanted,
    ) -> Result<JobHandle<ImportedInto, ImportError>, ImportError> {
        let new = NewImport {
            from: wanted.from,
            bounds: self.bounds,
            owner: wanted.owner,
            owner_name: wanted.owner_name,
            owner_email: Some(wanted.owner_email),
            address: wanted.address,
            version: None,
            installs: None,
            originals: Arc::new(Originals),
        };
        self.lifecycle.import_into(id, new).await
    }

    fn explain_export(&self, error: &ExportError) -> OpError {
        let (kind, hint) = of_export(error);
        explained(kind, error, hint)
    }

    fn explain_import(&self, error: &ImportError) -> OpError {
        let (kind, hint) = of_import(error);
        explained(kind, error, hint)
    }
}

/// Installs what came with an archive.
struct Packages(Arc<dyn Installs>);

#[async_trait]
impl InstallPackage for Packages {
    async fn install(&self, owner: AccountId, package: PathBuf) -> Result<AppVersion, BoxError> {
        let source = Source::Folder(package);
        let installed = self.0.install(owner, source, None).await?;
        Ok(installed.version)
    }
}

fn of_export(error: &ExportError) -> (ErrorKind, Option<&'static str>) {
    match error {
        ExportError::Exists(_) => (ErrorKind::Conflict, None),
        ExportError::File { .. } => (
            ErrorKind::Invalid,
            Some("the user who runs the host must be able to write there"),
        ),
        ExportError::Rest(RestError::StillInUse { .. }) => (ErrorKind::Busy, Some("try again")),
        ExportError::Archive(error) => of_archive(error),
        ExportError::Job(error) => of_job(error),
        _ => (ErrorKind::Internal, Some(LOG)),
    }
}

fn of_import(error: &ImportError) -> (ErrorKind, Option<&'static str>) {
    match error {
        ImportError::AddressTaken(_) => (ErrorKind::Conflict, None),
        ImportError::Open { .. } => (
            ErrorKind::Invalid,
            Some("the user who runs the host must be able to read it"),
        ),
        ImportError::Archive(error) => of_archive(error),
        ImportError::NoApp {
            has_package: true, ..
        } => (
            ErrorKind::NotFound,
            Some(
                "the archive has the app, too: `--install` installs it; or name another version with `--app`",
            ),
        ),
        ImportError::NoApp { .. } => (
            ErrorKind::NotFound,
            Some("`ds-host app install FILE` installs it; or name another version with `--app`"),
        ),
        ImportError::AppUnknown => (ErrorKind::Invalid, Some("`--app NAME` names it")),
        ImportError::Foreign(_)
        | ImportError::Database(_)
        | ImportError::Schema { .. }
        | ImportError::OtherApp { .. }
        | ImportError::Off
        | ImportError::Install(_)
        | ImportError::Plan(_) => (ErrorKind::Invalid, None),
        ImportError::Rest(RestError::StillInUse { .. }) => (ErrorKind::Busy, Some("try again")),
        ImportError::Migrate(MigrateError::Failed { .. }) => (
            ErrorKind::Invalid,
            Some("this is for the app's developer to put right"),
        ),
        ImportError::Job(error) => of_job(error),
        _ => (ErrorKind::Internal, Some(LOG)),
    }
}

fn of_archive(error: &ArchiveError) -> (ErrorKind, Option<&'static str>) {
    match error {
        ArchiveError::Cancelled | ArchiveError::Changed { .. } => (ErrorKind::Busy, None),
        ArchiveError::NoSpace { .. } => (ErrorKind::Internal, None),
        ArchiveError::Read(_)
        | ArchiveError::Write(_)
        | ArchiveError::ReadFile { .. }
        | ArchiveError::WriteFile { .. }
        | ArchiveError::Exists(_) => (ErrorKind::Internal, Some(LOG)),
        _ => (ErrorKind::Invalid, None),
    }
}
