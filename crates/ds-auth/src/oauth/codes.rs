//! Codes on their way from a browser to a program.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ds_core::{
    AppspaceId, Clock, MemberTokenId, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{Asked, Leave};
use crate::dropid::pkce;

/// A browser brings it at once.
const GOOD_FOR: Duration = Duration::from_mins(1);
/// How long it is remembered what came of it.
const REMEMBERED: Duration = Duration::from_mins(15);
const MOST: u64 = 10_000;

pub(super) struct Codes {
    clock: Arc<dyn Clock>,
    codes: Cache<TokenHash, Arc<Mutex<Code>>>,
}

/// ```text
///   Fresh ──presented──▶ Used { token: none } ──token made──▶ Used { token }
///                          │ presented again                    │ presented again: the token ends
///                          ▼                                    ▼
///                        Used { spoiled } ──token made──▶ the token ends
/// ```
enum Code {
    Fresh {
        client: String,
        redirect: String,
        challenge: TokenHash,
        until: Timestamp,
        leave: Box<Leave>,
    },
    Used {
        appspace: AppspaceId,
        token: Option<MemberTokenId>,
        spoiled: bool,
    },
}

/// Why a code is not good.
pub(super) enum Refused {
    /// There is none, or it was not for this.
    Unknown,
    /// It was used before, and this came of it.
    Again(MemberTokenId),
}

impl Codes {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        // The newest is kept, however many there are: its program is about to ask.
        let codes = Cache::builder()
            .max_capacity(MOST)
            .time_to_live(REMEMBERED)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            clock,
            codes: codes.build(),
        }
    }

    pub(super) fn add(&self, asked: &Asked, leave: Leave) -> String {
        let code = Token::random();
        let fresh = Code::Fresh {
            client: asked.client.clone(),
            redirect: asked.redirect.as_str().to_owned(),
            challenge: asked.challenge.clone(),
            until: self.clock.now().plus(GOOD_FOR),
            leave: Box::new(leave),
        };
        let fresh = Arc::new(Mutex::new(fresh));
        self.codes.insert(code.hash(), fresh);
        code.reveal().to_owned()
    }

    /// Brings what is kept down to what may be.
    #[cfg(test)]
    pub(super) fn settle(&self) {
        self.codes.run_pending_tasks();
    }

    /// Uses a code up, whatever comes of it.
    pub(super) fn redeem(
        &self,
        at: AppspaceId,
        by: &str,
        to: &str,
        code: &str,
        verifier: &str,
    ) -> Result<Leave, Refused> {
        let found = self.codes.get(&Token::presented(code).hash());
        let found = found.ok_or(Refused::Unknown)?;
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let appspace = match &mut *found {
            Code::Fresh { leave, .. } => leave.appspace,
            Code::Used {
                appspace,
                token,
                spoiled,
            } => {
                *spoiled = true;
                let ended = token.filter(|_| *appspace == at);
                return Err(ended.map_or(Refused::Unknown, Refused::Again));
            }
        };
        let used = Code::Used {
            appspace,
            token: None,
            spoiled: false,
        };
        let Code::Fresh {
            client,
            redirect,
            challenge,
            until,
            leave,
        } = std::mem::replace(&mut *found, used)
        else {
            return Err(Refused::Unknown);
        };
        let proven = pkce::is_verifier(verifier) && challenge.matches(&Token::presented(verifier));
        let good = proven
            && self.clock.now() < until
            && leave.appspace == at
            && client == by
            && redirect == to;
        good.then_some(*leave).ok_or(Refused::Unknown)
    }

    /// Remembers what came of a code. Says whether it was presented again meanwhile.
    pub(super) fn note(&self, code: &str, made: MemberTokenId) -> bool {
        let Some(found) = self.codes.get(&Token::presented(code).hash()) else {
            return false;
        };
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *found {
            Code::Used { token, spoiled, .. } => {
                *token = Some(made);
                *spoiled
            }
            Code::Fresh { .. } => false,
        }
    }
}
