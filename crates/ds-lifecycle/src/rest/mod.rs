//! Bringing appspaces to rest, pausing and resuming.

mod traces;

use ds_backup::Consistency;
use ds_core::{AppspaceId, Closure, Hold, Reason, StoreError, error_chain};
use tokio::time::timeout;

use crate::{Lifecycle, RestError, files::blocking};

impl Lifecycle {
    /// Brings an appspace to rest: no request inside, no sandbox running, no database open. Requests get the
    /// grace period to finish; then sandboxes are stopped, which ends the requests in them.
    ///
    /// # Errors
    /// [`RestError::StillInUse`] if somebody is inside even then. The gate is open again.
    pub async fn rest(&self, id: AppspaceId, reason: Reason) -> Result<Hold, RestError> {
        let appspace = self.appspace(id).await?;
        let gate = self.parts().gates.of(&appspace);
        let grace = self.parts().grace;
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

    /// As [`rest`](Self::rest), and looks in what state the app left its databases. It was told to stop and had
    /// its time; one that it did not close has left what `SQLite` needs to put it right.
    ///
    /// # Errors
    /// As [`rest`](Self::rest), or if the files cannot be looked at.
    pub async fn at_rest(
        &self,
        id: AppspaceId,
        reason: Reason,
    ) -> Result<(Hold, Consistency), RestError> {
        let hold = self.rest(id, reason).await?;
        let data = self.parts().data.appspace(id).data();
        let path = data.clone();
        let left = blocking(move || traces::any_open(&data)).await;
        let consistency = match left {
            Ok(false) => Consistency::AtRest,
            Ok(true) => Consistency::Crash,
            Err(source) => return Err(RestError::Files { path, source }),
        };
        Ok((hold, consistency))
    }

    /// Pauses an appspace: from now on nobody enters. Returns when everybody is out: requests that are inside
    /// get the grace period, then its sandboxes are stopped. The work goes on if the caller goes away.
    ///
    /// # Errors
    /// If it cannot be recorded; it is then as it was.
    pub async fn pause(&self, id: AppspaceId) -> Result<(), StoreError> {
        let turn = self.0.pausing.lock().await;
        let appspace = self.appspace(id).await?;
        self.parts().appspaces.set_paused(id, true).await?;
        self.parts().gates.of(&appspace).close(Closure::Paused);
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
        let _turn = self.0.pausing.lock().await;
        let appspace = self.appspace(id).await?;
        self.parts().appspaces.set_paused(id, false).await?;
        self.parts().gates.of(&appspace).lift(Closure::Paused);
        Ok(())
    }

    pub(crate) async fn close_all(&self, id: AppspaceId) {
        for closes in &self.parts().closes {
            closes.close(id).await;
        }
    }
}
