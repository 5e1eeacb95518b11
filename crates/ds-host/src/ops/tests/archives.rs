//! What is refused before anything is begun.

use async_trait::async_trait;
use ds_lifecycle::{
    ExportDone, ExportError, ImportError, Imported, ImportedInto, JobError, JobHandle,
};

use super::{super::*, Fixture};
use crate::ops::archives::{Archives, ImportRequest, Wanted};

/// Is never asked for anything that makes sense.
pub(super) struct Never;

#[async_trait]
impl Archives for Never {
    async fn export(
        &self,
        _: ds_core::AppspaceId,
        _: std::path::PathBuf,
        _: bool,
    ) -> Result<JobHandle<ExportDone, ExportError>, ExportError> {
        Err(JobError::Stopping.into())
    }
    async fn import(&self, _: Wanted) -> Result<JobHandle<Imported, ImportError>, ImportError> {
        Err(JobError::Stopping.into())
    }
    async fn import_into(
        &self,
        _: ds_core::AppspaceId,
        _: Wanted,
    ) -> Result<JobHandle<ImportedInto, ImportError>, ImportError> {
        Err(JobError::Stopping.into())
    }
    fn explain_export(&self, error: &ExportError) -> OpError {
        OpError::caused(ErrorKind::Busy, error)
    }
    fn explain_import(&self, error: &ImportError) -> OpError {
        OpError::caused(ErrorKind::Busy, error)
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let host = Fixture::new().await;
    let owner = host.account("ada@example.com", false).await;
    let other = host.account("bob@example.com", false).await;
    host.app(owner, "notes", "1.0.0").await;
    let made = host.ops.create_appspace(owner, "notes", "diary").await;
    made.unwrap();
    let export = async |who, name: &str, file: &str| {
        let begun = host.ops.export_appspace(who, name, file.into(), false);
        begun.await.unwrap_err().kind()
    };
    assert_eq!(export(owner, "diary", "relative").await, ErrorKind::Invalid);
    assert_eq!(export(owner, "nobody", "/a").await, ErrorKind::NotFound);
    assert_eq!(export(other, "diary", "/a").await, ErrorKind::NotFound);
    assert_eq!(export(owner, "diary", "/a").await, ErrorKind::Busy);

    let import = async |address: &str, app: Option<&str>| {
        let asked = ImportRequest {
            file: "/a".into(),
            address: address.to_owned(),
            app: app.map(str::to_owned),
            install: false,
        };
        let begun = host.ops.import_appspace(owner, asked);
        begun.await.unwrap_err().kind()
    };
    assert_eq!(import("no name", None).await, ErrorKind::Invalid);
    assert_eq!(import("www", None).await, ErrorKind::Conflict);
    assert_eq!(import("copy", Some("nothing")).await, ErrorKind::NotFound);
    assert_eq!(
        import("copy", Some("notes@2.0.0")).await,
        ErrorKind::NotFound
    );
    assert_eq!(import("copy", Some("notes@1.0.0")).await, ErrorKind::Busy);

    let into = async |who, name: &str, file: &str| {
        let begun = host.ops.import_into(who, name, file.into());
        begun.await.unwrap_err().kind()
    };
    assert_eq!(into(owner, "diary", "relative").await, ErrorKind::Invalid);
    assert_eq!(into(owner, "nobody", "/a").await, ErrorKind::NotFound);
    assert_eq!(into(other, "diary", "/a").await, ErrorKind::NotFound);
    assert_eq!(into(owner, "diary", "/a").await, ErrorKind::Busy);
}
