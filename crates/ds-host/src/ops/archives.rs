//! Writing appspaces into archives, and making appspaces from them.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ds_core::{AccountId, Address, AppVersion, AppspaceId};
use ds_lifecycle::{ExportDone, ExportError, ImportError, Imported, ImportedInto, JobHandle};

use super::{
    ErrorKind, JobReport, OpError, Ops,
    amounts::{counted, size},
};

/// Writes archives and takes them in.
#[async_trait]
pub trait Archives: Send + Sync {
    /// Begins to write an appspace into a file that is not there yet.
    async fn export(
        &self,
        id: AppspaceId,
        to: PathBuf,
        with_package: bool,
    ) -> Result<JobHandle<ExportDone, ExportError>, ExportError>;
    /// Begins to make an appspace from a file.
    async fn import(&self, wanted: Wanted)
    -> Result<JobHandle<Imported, ImportError>, ImportError>;
    /// Begins to let what is in a file take the place of an appspace's data.
    async fn import_into(
        &self,
        id: AppspaceId,
        wanted: Wanted,
    ) -> Result<JobHandle<ImportedInto, ImportError>, ImportError>;
    /// A failure of an export, in words.
    fn explain_export(&self, error: &ExportError) -> OpError;
    /// A failure of an import, in words.
    fn explain_import(&self, error: &ImportError) -> OpError;
}

/// What is to be made of a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The archive.
    pub from: PathBuf,
    /// Whose the appspace will be.
    pub owner: AccountId,
    /// Their name, if they are not among its members.
    pub owner_name: String,
    /// Their mail address.
    pub owner_email: String,
    /// Where it will answer.
    pub address: Address,
    /// What is to run in it, if not what the archive says.
    pub version: Option<AppVersion>,
    /// Whether the package in the archive is installed, if the app is not there.
    pub install: bool,
}

/// What a person asks to be made of a file.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The archive; absolute.
    pub file: PathBuf,
    /// A label or a full name.
    pub address: String,
    /// `name` or `name@version`, if not what the archive says.
    pub app: Option<String>,
    /// Whether the package in the archive is installed, if the app is not there.
    pub install: bool,
}

impl Ops {
    /// Begins to write an appspace into a file that is not there yet. The host writes it: the path is absolute.
    pub async fn export_appspace(
        &self,
        owner: AccountId,
        address: &str,
        file: PathBuf,
        with_package: bool,
    ) -> Result<JobReport, OpError> {
        must_be_absolute(&file)?;
        let appspace = self.appspace_of(owner, address).await?;
        let archives = Arc::clone(&self.parts.archives);
        let (shown, title) = (file.display().to_string(), "Export of");
        let begun = archives.export(appspace.id, file, with_package).await;
        let handle = begun.map_err(|error| archives.explain_export(&error))?;
        let title = format!("{title} {} to {shown}", appspace.address);
        Ok(
            self.began(owner, title, handle, move |outcome| match outcome {
                Ok(done) => Ok(exported(&done, &shown)),
                Err(error) => Err(archives.explain_export(&error)),
            }),
        )
    }

    /// Begins to make an appspace from an archive or from a backup of the original.
    pub async fn import_appspace(
        &self,
        owner: AccountId,
        asked: ImportRequest,
    ) -> Result<JobReport, OpError> {
        let what = asked.file.display().to_string();
        self.import_called(owner, asked, &what).await
    }

    /// The same of a file that people know by another name.
    pub async fn import_called(
        &self,
        owner: AccountId,
        asked: ImportRequest,
        what: &str,
    ) -> Result<JobReport, OpError> {
        must_be_absolute(&asked.file)?;
        let address = self.names().new_address(&asked.address)?;
        let version = match &asked.app {
            Some(app) => Some(self.version_named(owner, app).await?.1),
            None => None,
        };
        let account = self.parts.account_store.account(owner).await?;
        let account = account
            .ok_or_else(|| OpError::new(ErrorKind::NotFound, "the owner's account is gone"))?;
        let title = format!("Import of {what} at {address}");
        let archives = Arc::clone(&self.parts.archives);
        let begun = archives.import(Wanted {
            from: asked.file,
            owner,
            owner_name: self.called(&account).await?,
            owner_email: account.email,
            address,
            version,
            install: asked.install,
        });
        let handle = begun
            .await
            .map_err(|error| archives.explain_import(&error))?;
        let ops = self.clone();
        Ok(
            self.began(owner, title, handle, move |outcome| match outcome {
                Ok(done) => {
                    // Its app may have come along, newer than what others run.
                    ops.want_upgrades();
                    let url = ops.names().origin(&done.appspace.address);
                    Ok(imported(&done, &url))
                }
                Err(error) => Err(archives.explain_import(&error)),
            }),
        )
    }
}

pub(super) fn must_be_absolute(file: &std::path::Path) -> Result<(), OpError> {
    if file.is_absolute() {
        Ok(())
    } else {
        let message = "the path of an archive must be absolute";
        Err(OpError::new(ErrorKind::Invalid, message))
    }
}

pub(super) fn exported(done: &ExportDone, file: &str) -> String {
    let exported = &done.exported;
    let skipped = match exported.skipped {
        0 => String::new(),
        n => format!(" {n} sockets, pipes or devices were left out: they mean nothing elsewhere."),
    };
    format!(
        "{file} has {} of {}: {}, {}.{skipped}",
        done.about.address,
        done.about.made,
        counted(exported.files, "file"),
        size(exported.bytes)
    )
}

fn imported(done: &Imported, url: &str) -> String {
    let left_out = match done.left_out {
        0 => String::new(),
        n => format!(" {n} files of the backup were left out, logs for instance."),
    };
    format!(
        "{url} runs {}, with {} and {}.{left_out}",
        done.appspace.version,
        counted(done.members.try_into().unwrap_or(u64::MAX), "member"),
        counted(done.files, "file")
    )
}
