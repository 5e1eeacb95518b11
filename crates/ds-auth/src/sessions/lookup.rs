//! The memory of sessions, and what is done when it does not know.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use ds_core::{
    AccountId, AppspaceId, Clock, Member, MemberStore, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{ACCOUNT_LASTS, MEMBER_LASTS};
use crate::{
    Session, SessionStore, Subject,
    marks::{Begun, Marks, Revocable, Stamp},
    people::SessionList,
};

/// A session's end is moved at most this often: use is not a write.
const EXTEND_EVERY: Duration = Duration::from_hours(1);
/// How many sessions are kept in memory, and for how long before they are read again.
const KNOWN: u64 = 50_000;
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// Old cookies are common, so that a token is unknown is remembered too, apart: strangers who try tokens
/// push out one another.
const UNKNOWN: u64 = 10_000;
const UNKNOWN_FOR: Duration = Duration::from_secs(30);
/// How often a load starts again because something was revoked meanwhile.
const LOADS: u32 = 3;

pub(super) struct Inner {
    pub(super) store: Arc<dyn SessionStore>,
    members: Arc<dyn MemberStore>,
    pub(super) list: Option<Arc<dyn SessionList>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) marks: Marks,
    known: Cache<Key, Arc<Known>>,
    unknown: Cache<Key, Stamp>,
}

/// A token at one site. What a token is elsewhere says nothing here.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    site: Site,
    token: TokenHash,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Site {
    Account,
    Appspace(AppspaceId),
}

/// A session in memory.
struct Known {
    who: Who,
    expires: AtomicI64,
    stamp: Stamp,
}

#[derive(Clone)]
pub(super) enum Who {
    Account(AccountId),
    Member(Arc<Member>),
}

/// What the store knows of a token at a site.
struct Loaded {
    who: Who,
    expires: Timestamp,
    account: Option<AccountId>,
}

impl Inner {
    pub(super) fn new(
        store: Arc<dyn SessionStore>,
        members: Arc<dyn MemberStore>,
        list: Option<Arc<dyn SessionList>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let known = Cache::builder().max_capacity(KNOWN).time_to_live(KNOWN_FOR);
        let unknown = Cache::builder()
            .max_capacity(UNKNOWN)
            .time_to_live(UNKNOWN_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            store,
            members,
            list,
            clock,
            marks: Marks::new(),
            known: known.build(),
            unknown: unknown.build(),
        }
    }

    pub(super) async fn start(
        &self,
        subject: Subject,
        lasts: Duration,
    ) -> Result<Token, StoreError> {
        let (token, created) = (Token::random(), self.clock.now());
        let session = Session {
            subject,
            created,
            expires: created.plus(lasts),
        };
        self.store.add_session(&token.hash(), &session).await?;
        Ok(token)
    }

    pub(super) async fn find(&self, site: Site, token: &Token) -> Result<Option<Who>, StoreError> {
        if !token.is_well_formed() {
            return Ok(None);
        }
        let token = token.hash();
        let key = Key { site, token };
        if let Some(known) = self.known.get(&key)
            && self.marks.is_current(&known.stamp)
        {
            return Ok(self.use_known(&key, &known).await);
        }
        if let Some(stamp) = self.unknown.get(&key)
            && self.marks.is_current(&stamp)
        {
            return Ok(None);
        }
        match self.load_settled(&key).await? {
            None => Ok(None),
            Some(known) => Ok(self.use_known(&key, &known).await),
        }
    }

    /// Reads a session and remembers it, unless something is revoked the whole time.
    async fn load_settled(&self, key: &Key) -> Result<Option<Arc<Known>>, StoreError> {
        let mut last = None;
        for _ in 0..LOADS {
            let begun = self.marks.begin();
            let loaded = self.load(key).await?;
            let stamp = self.stamp(begun, key, loaded.as_ref());
            match (loaded, stamp) {
                (None, Some(stamp)) => {
                    self.unknown.insert(key.clone(), stamp);
                    return Ok(None);
                }
                (Some(loaded), Some(stamp)) => {
                    let known = Arc::new(Known::new(loaded, stamp));
                    self.known.insert(key.clone(), Arc::clone(&known));
                    return Ok(Some(known));
                }
                (loaded, None) => last = loaded,
            }
        }
        // As true as when it was read; only not remembered.
        Ok(last.map(|loaded| Arc::new(Known::new(loaded, Stamp::default()))))
    }

    fn stamp(&self, begun: Begun, key: &Key, loaded: Option<&Loaded>) -> Option<Stamp> {
        let appspace = match key.site {
            Site::Account => None,
            Site::Appspace(id) => Some(Revocable::Appspace(id)),
        };
        let account = loaded.and_then(|loaded| loaded.account);
        let things = [
            Some(Revocable::Token(&key.token)),
            appspace,
            account.map(Revocable::Account),
        ];
        self.marks.stamp(begun, things)
    }

    async fn load(&self, key: &Key) -> Result<Option<Loaded>, StoreError> {
        let Some(session) = self.store.session(&key.token).await? else {
            return Ok(None);
        };
        if session.expires <= self.clock.now() {
            return Ok(None);
        }
        let (who, account) = match (session.subject, key.site) {
            (Subject::Account(id), Site::Account) => (Who::Account(id), Some(id)),
            (
                Subject::Member {
                    appspace,
                    proxy_id,
                    account,
                },
                Site::Appspace(here),
            ) if appspace == here => match self.members.member(appspace, &proxy_id).await? {
                Some(member) => (Who::Member(Arc::new(member)), account),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Loaded {
            who,
            expires: session.expires,
            account,
        }))
    }

    /// Who a known session is, if it has not expired; moves its end now and then.
    async fn use_known(&self, key: &Key, known: &Known) -> Option<Who> {
        let now = self.clock.now();
        let expires = known.expires.load(SeqCst);
        if expires <= now.0 {
            return None;
        }
        let to = now.plus(known.who.lasts());
        let is_due = Timestamp(expires).plus(EXTEND_EVERY) <= to;
        // Of many requests at once, one writes.
        if is_due
            && known
                .expires
                .compare_exchange(expires, to.0, SeqCst, SeqCst)
                .is_ok()
            && let Err(error) = self.store.extend_session(&key.token, to).await
        {
            tracing::warn!(%error, "cannot record that a session was used");
        }
        Some(known.who.clone())
    }
}

impl Known {
    fn new(loaded: Loaded, stamp: Stamp) -> Self {
        Self {
            who: loaded.who,
            expires: AtomicI64::new(loaded.expires.0),
            stamp,
        }
    }
}

impl Who {
    fn lasts(&self) -> Duration {
        match self {
            Self::Account(_) => ACCOUNT_LASTS,
            Self::Member(_) => MEMBER_LASTS,
        }
    }
}
