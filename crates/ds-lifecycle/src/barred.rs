//! Who may not come back stays away from data in which they are members still.
//!
//! Data from before is brought in by restores, imports and changes of version. Whoever may not come back is taken out
//! of it in staging, while the appspace is at rest and nobody can be barred: what takes the place of the present, in
//! one exchange or one move, never has them, wherever the power goes. Of an appspace that is made anew beside the one it comes
//! from, people can be barred meanwhile: the list that it begins with has them, and they are refused when they log in.

use async_trait::async_trait;
use ds_core::{AccountId, AppspaceDir, AppspaceId, StoreError};

use crate::{Inside, Lifecycle};

/// Knows who may not come back.
#[async_trait]
pub trait Barred: Send + Sync {
    /// Ends the memberships, in data that is not in use yet, of everybody who may not come back to `of`; its owner stays.
    /// The data has the id `id`.
    ///
    /// # Errors
    /// If it is not known, or they cannot be taken out. The data is then not used.
    async fn take_out(
        &self,
        of: AppspaceId,
        id: AppspaceId,
        inside: &Inside,
    ) -> Result<(), StoreError>;
}

impl Lifecycle {
    /// Takes out of data in staging whoever may not come back to its appspace.
    pub(crate) async fn take_out_barred(
        &self,
        of: AppspaceId,
        dir: AppspaceDir,
    ) -> Result<(), StoreError> {
        let inside = (self.parts().inside_of)(dir);
        let done = self.parts().barred.take_out(of, of, &inside).await;
        inside.closes.close(of).await;
        done
    }

    /// The appspace from which a copy says to have been made, if it is here, or in the trash, and belongs to the same
    /// account: copies can say anything, and nobody is to learn who may not come to others' appspaces.
    pub(crate) async fn kin(
        &self,
        of: AppspaceId,
        owner: AccountId,
    ) -> Result<Option<AppspaceId>, StoreError> {
        let mut found = self.parts().appspaces.appspace(of).await?;
        if found.is_none() {
            let trashed = self.parts().trash.trashed(of).await?;
            found = trashed.map(|trashed| trashed.appspace);
        }
        Ok(found.filter(|one| one.owner == owner).map(|one| one.id))
    }
}
