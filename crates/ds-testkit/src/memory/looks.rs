//! What members took over from their own hosts, and where DropIDs of this host are followed.

use async_trait::async_trait;
use ds_auth::dropid::FollowedStore;
use ds_core::{AppspaceId, Member, MemberLooks, ProxyId, StoreError, TakenLook};

use super::Memory;

#[async_trait]
impl MemberLooks for Memory {
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError> {
        let key = (appspace, id.clone());
        Ok(self.tables()?.looks.get(&key).cloned())
    }

    async fn wear(
        &self,
        appspace: AppspaceId,
        before: &Member,
        after: &Member,
        taken: &TakenLook,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let key = (appspace, before.proxy_id.clone());
        let found = tables.members.get_mut(&key).map(|(member, _)| member);
        let shown = |member: &Member| (member.display_name.clone(), member.avatar.clone());
        let Some(member) = found.filter(|member| shown(member) == shown(before)) else {
            return Ok(false);
        };
        (member.display_name, member.avatar) = shown(after);
        tables.looks.insert(key, taken.clone());
        Ok(true)
    }
}

#[async_trait]
impl FollowedStore for Memory {
    async fn followed_at(&self, who: &str) -> Result<Vec<AppspaceId>, StoreError> {
        let tables = self.tables()?;
        let all = tables.followed.iter().filter(|(own, _)| own == who);
        let mut found: Vec<_> = all.map(|(_, at)| *at).collect();
        found.sort_by_key(ToString::to_string);
        Ok(found)
    }

    async fn add_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(appspace)?;
        tables.followed.insert((who.to_owned(), appspace));
        Ok(())
    }

    async fn remove_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError> {
        let key = (who.to_owned(), appspace);
        self.tables()?.followed.remove(&key);
        Ok(())
    }

    async fn forget_followed(&self, who: &str) -> Result<(), StoreError> {
        self.tables()?.followed.retain(|(own, _)| own != who);
        Ok(())
    }
}
