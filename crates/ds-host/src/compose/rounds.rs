//! What is looked after while the host runs: room on the disk, and links that end.

use std::{sync::Arc, time::Duration};

use ds_core::error_chain;
use ds_lifecycle::{JobError, Lifecycle};
use ds_serve::Cached;

use crate::ops::Keys;

/// How often it is looked which secret links have ended.
const LINKS: Duration = Duration::from_hours(1);

/// Ends the sessions of secret links whose time is over, and forgets programs that nobody uses.
pub(super) async fn keys(keys: Keys) {
    loop {
        tokio::time::sleep(LINKS).await;
        if let Err(error) = keys.tokens().tidy().await {
            tracing::warn!(error = error_chain(&error), "cannot end what links began");
        }
    }
}

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
