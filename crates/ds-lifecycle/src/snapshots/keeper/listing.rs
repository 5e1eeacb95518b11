//! Listing the snapshots at one place, for those who do not wait for the others.

use std::sync::Arc;

use ds_backup::snapshots::{Snapshot, SnapshotError as PlaceFailure};
use ds_core::AppspaceId;

use super::{Keeper, NoKey, blocking};

impl Keeper {
    /// The snapshots of an appspace, or of all, newest first, at the place of this number; `None` if there is no such
    /// place. It is asked to the end even if nobody waits for the answer any more.
    ///
    /// # Errors
    /// If there is no key.
    pub async fn list_at(
        &self,
        place: usize,
        of: Option<AppspaceId>,
    ) -> Result<Option<Result<Vec<Snapshot>, PlaceFailure>>, NoKey> {
        let this = Arc::clone(&self.0);
        let listed = blocking(move || {
            let repository = this.repositories()?.get(place);
            Ok(repository.map(|repository| repository?.list(of)))
        });
        listed.await?.map_err(NoKey::Key)
    }
}
