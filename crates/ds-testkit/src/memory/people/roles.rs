//! Roles, blocks and ends of accounts; and their sessions in a list.

use async_trait::async_trait;
use ds_auth::{
    Session, Subject,
    people::{AccountChange, RoleStore, SessionEntry, SessionList},
};
use ds_core::{AccountId, StoreError, Timestamp, secret::TokenHash};

use super::{Memory, Tables};

fn is_of(session: &Session, id: AccountId) -> bool {
    match session.subject {
        Subject::Account(account) => account == id,
        Subject::Member { account, .. } => account == Some(id),
    }
}

impl Tables {
    /// What stands against taking this account's place away, if anything does.
    fn refusal(&self, id: AccountId, is_safe: bool) -> Option<AccountChange> {
        let runs_it = |id: AccountId, is_admin: bool| is_admin && !self.people.is_blocked(id);
        let Some((account, _)) = self.accounts.get(&id) else {
            return Some(AccountChange::Missing);
        };
        let mut others = self
            .accounts
            .values()
            .map(|(a, _)| a)
            .filter(|a| a.id != id);
        let is_last = runs_it(id, account.is_admin) && !others.any(|a| runs_it(a.id, a.is_admin));
        (is_last && !is_safe).then_some(AccountChange::LastAdmin)
    }
}

#[async_trait]
impl RoleStore for Memory {
    async fn set_admin(&self, id: AccountId, is_admin: bool) -> Result<AccountChange, StoreError> {
        let mut tables = self.tables()?;
        if let Some(refusal) = tables.refusal(id, is_admin) {
            return Ok(refusal);
        }
        if let Some((account, _)) = tables.accounts.get_mut(&id) {
            account.is_admin = is_admin;
        }
        Ok(AccountChange::Done)
    }

    async fn set_blocked(
        &self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<AccountChange, StoreError> {
        let mut tables = self.tables()?;
        if let Some(refusal) = tables.refusal(id, since.is_none()) {
            return Ok(refusal);
        }
        match since {
            Some(at) => {
                tables.people.blocked.insert(id, at);
                tables.sessions.retain(|_, session| !is_of(session, id));
            }
            None => {
                tables.people.blocked.remove(&id);
            }
        }
        Ok(AccountChange::Done)
    }

    async fn blocked(&self, id: AccountId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.tables()?.people.blocked.get(&id).copied())
    }

    async fn remove_account(&self, id: AccountId) -> Result<AccountChange, StoreError> {
        let mut tables = self.tables()?;
        if let Some(refusal) = tables.refusal(id, false) {
            return Ok(refusal);
        }
        let is_used = tables.apps.values().any(|app| app.owner == id)
            || tables
                .appspaces
                .values()
                .any(|appspace| appspace.owner == id)
            || tables
                .trash
                .values()
                .any(|trashed| trashed.appspace.owner == id);
        if is_used {
            return Ok(AccountChange::InUse);
        }
        tables.accounts.remove(&id);
        tables.sessions.retain(|_, session| !is_of(session, id));
        tables.api_tokens.retain(|(_, token)| token.account != id);
        let people = &mut tables.people;
        for (record, is_alive) in people.dropids.values_mut() {
            *is_alive &= record.account != id;
        }
        people.codes.retain(|_, grant| grant.account != id);
        people
            .invitations
            .retain(|invitation| invitation.by != Some(id));
        people.resets.retain(|_, reset| reset.account != id);
        people.passkeys.retain(|_, passkey| passkey.account != id);
        people.factors.remove(&id);
        people.blocked.remove(&id);
        Ok(AccountChange::Done)
    }
}

#[async_trait]
impl SessionList for Memory {
    async fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionEntry>, StoreError> {
        let tables = self.tables()?;
        let own = tables
            .sessions
            .iter()
            .filter(|(_, session)| is_of(session, account));
        let entry = |(token, session): (&TokenHash, &Session)| SessionEntry {
            token: token.clone(),
            session: session.clone(),
            device: tables
                .people
                .devices
                .get(token)
                .cloned()
                .unwrap_or_default(),
        };
        let mut own: Vec<_> = own.map(entry).collect();
        own.sort_by_key(|own| {
            (
                std::cmp::Reverse(own.session.created),
                own.token.as_str().to_owned(),
            )
        });
        Ok(own)
    }

    async fn note_device(&self, token: &TokenHash, device: &str) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.sessions.contains_key(token) {
            tables
                .people
                .devices
                .insert(token.clone(), device.to_owned());
        }
        Ok(())
    }
}
