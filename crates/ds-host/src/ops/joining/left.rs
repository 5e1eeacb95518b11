//! Mail addresses that accounts have given up: what they opened, they open no more. Whoever reads their mail now may be
//! somebody else, and whoever gave them up comes with the account.

use ds_core::{AppspaceId, LoginKind, Member, MemberLogin, MemberLogins, ProxyId, StoreError};

use super::KnownWays;

impl KnownWays {
    /// The member of an appspace who logs in so, and what is known of it; nobody by an address that the member's account
    /// has given up.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn member_with(
        &self,
        logins: &dyn MemberLogins,
        at: AppspaceId,
        kind: LoginKind,
        name: &str,
    ) -> Result<Option<(Member, MemberLogin)>, StoreError> {
        let found = logins.member_with(at, kind, name).await?;
        let Some((member, login)) = found else {
            return Ok(None);
        };
        if kind == LoginKind::Email
            && let Some(account) = logins.account_of(at, &member.proxy_id).await?
        {
            let left = self.profiles.left_addresses(account).await?;
            if left.iter().any(|left| left == name) {
                return Ok(None);
            }
        }
        Ok(Some((member, login)))
    }

    /// Whether a member's account has given this address up.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn has_left(
        &self,
        logins: &dyn MemberLogins,
        at: AppspaceId,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<bool, StoreError> {
        let Some(account) = logins.account_of(at, id).await? else {
            return Ok(false);
        };
        let left = self.profiles.left_addresses(account).await?;
        Ok(login.kind == LoginKind::Email && left.contains(&login.name))
    }

    /// Takes an address from the member who has it, if their account has given it up: somebody else comes by it.
    ///
    /// # Errors
    /// If it cannot be done.
    pub async fn free(
        &self,
        logins: &dyn MemberLogins,
        at: AppspaceId,
        login: &MemberLogin,
    ) -> Result<(), StoreError> {
        if login.kind != LoginKind::Email {
            return Ok(());
        }
        match logins.member_with(at, login.kind, &login.name).await? {
            Some((holder, _)) => self.drop_left(logins, at, &holder.proxy_id).await,
            None => Ok(()),
        }
    }

    /// Takes the addresses from a member that their account has given up: when they log in, since nobody looks through all
    /// appspaces when an address changes. So that they are not shown, and do not travel with the appspace.
    ///
    /// # Errors
    /// If it cannot be done.
    pub async fn drop_left(
        &self,
        logins: &dyn MemberLogins,
        at: AppspaceId,
        id: &ProxyId,
    ) -> Result<(), StoreError> {
        let Some(account) = logins.account_of(at, id).await? else {
            return Ok(());
        };
        for left in self.profiles.left_addresses(account).await? {
            let kind = LoginKind::Email;
            logins.remove_login(at, id, kind, &left).await?;
        }
        Ok(())
    }
}
