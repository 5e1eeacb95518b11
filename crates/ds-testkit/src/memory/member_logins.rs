//! How members prove who they are.

use async_trait::async_trait;
use ds_core::{AppspaceId, LoginKind, Member, MemberLogin, MemberLogins, ProxyId, StoreError};

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
}
