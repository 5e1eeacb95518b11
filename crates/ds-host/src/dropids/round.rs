//! What is tidied away by the hour, and keys that take their turn.

use std::{sync::Arc, time::Duration};

use ds_core::{StoreError, error_chain};

use super::DropIds;

/// How often.
const EVERY: Duration = Duration::from_hours(1);
/// How soon after the host began: nothing of it is urgent.
const AT_FIRST: Duration = Duration::from_mins(5);
/// How long a login elsewhere is remembered after the last one there.
const SITES_KEPT: Duration = Duration::from_hours(365 * 24);

/// Does it again and again.
pub(crate) async fn run(dropids: Arc<DropIds>) {
    tokio::time::sleep(AT_FIRST).await;
    loop {
        if let Err(error) = dropids.tidy().await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot tidy up what there is of DropIDs");
        }
        tokio::time::sleep(EVERY).await;
    }
}

impl DropIds {
    /// Removes what has ended, and lets keys take their turn.
    pub(super) async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.given_out.purge_codes(now).await?;
        self.sites.purge_sites(now.minus(SITES_KEPT)).await?;
        self.keys.rotate().await?;
        let named = self.ids.pictures_in_use().await?;
        let pictures = self.pictures.clone();
        let tidied = tokio::task::spawn_blocking(move || pictures.tidy(&named, now)).await;
        if let Ok(Err(error)) = tidied {
            tracing::warn!(%error, "pictures that nobody has cannot be removed");
        }
        Ok(())
    }
}
