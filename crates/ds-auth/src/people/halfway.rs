//! Whoever has given the right password and is to prove something more.

use std::{sync::Arc, time::Duration};

use ds_core::{
    AccountId, Clock, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::Standing;

const GOOD_FOR: Duration = Duration::from_mins(5);
const ENTRIES: u64 = 10_000;

/// Logins that wait for a second factor. In memory only: a restart means to begin anew.
pub struct HalfLogins {
    clock: Arc<dyn Clock>,
    waiting: Cache<TokenHash, (Standing, Timestamp)>,
}

impl HalfLogins {
    /// Nobody waits.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let waiting = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(GOOD_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            clock,
            waiting: waiting.build(),
        }
    }

    /// A token for the browser of whoever gave this account's password. It opens nothing by itself.
    #[must_use]
    pub fn begin(&self, who: Standing) -> Token {
        let token = Token::random();
        let until = self.clock.now().plus(GOOD_FOR);
        self.waiting.insert(token.hash(), (who, until));
        token
    }

    /// Whose password was given. Wrong codes may follow one another; the throttle counts them.
    #[must_use]
    pub fn who(&self, token: &Token) -> Option<Standing> {
        let (who, until) = self.waiting.get(&token.hash())?;
        (self.clock.now() < until).then_some(who)
    }

    /// Lets nobody go on who gave the password this account had.
    pub fn forget(&self, account: AccountId) {
        for (token, (of, _)) in &self.waiting {
            if of.account == account {
                self.waiting.invalidate(&*token);
            }
        }
    }

    /// The second factor was right: takes the token out. Of two that come at once one goes on.
    #[must_use]
    pub fn end(&self, token: &Token) -> Option<Standing> {
        let (who, until) = self.waiting.remove(&token.hash())?;
        (self.clock.now() < until).then_some(who)
    }
}
