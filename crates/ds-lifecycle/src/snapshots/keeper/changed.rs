//! Storing what changed since the latest snapshot, at every place.

use std::{path::Path, sync::Arc};

use ds_backup::{
    About, LatestFiles, LeftOut, Progress,
    snapshots::{KeyError, SnapshotError as PlaceFailure, Stored},
};
use ds_core::{AppspaceId, error_chain};

use super::{AtPlace, Keeper, Kept, blocking, spread::forget_old};
use crate::SnapshotError;

impl Keeper {
    /// How the files looked that the latest snapshot has at every place. What one place has not must be cloned; so
    /// must all if one place cannot tell, or has no snapshot yet.
    pub(super) async fn latest_everywhere(&self, of: AppspaceId) -> Option<Arc<LatestFiles>> {
        let this = Arc::clone(&self.0);
        let each = blocking(move || {
            let repositories = this.repositories()?;
            Ok::<_, KeyError>(this.at_each(&repositories, &|place| place.latest_files(of)))
        });
        let mut common: Option<LatestFiles> = None;
        for AtPlace { outcome, .. } in each.await.ok()?.ok()? {
            let files = outcome.ok()??;
            match &mut common {
                Some(common) => common.keep_common(&files),
                None => common = Some(files),
            }
        }
        common.filter(|files| !files.is_empty()).map(Arc::new)
    }

    /// Stores at every place, and forgets older ones there; `None` if a file was left out that a place has not.
    pub(super) async fn keep_at_each(
        &self,
        tree: &Path,
        left_out: Arc<LeftOut>,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Option<Vec<Kept>>, SnapshotError> {
        let (this, tree, about) = (Arc::clone(&self.0), tree.to_owned(), about.clone());
        let retention = self.0.books.retention_of(about.appspace).await;
        let stored = blocking(move || {
            let repositories = this.repositories()?;
            Ok::<_, KeyError>(this.at_each(&repositories, &|repository| {
                if progress.is_cancelled() {
                    return Err(PlaceFailure::Cancelled);
                }
                let progress = Arc::clone(&progress);
                let stored = repository.store_changed(&tree, &left_out, &about, progress)?;
                forget_old(repository, &about, retention, &stored.id);
                Ok(stored)
            }))
        });
        let stored = stored.await.map_err(|error| SnapshotError(error.into()))?;
        let stored = stored.map_err(|error| SnapshotError(error.into()))?;
        let is_gone =
            |at: &AtPlace<Stored>| matches!(at.outcome, Err(PlaceFailure::LeftOut { .. }));
        if stored.iter().any(is_gone) {
            return Ok(None);
        }
        let kept = stored.into_iter().map(|at| Kept {
            place: at.place,
            outcome: at.outcome.map_err(|error| error_chain(&error)),
        });
        Ok(Some(kept.collect()))
    }
}
