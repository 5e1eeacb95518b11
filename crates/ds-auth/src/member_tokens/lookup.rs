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
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{MemberToken, MemberTokenStore};
use crate::{
    Sessions,
    marks::{Revocable, Stamp},
};

/// How often it is written down that a token is used.
const NOTED: Duration = Duration::from_hours(1);
/// How many tokens are kept in memory, and for how long before they are read again.
const KNOWN: u64 = 20_000;
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// That a token is unknown is remembered too: a program whose key was removed goes on asking.
const UNKNOWN: u64 = 10_000;
const UNKNOWN_FOR: Duration = Duration::from_secs(30);
/// How often a load starts again because something was revoked meanwhile.
const LOADS: u32 = 3;

pub(super) struct Lookup {
    pub(super) store: Arc<dyn MemberTokenStore>,
    members: Arc<dyn MemberStore>,
    pub(super) sessions: Sessions,
    pub(super) clock: Arc<dyn Clock>,
    known: Cache<TokenHash, Arc<Known>>,
    unknown: Cache<TokenHash, Stamp>,
}

/// A token in memory, and its member as its bearer is one.
pub(super) struct Known {
    pub(super) token: MemberToken,
    pub(super) member: Arc<Member>,
    /// When it was last written down that it is used.
    noted: AtomicI64,
    stamp: Stamp,
}

impl Lookup {
    pub(super) fn new(
        store: Arc<dyn MemberTokenStore>,
        members: Arc<dyn MemberStore>,
        sessions: Sessions,
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
            sessions,
            clock,
            known: known.build(),
            unknown: unknown.build(),
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
        let Some(known) = self.known(&hash).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if known.token.appspace != appspace || known.is_over(now) {
            return Ok(None);
        }
        self.note(&known, now).await;
        Ok(Some(known))
    }

    async fn known(&self, hash: &TokenHash) -> Result<Option<Arc<Known>>, StoreError> {
        let marks = self.sessions.marks();
        if let Some(known) = self.known.get(hash)
            && marks.is_current(&known.stamp)
        {
            return Ok(Some(known));
        }
        if let Some(stamp) = self.unknown.get(hash)
            && marks.is_current(&stamp)
        {
            return Ok(None);
        }
        self.load_settled(hash).await
    }

    /// Reads a token and remembers it, unless something is revoked the whole time.
    async fn load_settled(&self, hash: &TokenHash) -> Result<Option<Arc<Known>>, StoreError> {
        let marks = self.sessions.marks();
        let mut last = None;
        for _ in 0..LOADS {
            let begun = marks.begin();
            let loaded = self.load(hash).await?;
            let token = loaded.as_ref().map(|(token, _)| token);
            let things = [
                Some(Revocable::Token(hash)),
                token.map(|token| Revocable::Appspace(token.appspace)),
                token.and_then(|token| token.account.map(Revocable::Account)),
            ];
            match (loaded, marks.stamp(begun, things)) {
                (None, Some(stamp)) => {
                    self.unknown.insert(hash.clone(), stamp);
                    return Ok(None);
                }
                (Some(loaded), Some(stamp)) => {
                    let known = Arc::new(Known::new(loaded, stamp));
                    self.known.insert(hash.clone(), Arc::clone(&known));
                    return Ok(Some(known));
                }
                (loaded, None) => last = loaded,
            }
        }
        // As true as when it was read; only not remembered.
        Ok(last.map(|loaded| Arc::new(Known::new(loaded, Stamp::default()))))
    }

    async fn load(&self, hash: &TokenHash) -> Result<Option<(MemberToken, Member)>, StoreError> {
        let Some(token) = self.store.member_token(hash).await? else {
            return Ok(None);
        };
        if token.is_over(self.clock.now()) {
            return Ok(None);
        }
        let member = self.members.member(token.appspace, &token.member).await?;
        Ok(member.map(|member| (token.clone(), token.narrow(member))))
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

    fn new((token, member): (MemberToken, Member), stamp: Stamp) -> Self {
        Self {
            noted: AtomicI64::new(token.last_used.map_or(0, |used| used.0)),
            member: Arc::new(member),
            token,
            stamp,
        }
    }
}
