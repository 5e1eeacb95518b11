//! How members prove who they are.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, LoginKind, Member, MemberChanges, MemberLogin, MemberLogins,
    MemberStore as _, MemberWays, Permission, ProxyId, StoreError,
};

use super::{Memory, missing, taken};

/// A way of somebody to log in to an appspace.
pub(super) type OfMember = (AppspaceId, ProxyId, MemberLogin);

fn is_so(of: &OfMember, appspace: AppspaceId, kind: LoginKind, name: &str) -> bool {
    of.0 == appspace && of.2.kind == kind && of.2.name == name
}

#[async_trait]
impl MemberLogins for Memory {
    async fn logins(&self, at: AppspaceId, id: &ProxyId) -> Result<Vec<MemberLogin>, StoreError> {
        let tables = self.tables()?;
        let own = tables
            .member_logins
            .iter()
            .filter(|of| of.0 == at && of.1 == *id);
        Ok(own.map(|of| of.2.clone()).collect())
    }

    async fn all_ways(&self, at: AppspaceId) -> Result<HashMap<ProxyId, MemberWays>, StoreError> {
        let tables = self.tables()?;
        let mut all = HashMap::<ProxyId, MemberWays>::new();
        for of in tables.member_logins.iter().filter(|of| of.0 == at) {
            let own = all.entry(of.1.clone()).or_default();
            own.logins.push(of.2.clone());
        }
        for ((of, id), (_, account)) in &tables.members {
            if *of == at && account.is_some() {
                all.entry(id.clone()).or_default().account = *account;
            }
        }
        Ok(all)
    }

    async fn member_with(
        &self,
        at: AppspaceId,
        kind: LoginKind,
        name: &str,
    ) -> Result<Option<(Member, MemberLogin)>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .member_logins
            .iter()
            .find(|of| is_so(of, at, kind, name));
        Ok(found.and_then(|of| {
            let (member, _) = tables.members.get(&(at, of.1.clone()))?;
            Some((member.clone(), of.2.clone()))
        }))
    }

    async fn add_login(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if !tables.members.contains_key(&(at, id.clone())) {
            return Err(missing(format!("member {id}")));
        }
        if tables
            .member_logins
            .iter()
            .any(|of| is_so(of, at, login.kind, &login.name))
        {
            return Err(taken(format!(
                "membership of this appspace for {}",
                login.name
            )));
        }
        tables.member_logins.push((at, id.clone(), login.clone()));
        Ok(())
    }

    async fn note_signed(
        &self,
        at: AppspaceId,
        kind: LoginKind,
        name: &str,
        by: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables
            .member_logins
            .iter_mut()
            .find(|of| is_so(of, at, kind, name));
        if let Some(of) = found {
            by.clone_into(&mut of.2.signed_by);
        }
        Ok(())
    }

    async fn has_signed(&self, at: AppspaceId, by: &str) -> Result<bool, StoreError> {
        let all = &self.tables()?.member_logins;
        Ok(all.iter().any(|of| of.0 == at && of.2.signed_by == by))
    }

    async fn remove_login(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        kind: LoginKind,
        name: &str,
    ) -> Result<bool, StoreError> {
        let all = &mut self.tables()?.member_logins;
        let before = all.len();
        all.retain(|of| !(of.1 == *id && is_so(of, at, kind, name)));
        Ok(all.len() < before)
    }

    async fn add_member_with(
        &self,
        at: AppspaceId,
        member: &Member,
        login: &MemberLogin,
    ) -> Result<(), StoreError> {
        let found = self.member_with(at, login.kind, &login.name).await?;
        if found.is_some() {
            return Err(taken(format!(
                "membership of this appspace for {}",
                login.name
            )));
        }
        self.add_member(at, member, None).await?;
        self.add_login(at, &member.proxy_id, login).await
    }

    async fn account_of(
        &self,
        at: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<AccountId>, StoreError> {
        let tables = self.tables()?;
        let found = tables.members.get(&(at, id.clone()));
        Ok(found.and_then(|(_, account)| *account))
    }

    async fn set_account(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        account: Option<AccountId>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_taken = account.is_some()
            && tables
                .members
                .iter()
                .any(|((space, of), (_, by))| *space == at && of != id && *by == account);
        let found = tables.members.get_mut(&(at, id.clone()));
        let (_, own) = found.ok_or_else(|| missing(format!("member {id}")))?;
        if is_taken {
            return Err(taken("membership of this appspace for this account"));
        }
        *own = account;
        Ok(())
    }
}

impl Memory {
    fn change_member<T>(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        change: impl FnOnce(&mut Member) -> T,
    ) -> Result<T, StoreError> {
        let mut tables = self.tables()?;
        let found = tables.members.get_mut(&(at, id.clone()));
        let (member, _) = found.ok_or_else(|| missing(format!("member {id}")))?;
        Ok(change(member))
    }
}

#[async_trait]
impl MemberChanges for Memory {
    async fn set_name(&self, at: AppspaceId, id: &ProxyId, name: &str) -> Result<(), StoreError> {
        self.change_member(at, id, |member| {
            name.clone_into(&mut member.display_name);
        })
    }

    async fn set_avatar(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        avatar: &str,
    ) -> Result<String, StoreError> {
        self.change_member(at, id, |member| {
            std::mem::replace(&mut member.avatar, avatar.to_owned())
        })
    }

    async fn set_permissions(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        permissions: &BTreeSet<Permission>,
    ) -> Result<(), StoreError> {
        self.change_member(at, id, |member| {
            permissions.clone_into(&mut member.permissions);
        })
    }
}
