//! What is looked after while the host runs: room on the disk.

use std::{sync::Arc, time::Duration};

use ds_core::error_chain;
use ds_lifecycle::{JobError, Lifecycle};
use ds_serve::Cached;

/// How often the disk is asked how full it is.
const ASKED: Duration = Duration::from_secs(10);

/// Closes appspaces while the disk is nearly full.
pub(super) async fn room(lifecycle: Lifecycle, directory: Arc<Cached>) {
    let mut was_full = false;
    loop {
        tokio::time::sleep(ASKED).await;
        let room = lifecycle.room().await;
        let is_full = matches!(room, Err(JobError::NoRoom { .. }));
        if let (false, Err(error)) = (was_full, &room) {
            tracing::error!(error = error_chain(error), "appspaces are closed meanwhile");
        }
        if is_full {
            // Copies to look at are the first to go.
            lifecycle.close_previews().await;
        }
        // Again and again while it is so: some may have been opened since.
        if is_full || was_full {
            directory.disk_is_full(is_full);
        }
        was_full = is_full;
    }
}
