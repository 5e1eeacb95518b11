//! Who a browser is, answered from memory.

mod lookup;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc, time::Duration};

use ds_core::{
    AccountId, AppspaceId, Clock, Member, MemberStore, ProxyId, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use tokio::sync::watch;

use crate::{
    Epoch, SessionStore, Standing, Subject, device_name,
    marks::{Marks, Revocable},
    people::{SessionEntry, SessionList},
};
use lookup::{Inner, Site, Who};

const DAY: Duration = Duration::from_hours(24);
/// How long a session on the account site lasts after its last use.
const ACCOUNT_LASTS: Duration = DAY.saturating_mul(30);
/// How long a session on an appspace lasts after its last use.
const MEMBER_LASTS: Duration = DAY.saturating_mul(14);
/// How many sessions a member has at one appspace at most: one in each browser, so nobody comes near it. Those that were
/// not used for longest end.
const MOST_OF_MEMBER: u32 = 50;
/// The same of a secret link, which many people may have.
const MOST_OF_LINK: u32 = 1000;

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
        Self(Arc::new(Inner::new(store, members, None, clock)))
    }

    /// The same, on a host where people see their sessions in a list.
    pub fn with_list(
        store: Arc<dyn SessionStore>,
        members: Arc<dyn MemberStore>,
        list: Arc<dyn SessionList>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Inner::new(store, members, Some(list), clock)))
    }

    /// Records what browser a session began in, for its person to recognise it by. Nobody's login depends on it.
    pub async fn note_device(&self, token: &Token, user_agent: &str) {
        let device = device_name(user_agent);
        let Some(list) = self.0.list.as_ref().filter(|_| !device.is_empty()) else {
            return;
        };
        if let Err(error) = list.note_device(&token.hash(), &device).await {
            let error = ds_core::error_chain(&error);
            tracing::warn!(error, "cannot record where a session began");
        }
    }

    /// The sessions of an account that are not over, on appspaces too, begun last first.
    pub async fn of_account(&self, account: AccountId) -> Result<Vec<SessionEntry>, StoreError> {
        let Some(list) = &self.0.list else {
            return Ok(Vec::new());
        };
        let (mut all, now) = (list.sessions_of(account).await?, self.0.clock.now());
        all.retain(|entry| now < entry.session.expires);
        Ok(all)
    }

    /// When each member of an appspace was there last, to about an hour; those who have logged out are not known.
    pub async fn last_seen(
        &self,
        appspace: AppspaceId,
    ) -> Result<HashMap<ProxyId, Timestamp>, StoreError> {
        let Some(list) = &self.0.list else {
            return Ok(HashMap::new());
        };
        let ends = list.last_ends(appspace).await?.into_iter();
        Ok(ends
            .map(|(id, end)| (id, end.minus(MEMBER_LASTS)))
            .collect())
    }

    /// Changes whenever something was revoked: a session, what is known of an appspace's members, an account. Who keeps
    /// something open for somebody looks then whether they may still have it.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.marks.changes()
    }

    /// How long a session lasts after its last use.
    pub(crate) fn lasts(subject: &Subject) -> Duration {
        match subject {
            Subject::Account(_) => ACCOUNT_LASTS,
            Subject::Member { .. } => MEMBER_LASTS,
        }
    }

    /// The present moment. Whoever checks a login asks for it first.
    pub async fn epoch(&self) -> Result<Epoch, StoreError> {
        self.0.store.epoch().await
    }

    /// An account as it is now, for whoever needs not show who they are: the account was made just now.
    pub async fn standing(&self, account: AccountId) -> Result<Standing, StoreError> {
        let since = self.epoch().await?;
        Ok(Standing { account, since })
    }

    /// Begins a session on the account site.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the account was changed since, or is blocked or gone.
    pub async fn start_account(&self, who: Standing) -> Result<Token, StoreError> {
        let subject = Subject::Account(who.account);
        self.0.start(subject, ACCOUNT_LASTS, Some(who.since)).await
    }

    /// Begins a session of a member on an appspace. `account` is the one of this host they logged in with.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the account was changed since, or is blocked or gone.
    pub async fn start_member(
        &self,
        appspace: AppspaceId,
        proxy_id: ProxyId,
        account: Option<Standing>,
    ) -> Result<Token, StoreError> {
        let subject = Subject::Member {
            appspace,
            proxy_id,
            account: account.map(|who| who.account),
        };
        self.start_capped(subject, account.map(|who| who.since), MOST_OF_MEMBER)
            .await
    }

    /// Begins a session of whoever came with a secret link, which is the member.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn start_link(
        &self,
        appspace: AppspaceId,
        link: ProxyId,
    ) -> Result<Token, StoreError> {
        let subject = Subject::Member {
            appspace,
            proxy_id: link,
            account: None,
        };
        self.start_capped(subject, None, MOST_OF_LINK).await
    }

    async fn start_capped(
        &self,
        subject: Subject,
        since: Option<Epoch>,
        most: u32,
    ) -> Result<Token, StoreError> {
        let started = self.0.start(subject.clone(), MEMBER_LASTS, since).await?;
        if let Subject::Member {
            appspace, proxy_id, ..
        } = subject
        {
            let inner = Arc::clone(&self.0);
            to_the_end(async move {
                let kept = inner.store.keep_newest(appspace, &proxy_id, most);
                for ended in &kept.await? {
                    inner.marks.revoke(Revocable::Token(ended));
                }
                Ok(())
            })
            .await?;
        }
        Ok(started)
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

    /// Ends a session, if it is one. Anybody may show any token: one that opens nothing costs no more than a look.
    pub async fn end(&self, token: &Token) -> Result<(), StoreError> {
        if !token.is_well_formed() {
            return Ok(());
        }
        let (sessions, token) = (self.clone(), token.hash());
        to_the_end(async move {
            match sessions.0.store.session(&token).await? {
                Some(_) => sessions.end_listed(&token).await,
                None => Ok(()),
            }
        })
        .await
    }

    /// Ends a session as a list of sessions names it. That it is of whoever asks was checked.
    pub async fn end_listed(&self, token: &TokenHash) -> Result<(), StoreError> {
        let (inner, token) = (Arc::clone(&self.0), token.clone());
        to_the_end(async move {
            let ended = inner.store.remove_session(&token).await;
            // Where nothing was ended nothing is to be forgotten; where that is not known, it may be.
            if !matches!(ended, Ok(false)) {
                inner.marks.revoke(Revocable::Token(&token));
            }
            ended.map(drop)
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

    /// Ends every session of an account, those on appspaces too, and every login of it that is under way. Since when.
    pub async fn end_account(&self, account: AccountId) -> Result<Epoch, StoreError> {
        let inner = Arc::clone(&self.0);
        to_the_end(async move {
            // First: what a login begins until then is ended with the rest, and after that it begins nothing.
            let since = inner.store.outdate_logins(account).await;
            let ended = inner.store.remove_sessions_of_account(account).await;
            inner.marks.revoke(Revocable::Account(account));
            ended.and(since)
        })
        .await
    }

    /// Ends every session of an account that was changed, so that logins that are under way begin none.
    pub async fn end_changed(&self, account: AccountId) -> Result<(), StoreError> {
        let inner = Arc::clone(&self.0);
        to_the_end(async move {
            let ended = inner.store.remove_sessions_of_account(account).await;
            inner.marks.revoke(Revocable::Account(account));
            ended
        })
        .await
    }

    /// Whether a session on the account site is there now, whatever was remembered of it.
    pub async fn is_there(&self, token: &Token, account: AccountId) -> Result<bool, StoreError> {
        let found = self.0.store.session(&token.hash()).await?;
        Ok(found.is_some_and(|found| found.subject == Subject::Account(account)))
    }

    /// Reads the members of an appspace anew from now on. Call it after a member was added or changed, or
    /// the appspace removed or restored.
    pub fn forget_appspace(&self, appspace: AppspaceId) {
        self.0.marks.revoke(Revocable::Appspace(appspace));
    }

    /// The account of this host by which a member logged in, if it was one.
    pub async fn account_behind(
        &self,
        appspace: AppspaceId,
        token: &Token,
    ) -> Result<Option<AccountId>, StoreError> {
        let session = self.0.store.session(&token.hash()).await?;
        Ok(match session.map(|session| session.subject) {
            Some(Subject::Member {
                appspace: of,
                account,
                ..
            }) if of == appspace => account,
            _ => None,
        })
    }

    /// When what was last revoked, for others who remember the same things.
    pub(crate) fn marks(&self) -> &Marks {
        &self.0.marks
    }

    /// Removes expired sessions from the store; for the host's daily round.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.0.store.purge_sessions(self.0.clock.now()).await
    }
}

/// Sees a revocation through even if its caller leaves: else the store could know and the memory not.
async fn to_the_end<T: Send + 'static>(
    revocation: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(revocation)
        .await
        .unwrap_or_else(|interrupted| {
            Err(StoreError::Failed {
                action: "end a session",
                source: interrupted.into(),
            })
        })
}
