//! Storing a copy at the places that have not got it yet.

use std::{path::Path, sync::Arc};

use ds_backup::{
    About, Progress,
    snapshots::{
        KeyError, Repository, Retention, SnapshotError as PlaceFailure, SnapshotId, Stored,
    },
};
use ds_core::error_chain;

use super::{AtPlace, Keeper, Kept, Shared, blocking};
use crate::SnapshotError;

impl Keeper {
    pub(super) async fn store_where_missing(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        let (this, tree, about) = (Arc::clone(&self.0), tree.to_owned(), about.clone());
        let retention = self.0.books.retention_of(about.appspace).await;
        let stored = blocking(move || this.spread(&tree, &about, retention, &progress)).await;
        let stored = stored.map_err(|error| SnapshotError(error.into()))?;
        let stored = stored.map_err(|error| SnapshotError(error.into()))?;
        let each = stored.into_iter().filter_map(|at| {
            let outcome = at.outcome.map_err(|error| error_chain(&error));
            Some(Kept {
                place: at.place,
                outcome: outcome.transpose()?,
            })
        });
        Ok(each.collect())
    }

    pub(super) async fn forget_one(&self, id: &str) -> Result<(), SnapshotError> {
        let id: SnapshotId = id.parse().map_err(|error| SnapshotError(Box::new(error)))?;
        let each = self.forget(vec![id]).await;
        for AtPlace { place, outcome } in each.map_err(|error| SnapshotError(error.into()))? {
            if let Err(error) = outcome {
                let error = error_chain(&error);
                tracing::warn!(place, error, "cannot forget a snapshot there");
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Stores where it is not; `None` where it is.
    fn spread(
        &self,
        tree: &Path,
        about: &About,
        retention: Option<Retention>,
        progress: &Arc<dyn Progress>,
    ) -> Result<Vec<AtPlace<Option<Stored>>>, KeyError> {
        let repositories = self.repositories()?;
        Ok(self.at_each(&repositories, &|repository| {
            if progress.is_cancelled() {
                return Err(PlaceFailure::Cancelled);
            }
            let there = repository.list(Some(about.appspace))?;
            let is_it = |found: &&ds_backup::snapshots::Snapshot| {
                found.made == about.made && found.reason == Some(about.reason)
            };
            if let Some(found) = there.iter().find(is_it) {
                forget_old(repository, about, retention, &found.id);
                return Ok(None);
            }
            let stored = repository.store(tree, about, Arc::clone(progress))?;
            forget_old(repository, about, retention, &stored.id);
            Ok(Some(stored))
        }))
    }
}

/// What goes wrong with older ones is no matter of the one that was stored.
pub(super) fn forget_old(
    repository: &Repository,
    about: &About,
    retention: Option<Retention>,
    stored: &SnapshotId,
) {
    let Some(retention) = retention else {
        return;
    };
    if let Err(error) = repository.apply(about.appspace, &retention, stored) {
        let place = repository.place();
        tracing::warn!(%place, error = error_chain(&error), "cannot forget old snapshots");
    }
}
