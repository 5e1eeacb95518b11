//! Snapshots that are open for a look: who is logged in there, and when they are closed.
//!
//! A preview is in no table, so the sessions on it cannot be either: they live in memory, and end with it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use ds_auth::{Epoch, Session, SessionStore, Subject};
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};
use ds_lifecycle::{Lifecycle, Previews};

/// How often is looked whether one is to be closed.
const ROUND: Duration = Duration::from_mins(1);
/// How many sessions there are on previews at most: each has one person.
const MOST: usize = 256;

/// Closes old previews as long as the host runs.
pub(super) async fn close_old(lifecycle: Lifecycle) {
    loop {
        tokio::time::sleep(ROUND).await;
        lifecycle.close_old_previews().await;
    }
}

/// Sessions on previews, in memory, beside all others.
pub(super) struct WithPreviews {
    is_preview: Box<dyn Fn(AppspaceId) -> bool + Send + Sync>,
    others: Arc<dyn SessionStore>,
    own: Mutex<HashMap<TokenHash, Session>>,
}

impl WithPreviews {
    pub(super) fn new(previews: Previews, others: Arc<dyn SessionStore>) -> Self {
        Self::of(move |id| previews.has(id), others)
    }

    fn of(
        is_preview: impl Fn(AppspaceId) -> bool + Send + Sync + 'static,
        others: Arc<dyn SessionStore>,
    ) -> Self {
        Self {
            is_preview: Box::new(is_preview),
            others,
            own: Mutex::default(),
        }
    }

    fn own(&self) -> MutexGuard<'_, HashMap<TokenHash, Session>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, token: &TokenHash, session: &Session) {
        let mut own = self.own();
        own.retain(|_, session| is_on(&session.subject, &self.is_preview));
        if own.len() >= MOST
            && let Some(oldest) = own.iter().min_by_key(|(_, session)| session.created)
        {
            let oldest = oldest.0.clone();
            own.remove(&oldest);
        }
        own.insert(token.clone(), session.clone());
    }
}

fn is_on(subject: &Subject, is_it: impl FnOnce(AppspaceId) -> bool) -> bool {
    matches!(subject, Subject::Member { appspace, .. } if is_it(*appspace))
}

#[async_trait]
impl SessionStore for WithPreviews {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        self.others.epoch().await
    }

    async fn outdate_logins(&self, account: AccountId) -> Result<Epoch, StoreError> {
        self.others.outdate_logins(account).await
    }

    async fn add_session(
        &self,
        token: &TokenHash,
        session: &Session,
        since: Option<Epoch>,
    ) -> Result<(), StoreError> {
        if !is_on(&session.subject, &self.is_preview) {
            return self.others.add_session(token, session, since).await;
        }
        // It is looked at first by whoever may end it, and asked for last: what changes the account meanwhile finds it or forbids it.
        self.add(token, session);
        let allowed = match session.subject {
            Subject::Member {
                account: Some(account),
                ..
            } => self.others.may_begin(account, since).await,
            _ => Ok(()),
        };
        if allowed.is_err() {
            self.own().remove(token);
        }
        allowed
    }

    async fn may_begin(&self, account: AccountId, since: Option<Epoch>) -> Result<(), StoreError> {
        self.others.may_begin(account, since).await
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        let own = self.own().get(token).cloned();
        match own {
            Some(session) => Ok(Some(session)),
            None => self.others.session(token).await,
        }
    }

    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError> {
        if let Some(session) = self.own().get_mut(token) {
            session.expires = to;
            return Ok(());
        }
        self.others.extend_session(token, to).await
    }

    async fn remove_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        if self.own().remove(token).is_some() {
            return Ok(true);
        }
        self.others.remove_session(token).await
    }

    /// Those at previews are few anyway.
    async fn keep_newest(
        &self,
        of: AppspaceId,
        member: &ProxyId,
        most: u32,
    ) -> Result<Vec<TokenHash>, StoreError> {
        self.others.keep_newest(of, member, most).await
    }

    async fn remove_sessions_of_member(
        &self,
        of: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        self.own().retain(|_, session| {
            !matches!(&session.subject,
                Subject::Member { appspace, proxy_id, .. } if *appspace == of && proxy_id == member)
        });
        self.others.remove_sessions_of_member(of, member).await
    }

    async fn remove_sessions_of_account(&self, of: AccountId) -> Result<(), StoreError> {
        self.own().retain(|_, session| {
            !matches!(&session.subject, Subject::Member { account, .. } if *account == Some(of))
        });
        self.others.remove_sessions_of_account(of).await
    }

    async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        self.own().retain(|_, session| session.expires > now);
        self.others.purge_sessions(now).await
    }
}

#[cfg(test)]
mod tests {
    use ds_auth::people::RoleStore as _;
    use ds_core::secret::Token;
    use ds_testkit::{Memory, sample};

    use super::*;

    #[tokio::test]
    async fn a_session_on_a_preview_is_in_no_store() {
        let (memory, preview) = (Memory::new(), AppspaceId::new());
        let sessions = WithPreviews::of(move |id| id == preview, Arc::new(memory.clone()));
        let ada = sample::account("ada@example.com");
        ds_auth::AccountStore::add_account(&memory, &ada, "hash")
            .await
            .unwrap();
        let session = sample::session(Subject::Member {
            appspace: preview,
            proxy_id: ProxyId::random(),
            account: Some(ada.id),
        });
        let begin = async |since| {
            let token = Token::random().hash();
            let begun = sessions.add_session(&token, &session, since).await;
            let is_there = sessions.session(&token).await.unwrap().is_some();
            assert_eq!(begun.is_ok(), is_there);
            assert_eq!(memory.session(&token).await.unwrap(), None);
            is_there
        };
        let since = sessions.epoch().await.unwrap();
        let before = memory.queries();
        let token = Token::random().hash();
        let added = sessions.add_session(&token, &session, Some(since)).await;
        added.unwrap();
        // It is asked whether it may be, and nothing is written that a crash could leave.
        assert_eq!(memory.queries() - before, 1);

        assert!(begin(Some(since)).await);
        sessions.outdate_logins(ada.id).await.unwrap();
        assert!(!begin(Some(since)).await, "changed since");
        assert!(begin(None).await);
        memory.set_blocked(ada.id, Some(sample::NOW)).await.unwrap();
        assert!(!begin(None).await, "blocked");
    }
}
