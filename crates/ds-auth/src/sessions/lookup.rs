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

use super::{ACCOUNT_LASTS, MEMBER_LASTS};
use crate::{
    Epoch, Session, SessionStore, Subject,
    marks::{Marks, Revocable},
    people::SessionList,
    remembered::{Looked, Remembered},
};

/// A session's end is moved at most this often: use is not a write.
const EXTEND_EVERY: Duration = Duration::from_hours(1);
/// How many sessions are kept in memory.
const KNOWN: u64 = 50_000;

pub(super) struct Inner {
    pub(super) store: Arc<dyn SessionStore>,
    members: Arc<dyn MemberStore>,
    pub(super) list: Option<Arc<dyn SessionList>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) marks: Marks,
    known: Remembered<Known>,
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
    account: Option<AccountId>,
    expires: AtomicI64,
}

#[derive(Clone)]
pub(super) enum Who {
    Account(AccountId),
    Member(Arc<Member>),
}

impl Looked for Known {
    type Key = Key;

    fn rests_on<'a>(key: &'a Key, found: Option<&'a Self>) -> [Option<Revocable<'a>>; 3] {
        let appspace = match key.site {
            Site::Account => None,
            Site::Appspace(id) => Some(Revocable::Appspace(id)),
        };
        let account = found.and_then(|known| known.account);
        [
            Some(Revocable::Token(&key.token)),
            appspace,
            account.map(Revocable::Account),
        ]
    }
}

impl Inner {
    pub(super) fn new(
        store: Arc<dyn SessionStore>,
        members: Arc<dyn MemberStore>,
        list: Option<Arc<dyn SessionList>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            members,
            list,
            clock,
            marks: Marks::new(),
            known: Remembered::new(KNOWN),
        }
    }

    pub(super) async fn start(
        &self,
        subject: Subject,
        lasts: Duration,
        since: Option<Epoch>,
    ) -> Result<Token, StoreError> {
        let (token, created) = (Token::random(), self.clock.now());
        let session = Session {
            subject,
            created,
            expires: created.plus(lasts),
        };
        let hash = token.hash();
        self.store.add_session(&hash, &session, since).await?;
        Ok(token)
    }

    pub(super) async fn find(&self, site: Site, token: &Token) -> Result<Option<Who>, StoreError> {
        if !token.is_well_formed() {
            return Ok(None);
        }
        let token = token.hash();
        let key = Key { site, token };
        let found = self.known.find(&self.marks, &key, || self.load(&key));
        match found.await? {
            None => Ok(None),
            Some(known) => Ok(self.use_known(&key, &known).await),
        }
    }

    async fn load(&self, key: &Key) -> Result<Option<Known>, StoreError> {
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
        Ok(Some(Known {
            who,
            account,
            expires: AtomicI64::new(session.expires.0),
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

impl Who {
    fn lasts(&self) -> Duration {
        match self {
            Self::Account(_) => ACCOUNT_LASTS,
            Self::Member(_) => MEMBER_LASTS,
        }
    }
}
