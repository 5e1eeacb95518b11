//! Sessions.

use async_trait::async_trait;
use ds_auth::{Epoch, Session, SessionStore, Subject};
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};

use super::{Memory, Tables, missing, taken};

#[async_trait]
impl SessionStore for Memory {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        Ok(self.tables()?.people.epoch())
    }

    async fn outdate_logins(&self, account: AccountId) -> Result<Epoch, StoreError> {
        Ok(self.tables()?.people.outdate(account))
    }

    async fn add_session(
        &self,
        token: &TokenHash,
        session: &Session,
        since: Option<Epoch>,
    ) -> Result<(), StoreError> {
        self.overtaken().await;
        let mut tables = self.tables()?;
        if tables.sessions.contains_key(token) {
            return Err(taken("the session"));
        }
        let account = match session.subject {
            Subject::Account(account) => Some(account),
            Subject::Member { account, .. } => account,
        };
        let people = &tables.people;
        let changed = |id| since.is_some_and(|since| people.changed_since(id, since));
        if account.is_some_and(|id| people.is_blocked(id) || changed(id)) {
            return Err(missing("such account to log in to"));
        }
        tables.sessions.insert(token.clone(), session.clone());
        Ok(())
    }

    async fn may_begin(&self, account: AccountId, since: Option<Epoch>) -> Result<(), StoreError> {
        let tables = self.tables()?;
        let people = &tables.people;
        let is_changed = since.is_some_and(|since| people.changed_since(account, since));
        if is_changed || people.is_blocked(account) || !tables.accounts.contains_key(&account) {
            return Err(missing("such account to log in to"));
        }
        Ok(())
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        Ok(self.tables()?.sessions.get(token).cloned())
    }

    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError> {
        if let Some(session) = self.tables()?.sessions.get_mut(token) {
            session.expires = to;
        }
        Ok(())
    }

    async fn remove_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        Ok(self.tables()?.sessions.remove(token).is_some())
    }

    async fn keep_newest(
        &self,
        of: AppspaceId,
        id: &ProxyId,
        most: u32,
    ) -> Result<Vec<TokenHash>, StoreError> {
        let mut tables = self.tables()?;
        let is_theirs = |session: &Session| {
            matches!(
                &session.subject,
                Subject::Member { appspace, proxy_id, .. } if *appspace == of && proxy_id == id
            )
        };
        let all = tables.sessions.iter();
        let mut own: Vec<_> = all
            .filter(|(_, session)| is_theirs(session))
            .map(|(token, session)| (session.expires, session.created, token.clone()))
            .collect();
        own.sort_by_key(|(expires, created, _)| std::cmp::Reverse((*expires, *created)));
        let over = own
            .into_iter()
            .skip(usize::try_from(most).unwrap_or(usize::MAX));
        let ended: Vec<_> = over.map(|(_, _, token)| token).collect();
        for token in &ended {
            tables.sessions.remove(token);
        }
        Ok(ended)
    }

    async fn remove_sessions_of_member(
        &self,
        of: AppspaceId,
        id: &ProxyId,
    ) -> Result<(), StoreError> {
        self.tables()?.sessions.retain(|_, session| {
            !matches!(
                &session.subject,
                Subject::Member { appspace, proxy_id, .. } if *appspace == of && proxy_id == id
            )
        });
        Ok(())
    }

    async fn remove_sessions_of_account(&self, id: AccountId) -> Result<(), StoreError> {
        self.tables()?.end_sessions_of(id);
        Ok(())
    }

    async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .sessions
            .retain(|_, session| session.expires >= now);
        Ok(())
    }
}

impl Tables {
    pub(super) fn end_sessions_of(&mut self, id: AccountId) {
        self.sessions.retain(|_, session| match session.subject {
            Subject::Account(account) => account != id,
            Subject::Member { account, .. } => account != Some(id),
        });
    }

    /// Ends what must not outlive a password.
    pub(super) fn end_by_new_password(&mut self, id: AccountId) -> Epoch {
        self.end_sessions_of(id);
        self.people.forget_resets(id);
        self.people.forget_offer(id);
        self.people.outdate(id)
    }
}
