//! Bringing appspaces to rest, pausing and resuming.

use ds_core::{AppspaceId, Closure, Hold, Reason, StoreError, error_chain};
use tokio::time::timeout;

use crate::{Lifecycle, RestError};

impl Lifecycle {
    /// Brings an appspace to rest: no request inside, no sandbox running, no database open. Requests get the
    /// grace period to finish; then sandboxes are stopped, which ends the requests in them.
    ///
    /// # Errors
    /// [`RestError::StillInUse`] if somebody is inside even then. The gate is open again.
    pub async fn rest(&self, id: AppspaceId, reason: Reason) -> Result<Hold, RestError> {
        let appspace = self.appspace(id).await?;
        let gate = self.0.gates.of(&appspace);
        let grace = self.0.grace;
        let mut hold = std::pin::pin!(gate.hold(reason));
        if let Ok(hold) = timeout(grace, hold.as_mut()).await {
            self.close_all(id).await;
            return Ok(hold);
        }
        self.close_all(id).await;
        match timeout(grace, hold).await {
            Ok(hold) => {
                self.close_all(id).await;
                Ok(hold)
            }
            Err(_) => Err(RestError::StillInUse { after: grace * 2 }),
        }
    }

    /// Pauses an appspace: from now on nobody enters. Returns when everybody is out: requests that are inside
    /// get the grace period, then its sandboxes are stopped. The work goes on if the caller goes away.
    ///
    /// # Errors
    /// If it cannot be recorded; it is then as it was.
    pub async fn pause(&self, id: AppspaceId) -> Result<(), StoreError> {
        let turn = self.1.lock().await;
        let appspace = self.appspace(id).await?;
        self.0.appspaces.set_paused(id, true).await?;
        self.0.gates.of(&appspace).close(Closure::Paused);
        drop(turn);
        let this = self.clone();
        let emptied = tokio::spawn(async move {
            // The hold is dropped at once: the standing closure keeps the gate shut.
            if let Err(error) = this.rest(id, Reason::Pausing).await {
                let error = error_chain(&error);
                tracing::warn!(appspace = %id, error, "a paused appspace is still busy");
            }
        });
        // Paused it is, even if the host stops before everybody is out.
        let _ = emptied.await;
        Ok(())
    }

    /// Ends a pause.
    ///
    /// # Errors
    /// If it cannot be recorded; it is then still paused.
    pub async fn resume(&self, id: AppspaceId) -> Result<(), StoreError> {
        let _turn = self.1.lock().await;
        let appspace = self.appspace(id).await?;
        self.0.appspaces.set_paused(id, false).await?;
        self.0.gates.of(&appspace).lift(Closure::Paused);
        Ok(())
    }

    pub(crate) async fn close_all(&self, id: AppspaceId) {
        for closes in &self.0.closes {
            closes.close(id).await;
        }
    }
}
