//! The memory of tokens, and what is done when it does not know.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use ds_core::{
    AppspaceId, Clock, Member, MemberStore, StoreError, Timestamp, error_chain, secret::Token,
    secret::TokenHash,
};

use super::{MemberToken, MemberTokenStore};
use crate::{
    Sessions,
    marks::Revocable,
    remembered::{Looked, Remembered},
};

/// How often it is written down that a token is used.
const NOTED: Duration = Duration::from_hours(1);
/// How many tokens are kept in memory.
const KNOWN: u64 = 20_000;

pub(super) struct Lookup {
    pub(super) store: Arc<dyn MemberTokenStore>,
    members: Arc<dyn MemberStore>,
    pub(super) sessions: Sessions,
    pub(super) clock: Arc<dyn Clock>,
    known: Remembered<Known>,
}

/// A token in memory, and its member as its bearer is one.
pub(super) struct Known {
    pub(super) token: MemberToken,
    pub(super) member: Arc<Member>,
    /// When it was last written down that it is used.
    noted: AtomicI64,
}

impl Looked for Known {
    type Key = TokenHash;

    fn rests_on<'a>(key: &'a TokenHash, found: Option<&'a Self>) -> [Option<Revocable<'a>>; 3] {
        let token = found.map(|known| &known.token);
        [
            Some(Revocable::Token(key)),
            token.map(|token| Revocable::Appspace(token.appspace)),
            token.and_then(|token| token.account.map(Revocable::Account)),
        ]
    }
}

impl Lookup {
    pub(super) fn new(
        store: Arc<dyn MemberTokenStore>,
        members: Arc<dyn MemberStore>,
        sessions: Sessions,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            members,
            sessions,
            clock,
            known: Remembered::new(KNOWN),
        }
    }

    /// What a token opens at an appspace right now.
    pub(super) async fn find(
        &self,
        appspace: AppspaceId,
        secret: &Token,
    ) -> Result<Option<Arc<Known>>, StoreError> {
        if !secret.is_well_formed() {
            return Ok(None);
        }
        let hash = secret.hash();
        let marks = self.sessions.marks();
        let found = self.known.find(marks, &hash, || self.load(&hash));
        let Some(known) = found.await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if known.token.appspace != appspace || known.is_over(now) {
            return Ok(None);
        }
        self.note(&known, now).await;
        Ok(Some(known))
    }

    async fn load(&self, hash: &TokenHash) -> Result<Option<Known>, StoreError> {
        let Some(token) = self.store.member_token(hash).await? else {
            return Ok(None);
        };
        if token.is_over(self.clock.now()) {
            return Ok(None);
        }
        let member = self.members.member(token.appspace, &token.member).await?;
        Ok(member.map(|member| Known::new(token, member)))
    }

    /// Writes down now and then that a token is used.
    async fn note(&self, known: &Known, now: Timestamp) {
        let noted = known.noted.load(SeqCst);
        if Timestamp(noted).plus(NOTED) > now {
            return;
        }
        // Of many requests at once, one writes.
        let swapped = known.noted.compare_exchange(noted, now.0, SeqCst, SeqCst);
        if swapped.is_err() {
            return;
        }
        if let Err(error) = self.store.note_member_token(known.token.id, now).await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot note that a key is used");
        }
    }
}

impl Known {
    fn is_over(&self, now: Timestamp) -> bool {
        let used = Timestamp(self.noted.load(SeqCst));
        let used = (used.0 > 0).then_some(used);
        self.token.is_over_when_used(used, now)
    }

    fn new(token: MemberToken, member: Member) -> Self {
        Self {
            noted: AtomicI64::new(token.last_used.map_or(0, |used| used.0)),
            member: Arc::new(token.narrow(member)),
            token,
        }
    }
}
