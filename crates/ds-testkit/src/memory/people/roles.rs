//! Roles, blocks and ends of accounts; and their sessions in a list.

use async_trait::async_trait;
use ds_auth::{
    Account, Session, Subject,
    people::{AccountChange, AccountEntry, Removal, RoleStore, SessionEntry, SessionList},
};
use ds_core::{
    AccountId, AppspaceId, ProxyId, StoreError, Timestamp, contains_folded, secret::TokenHash,
};

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

    fn leaving(&self, id: AccountId) -> Option<AccountChange> {
        let is_leaving = self.people.removals.iter().any(|one| one.account == id);
        is_leaving.then_some(AccountChange::Leaving)
    }

    /// Ends what a blocked account has.
    fn shut_out(&mut self, id: AccountId) {
        self.sessions.retain(|_, session| !is_of(session, id));
        self.member_tokens
            .retain(|(_, token)| token.account != Some(id));
        self.people.outdate(id);
        let people = &mut self.people;
        people.invitations.retain(|own| own.by != Some(id));
        people.forget_resets(id);
        people.forget_resets_by(id);
    }

    fn name_of(&self, id: AccountId) -> String {
        self.people.names.get(&id).cloned().unwrap_or_default()
    }

    fn entry(&self, account: &Account) -> AccountEntry {
        let own = || {
            let all = self.sessions.values();
            all.filter(|session| is_of(session, account.id))
        };
        let on_site = own().filter(|own| matches!(own.subject, Subject::Account(_)));
        AccountEntry {
            account: account.clone(),
            name: self.name_of(account.id),
            blocked: self.people.blocked.get(&account.id).copied(),
            is_leaving: self.leaving(account.id).is_some(),
            site_until: on_site.map(|own| own.expires).max(),
            last_begun: own().map(|own| own.created).max(),
        }
    }
}

#[async_trait]
impl RoleStore for Memory {
    async fn account_entries(
        &self,
        find: &str,
        skip: u32,
        most: u32,
    ) -> Result<Vec<AccountEntry>, StoreError> {
        let tables = self.tables()?;
        let all = tables.accounts.values().map(|(account, _)| account);
        let mut found: Vec<_> = all
            .filter(|one| {
                let name = tables.name_of(one.id);
                contains_folded(&one.email, find) || contains_folded(&name, find)
            })
            .collect();
        found.sort_by_key(|account| (account.created, account.id));
        found.drain(..found.len().min(usize::try_from(skip).unwrap_or(usize::MAX)));
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(found
            .into_iter()
            .map(|account| tables.entry(account))
            .collect())
    }

    async fn account_entry(&self, id: AccountId) -> Result<Option<AccountEntry>, StoreError> {
        let tables = self.tables()?;
        let found = tables.accounts.get(&id);
        Ok(found.map(|(account, _)| tables.entry(account)))
    }

    async fn account_at(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let tables = self.tables()?;
        let mut all = tables.accounts.values().map(|(account, _)| account);
        Ok(all.find(|account| account.email == email).cloned())
    }

    async fn set_admin(&self, id: AccountId, is_admin: bool) -> Result<AccountChange, StoreError> {
        let mut tables = self.tables()?;
        let refusal = tables.refusal(id, is_admin);
        if let Some(refusal) = refusal.or_else(|| tables.leaving(id)) {
            return Ok(refusal);
        }
        if !is_admin {
            let invitations = &mut tables.people.invitations;
            invitations.retain(|own| own.by != Some(id));
            tables.people.forget_resets_by(id);
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
        let refusal = tables.refusal(id, since.is_none());
        if let Some(refusal) = refusal.or_else(|| tables.leaving(id)) {
            return Ok(refusal);
        }
        match since {
            Some(at) => {
                tables.people.blocked.insert(id, at);
                tables.shut_out(id);
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

    async fn begin_removal(&self, removal: &Removal) -> Result<AccountChange, StoreError> {
        let mut tables = self.tables()?;
        let id = removal.account;
        if let Some(refusal) = tables.refusal(id, false) {
            return Ok(refusal);
        }
        if tables.leaving(id).is_none() {
            tables.people.removals.push(removal.clone());
        }
        tables.people.blocked.entry(id).or_insert(removal.begun);
        tables.shut_out(id);
        Ok(AccountChange::Done)
    }

    async fn removals(&self) -> Result<Vec<Removal>, StoreError> {
        let mut all = self.tables()?.people.removals.clone();
        all.sort_by_key(|one| (one.begun, one.account));
        Ok(all)
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
            if record.account == id {
                (*is_alive, record.display_name, record.avatar) = Default::default();
            }
        }
        people.codes.retain(|_, grant| grant.account != id);
        people.connections.remove_account(id);
        people
            .invitations
            .retain(|invitation| invitation.by != Some(id));
        people.forget_resets(id);
        people.forget_resets_by(id);
        people.names.remove(&id);
        people.passkeys.retain(|_, passkey| passkey.account != id);
        people.factors.remove(&id);
        people.blocked.remove(&id);
        people.removals.retain(|own| own.account != id);
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

    async fn last_ends(
        &self,
        appspace: AppspaceId,
    ) -> Result<Vec<(ProxyId, Timestamp)>, StoreError> {
        let tables = self.tables()?;
        let mut last = std::collections::BTreeMap::<ProxyId, Timestamp>::new();
        for session in tables.sessions.values() {
            if let Subject::Member {
                appspace: of,
                proxy_id,
                ..
            } = &session.subject
                && *of == appspace
            {
                let end = last.entry(proxy_id.clone()).or_insert(session.expires);
                *end = session.expires.max(*end);
            }
        }
        Ok(last.into_iter().collect())
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
