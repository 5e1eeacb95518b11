//! Members and schema of appspaces.

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, Member, MemberStore, Permission, ProxyId, Schema, SchemaStore,
    StoreError,
};

use super::{Memory, Tables, missing, taken};

impl Tables {
    fn members_of(&self, of: AppspaceId) -> impl Iterator<Item = &(Member, Option<AccountId>)> {
        let all = self.members.iter();
        all.filter(move |((appspace, _), _)| *appspace == of)
            .map(|(_, record)| record)
    }
}

#[async_trait]
impl MemberStore for Memory {
    async fn members(&self, appspace: AppspaceId) -> Result<Vec<Member>, StoreError> {
        let tables = self.tables()?;
        let mut members: Vec<Member> = tables
            .members_of(appspace)
            .map(|(m, _)| m.clone())
            .collect();
        let order = |m: &Member| (!m.is_owner, m.display_name.clone(), m.proxy_id.clone());
        members.sort_by_cached_key(order);
        Ok(members)
    }

    async fn member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Member>, StoreError> {
        let tables = self.tables()?;
        let found = tables.members.get(&(appspace, id.clone()));
        Ok(found.map(|(member, _)| member.clone()))
    }

    async fn member_of_account(
        &self,
        appspace: AppspaceId,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        let tables = self.tables()?;
        let mut members = tables.members_of(appspace);
        let found = members.find(|(_, by)| *by == Some(account));
        Ok(found.map(|(member, _)| member.clone()))
    }

    async fn add_member(
        &self,
        appspace: AppspaceId,
        member: &Member,
        account: Option<AccountId>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if account.is_some() && tables.members_of(appspace).any(|(_, by)| *by == account) {
            return Err(taken("membership of this appspace for this account"));
        }
        let key = (appspace, member.proxy_id.clone());
        if tables.members.contains_key(&key) {
            return Err(taken(format!("the member id {}", member.proxy_id)));
        }
        tables.members.insert(key, (member.clone(), account));
        Ok(())
    }

    async fn set_permission(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permission: &Permission,
        granted: bool,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.members.get_mut(&(appspace, id.clone()));
        let (member, _) = found.ok_or_else(|| missing(format!("member {id}")))?;
        if granted {
            member.permissions.insert(permission.clone());
        } else {
            member.permissions.remove(permission);
        }
        Ok(())
    }

    async fn remove_member(&self, appspace: AppspaceId, id: &ProxyId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables
            .member_logins
            .retain(|(at, of, _)| (*at, of) != (appspace, id));
        tables.looks.remove(&(appspace, id.clone()));
        let removed = tables.members.remove(&(appspace, id.clone()));
        removed
            .map(drop)
            .ok_or_else(|| missing(format!("member {id}")))
    }
}

#[async_trait]
impl SchemaStore for Memory {
    async fn schema(&self, appspace: AppspaceId) -> Result<Schema, StoreError> {
        Ok(self
            .tables()?
            .schemas
            .get(&appspace)
            .copied()
            .unwrap_or_default())
    }

    async fn set_schema(&self, appspace: AppspaceId, schema: Schema) -> Result<(), StoreError> {
        self.tables()?.schemas.insert(appspace, schema);
        Ok(())
    }
}
