//! Doing work elsewhere, and saying how it failed.

use ds_core::StoreError;

use crate::InstallError;

/// For stores that failed.
pub(super) fn in_store(action: &'static str) -> impl FnOnce(StoreError) -> InstallError {
    move |source| InstallError::Store { action, source }
}

/// Runs on a task of its own, so that neither a caller that goes away nor a panic cuts what comes after.
pub(super) async fn joined<T: Send + 'static>(
    work: impl Future<Output = Result<T, InstallError>> + Send + 'static,
) -> Result<T, InstallError> {
    tokio::spawn(work)
        .await
        .unwrap_or(Err(InstallError::Panicked))
}

/// Runs file work where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InstallError> + Send + 'static,
) -> Result<T, InstallError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(InstallError::Panicked))
}

/// For file work that failed.
pub(super) fn in_files(action: &'static str) -> impl FnOnce(std::io::Error) -> InstallError {
    move |source| InstallError::Files { action, source }
}
