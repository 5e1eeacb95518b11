//! After a change: the snapshot from before it goes to the other places, too.

use ds_backup::clone_data;
use ds_core::{AppspaceDir, Gate, Reason, error_chain};

use super::Before;
use crate::{Kept, Lifecycle, RestoreError, Run, Snapshotter, Step, snapshots::describe};

impl Lifecycle {
    /// Stores the snapshot from before a change at the places that have it not. The change is done and the appspace
    /// goes on; the data as it was is where the new data was built. Nothing that goes wrong here undoes anything: it
    /// is said.
    pub(crate) async fn spread(&self, run: &Run, before: Option<&Before>) -> Vec<Kept> {
        let (Some(before), Some(snapshots)) = (before, self.snapshotter()) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        if snapshots.has_more_places() {
            let spread = run.step(Step::Spread, async {
                let old = AppspaceDir::new(run.staging().join("old"));
                // Nobody else knows of it. Cloned, it is what can be stored, and quickly.
                let hold = Gate::new(before.about.appspace)
                    .hold(Reason::Snapshot)
                    .await;
                let from = run.staged().data();
                clone_data(&hold, from, old.data(), run.progress()).await?;
                describe(old.root(), &before.about).await?;
                let (root, progress) = (old.root(), run.progress());
                let kept = snapshots.spread(root, &before.about, progress).await;
                kept.map_err(RestoreError::NotKept)
            });
            places = spread.await.unwrap_or_else(|error| {
                let place = "the other places".to_owned();
                let outcome = Err(error_chain(&error));
                vec![Kept { place, outcome }]
            });
        }
        if let Some(old) = &before.superseded {
            forget(&*snapshots, old).await;
        }
        places
    }
}

async fn forget(snapshots: &dyn Snapshotter, id: &str) {
    if let Err(error) = snapshots.forget(id).await {
        let error = error_chain(&error);
        tracing::warn!(
            snapshot = id,
            error,
            "cannot forget a snapshot that another one supersedes"
        );
    }
}
