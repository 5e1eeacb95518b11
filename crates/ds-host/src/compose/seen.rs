//! Who is there: sessions read their member now and then, and whoever wants to know is told.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{AccountId, AppspaceId, Member, MemberStore, Permission, ProxyId, StoreError};
use tokio::sync::mpsc::Sender;

use crate::entrance::Seen;

/// How many may wait to be looked at; who comes then is seen another time.
pub(super) const WAITING: usize = 1_000;

/// Members, as another store has them.
pub(super) struct Watched {
    pub(super) members: Arc<dyn MemberStore>,
    pub(super) tell: Sender<Seen>,
}

#[async_trait]
impl MemberStore for Watched {
    async fn members(&self, appspace: AppspaceId) -> Result<Vec<Member>, StoreError> {
        self.members.members(appspace).await
    }

    async fn member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Member>, StoreError> {
        let found = self.members.member(appspace, id).await?;
        if found.is_some() {
            // If there is no room they are seen another time.
            let _ = self.tell.try_send((appspace, id.clone()));
        }
        Ok(found)
    }

    async fn member_of_account(
        &self,
        appspace: AppspaceId,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        self.members.member_of_account(appspace, account).await
    }

    async fn add_member(
        &self,
        appspace: AppspaceId,
        member: &Member,
        account: Option<AccountId>,
    ) -> Result<(), StoreError> {
        self.members.add_member(appspace, member, account).await
    }

    async fn set_permission(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permission: &Permission,
        granted: bool,
    ) -> Result<(), StoreError> {
        self.members
            .set_permission(appspace, id, permission, granted)
            .await
    }

    async fn remove_member(&self, appspace: AppspaceId, id: &ProxyId) -> Result<(), StoreError> {
        self.members.remove_member(appspace, id).await
    }
}
