//! Members of an archive who may not come back to the appspace that it was made from.

use ds_backup::About;
use ds_core::{AccountId, AppspaceId, StoreError};

use super::{Import, ImportError};
use crate::Lifecycle;

impl Lifecycle {
    /// The appspace from which an archive was made, if there is one whose rules hold for what is made of it.
    pub(super) async fn like(
        &self,
        about: Option<&About>,
        owner: AccountId,
    ) -> Result<Option<AppspaceId>, StoreError> {
        match about {
            Some(about) => self.kin(about.appspace, owner).await,
            None => Ok(None),
        }
    }

    /// How many members there are without those who may not come back.
    pub(super) async fn count_allowed(
        &self,
        import: &Import<'_>,
        like: Option<AppspaceId>,
    ) -> Result<usize, ImportError> {
        let (id, inside) = (import.id, &import.inside);
        if let Some(like) = like {
            self.parts().barred.take_out(like, id, inside).await?;
        }
        Ok(inside.members.members(id).await?.len())
    }
}
