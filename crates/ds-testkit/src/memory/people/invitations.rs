//! Invitations, and passwords that are to be set anew.

use async_trait::async_trait;
use ds_auth::{
    Account,
    people::{Invitation, InvitationStore, Reset, ResetStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::{Memory, missing, taken};

#[async_trait]
impl InvitationStore for Memory {
    async fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if let Some(by) = invitation.by {
            tables.check_account(by)?;
        }
        let all = &mut tables.people.invitations;
        all.retain(|own| own.email.is_none() || own.email != invitation.email);
        all.push(invitation.clone());
        Ok(())
    }

    async fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        let mut all = self.tables()?.people.invitations.clone();
        all.sort_by_key(|own| {
            (
                std::cmp::Reverse(own.created),
                own.token.as_str().to_owned(),
            )
        });
        Ok(all)
    }

    async fn invitation(&self, token: &TokenHash) -> Result<Option<Invitation>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .people
            .invitations
            .iter()
            .find(|own| own.token == *token);
        Ok(found.cloned())
    }

    async fn remove_invitation(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let all = &mut self.tables()?.people.invitations;
        let before = all.len();
        all.retain(|own| own.token != *token);
        Ok(all.len() < before)
    }

    async fn accept_invitation(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let is_good = |own: &Invitation| own.token == *token && own.expires > now;
        if !tables.people.invitations.iter().any(is_good) {
            return Err(missing("such invitation"));
        }
        if tables
            .accounts
            .values()
            .any(|(a, _)| a.email == account.email)
        {
            return Err(taken(format!("an account for {}", account.email)));
        }
        tables.people.invitations.retain(|own| own.token != *token);
        let record = (account.clone(), password_hash.to_owned());
        tables.accounts.insert(account.id, record);
        Ok(())
    }

    async fn purge_invitations(&self, before: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .people
            .invitations
            .retain(|own| own.expires >= before);
        Ok(())
    }
}

#[async_trait]
impl ResetStore for Memory {
    async fn add_reset(
        &self,
        token: &TokenHash,
        reset: &Reset,
        sent_to: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(reset.account)?;
        let is_reached = |to| {
            let account = tables.accounts.get(&reset.account);
            account.is_some_and(|(account, _)| account.email == to)
                && !tables.people.is_blocked(reset.account)
        };
        if !sent_to.is_none_or(is_reached) {
            return Err(missing("such account"));
        }
        let runs_it = |by| {
            let found = tables.accounts.get(&by);
            found.is_some_and(|(own, _)| own.is_admin) && !tables.people.is_blocked(by)
        };
        if !reset.made_by.is_none_or(runs_it) {
            return Err(missing("such admin"));
        }
        let all = &mut tables.people.resets;
        all.retain(|_, own| (own.account, own.by_mail) != (reset.account, reset.by_mail));
        all.insert(token.clone(), reset.clone());
        Ok(())
    }

    async fn reset(&self, token: &TokenHash) -> Result<Option<Reset>, StoreError> {
        Ok(self.tables()?.people.resets.get(token).cloned())
    }

    async fn use_reset(
        &self,
        token: &TokenHash,
        now: Timestamp,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables
            .people
            .resets
            .get(token)
            .filter(|own| own.expires > now);
        let found = found.ok_or_else(|| missing("such reset"))?;
        let (id, by_mail) = (found.account, found.by_mail);
        tables.end_by_new_password(id);
        if let Some((account, hash)) = tables.accounts.get_mut(&id) {
            password_hash.clone_into(hash);
            account.email_proven |= by_mail;
        }
        Ok(())
    }

    async fn purge_resets(&self, before: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .people
            .resets
            .retain(|_, own| own.expires >= before);
        Ok(())
    }
}
