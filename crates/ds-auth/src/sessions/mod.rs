//! Who a browser is, answered from memory.

mod lookup;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use ds_core::{
    AccountId, AppspaceId, Clock, Member, MemberStore, ProxyId, StoreError,
    secret::{Token, TokenHash},
};

use crate::{SessionStore, Subject, marks::Revocable};
use lookup::{Inner, Site, Who};

const DAY: Duration = Duration::from_hours(24);
/// How long a session on the account site lasts after its last use.
const ACCOUNT_LASTS: Duration = DAY.saturating_mul(30);
/// How long a session on an appspace lasts after its last use.
const MEMBER_LASTS: Duration = DAY.saturating_mul(14);

/// The sessions of this host. Cloning is cheap; clones are the same sessions.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

impl Sessions {
    /// The sessions kept in `store`, of members kept in `members`.
    pub fn new(
        store: Arc<dyn SessionStore>,
        members: Arc<dyn MemberStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Inner::new(store, members, clock)))
    }

    /// Begins a session on the account site.
    pub async fn start_account(&self, account: AccountId) -> Result<Token, StoreError> {
        self.0.start(Subject::Account(account), ACCOUNT_LASTS).await
    }

    /// Begins a session of a member on an appspace. `account` is the one of this host they logged in with.
    pub async fn start_member(
        &self,
        appspace: AppspaceId,
        proxy_id: ProxyId,
        account: Option<AccountId>,
    ) -> Result<Token, StoreError> {
        let subject = Subject::Member {
            appspace,
            proxy_id,
            account,
        };
        self.0.start(subject, MEMBER_LASTS).await
    }

    /// Whose session on the account site this is.
    pub async fn account(&self, token: &Token) -> Result<Option<AccountId>, StoreError> {
        match self.0.find(Site::Account, token).await? {
            Some(Who::Account(id)) => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    /// Which member this is on an appspace. A session of another appspace, or of the account site, is none.
    pub async fn member(
        &self,
        appspace: AppspaceId,
        token: &Token,
    ) -> Result<Option<Arc<Member>>, StoreError> {
        match self.0.find(Site::Appspace(appspace), token).await? {
            Some(Who::Member(member)) => Ok(Some(member)),
            _ => Ok(None),
        }
    }

    /// Ends a session.
    pub async fn end(&self, token: &Token) -> Result<(), StoreError> {
        self.end_listed(&token.hash()).await
    }

    /// Ends a session as a list of sessions names it. That it is of whoever asks was checked.
    pub async fn end_listed(&self, token: &TokenHash) -> Result<(), StoreError> {
        let (inner, token) = (Arc::clone(&self.0), token.clone());
        to_the_end(async move {
            let ended = inner.store.remove_session(&token).await;
            inner.marks.revoke(Revocable::Token(&token));
            ended
        })
        .await
    }

    /// Ends every session of a member of an appspace.
    pub async fn end_member(
        &self,
        appspace: AppspaceId,
        proxy_id: &ProxyId,
    ) -> Result<(), StoreError> {
        let (inner, proxy_id) = (Arc::clone(&self.0), proxy_id.clone());
        to_the_end(async move {
            let store = &inner.store;
            let ended = store.remove_sessions_of_member(appspace, &proxy_id).await;
            inner.marks.revoke(Revocable::Appspace(appspace));
            ended
        })
        .await
    }

    /// Ends every session of an account, those on appspaces too.
    pub async fn end_account(&self, account: AccountId) -> Result<(), StoreError> {
        let inner = Arc::clone(&self.0);
        to_the_end(async move {
            let ended = inner.store.remove_sessions_of_account(account).await;
            inner.marks.revoke(Revocable::Account(account));
            ended
        })
        .await
    }

    /// Reads the members of an appspace anew from now on. Call it after a member was added or changed, or
    /// the appspace removed or restored.
    pub fn forget_appspace(&self, appspace: AppspaceId) {
        self.0.marks.revoke(Revocable::Appspace(appspace));
    }

    /// Removes expired sessions from the store; for the host's daily round.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.0.store.purge_sessions(self.0.clock.now()).await
    }
}

/// Sees a revocation through even if its caller leaves: else the store could know and the memory not.
async fn to_the_end(
    revocation: impl Future<Output = Result<(), StoreError>> + Send + 'static,
) -> Result<(), StoreError> {
    tokio::spawn(revocation)
        .await
        .unwrap_or_else(|interrupted| {
            Err(StoreError::Failed {
                action: "end a session",
                source: interrupted.into(),
            })
        })
}
