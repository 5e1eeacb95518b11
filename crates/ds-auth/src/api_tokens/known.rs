//! What was looked up of tokens, and when they were used.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ds_core::{AccountId, ApiTokenId, Timestamp, secret::TokenHash};

use super::ApiToken;

/// How many tokens are remembered; when there are more, all are looked up again.
const MOST: usize = 10_000;

/// What is known of tokens.
#[derive(Default)]
pub(super) struct Known(Mutex<Book>);

#[derive(Default)]
struct Book {
    tokens: HashMap<TokenHash, ApiToken>,
    uses: HashMap<ApiTokenId, Uses>,
    /// How often something was forgotten: what was asked for before is not kept.
    forgotten: u64,
}

#[derive(Clone, Copy)]
struct Uses {
    last: Timestamp,
    /// The last use that was written down.
    noted: Option<Timestamp>,
}

/// A question to the store.
#[derive(Clone, Copy)]
pub(super) struct Asked(u64);

impl Known {
    pub(super) fn get(&self, hash: &TokenHash) -> Option<ApiToken> {
        self.lock().tokens.get(hash).cloned()
    }

    /// Before the store is asked.
    pub(super) fn ask(&self) -> Asked {
        Asked(self.lock().forgotten)
    }

    /// Keeps an answer, unless a token was revoked since the question.
    pub(super) fn keep(&self, asked: Asked, hash: TokenHash, token: ApiToken) {
        let mut book = self.lock();
        if book.forgotten != asked.0 {
            return;
        }
        if book.tokens.len() >= MOST {
            book.tokens.clear();
        }
        book.tokens.insert(hash, token);
    }

    pub(super) fn forget(&self, id: ApiTokenId) {
        let mut book = self.lock();
        book.forgotten += 1;
        book.tokens.retain(|_, token| token.id != id);
        book.uses.remove(&id);
    }

    pub(super) fn forget_account(&self, account: AccountId) {
        let mut book = self.lock();
        book.forgotten += 1;
        book.tokens.retain(|_, token| token.account != account);
    }

    pub(super) fn last_used(&self, id: ApiTokenId) -> Option<Timestamp> {
        self.lock().uses.get(&id).map(|uses| uses.last)
    }

    /// That a token is used now; when that was last written down.
    pub(super) fn use_at(
        &self,
        id: ApiTokenId,
        now: Timestamp,
        stored: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let mut book = self.lock();
        if book.uses.len() >= MOST && !book.uses.contains_key(&id) {
            book.uses.clear();
        }
        let uses = book.uses.entry(id).or_insert(Uses {
            last: now,
            noted: stored,
        });
        uses.last = now;
        uses.noted
    }

    pub(super) fn noted(&self, id: ApiTokenId, now: Timestamp) {
        if let Some(uses) = self.lock().uses.get_mut(&id) {
            uses.noted = Some(now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
