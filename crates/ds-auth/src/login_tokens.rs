//! Carries a person from the account site to an appspace.
//!
//! ```text
//! appspace  asks the browser to keep a state cookie, sends it to the account site with the state's hash
//! account   knows the person, issues a token for that appspace and that state, sends the browser back
//! appspace  redeems the token with the state cookie, and begins a session
//! ```
//!
//! A token works once, shortly, at one appspace, in the browser that began.

use std::{sync::Arc, time::Duration};

use ds_core::{
    AccountId, AppspaceId, Clock, ProxyId, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use crate::Standing;

/// From the account site back to the appspace is one redirect.
const GOOD_FOR: Duration = Duration::from_mins(1);
/// Bound of those under way.
const ENTRIES: u64 = 10_000;

/// Logins under way. In memory only: whoever is on the way while the host restarts logs in again.
pub struct LoginTokens {
    clock: Arc<dyn Clock>,
    pending: Cache<TokenHash, Arc<Pending>>,
}

/// Who a redeemed token says has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who they are on the appspace.
    pub proxy_id: ProxyId,
    /// The account they logged in with.
    pub account: Standing,
}

struct Pending {
    appspace: AppspaceId,
    state: TokenHash,
    login: Login,
    expires: Timestamp,
}

impl LoginTokens {
    /// None under way.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let pending = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(GOOD_FOR)
            // The default policy may refuse a newcomer in favour of what was there.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { clock, pending }
    }

    /// Makes a token for a member of an appspace, for the browser whose state cookie has this hash.
    #[must_use]
    pub fn issue(
        &self,
        appspace: AppspaceId,
        proxy_id: ProxyId,
        account: Standing,
        state: TokenHash,
    ) -> Token {
        let token = Token::random();
        let pending = Pending {
            appspace,
            state,
            login: Login { proxy_id, account },
            expires: self.clock.now().plus(GOOD_FOR),
        };
        self.pending.insert(token.hash(), Arc::new(pending));
        token
    }

    /// Lets nobody arrive who is under way with this account.
    pub fn forget(&self, account: AccountId) {
        for (token, pending) in &self.pending {
            if pending.login.account.account == account {
                self.pending.invalidate(&*token);
            }
        }
    }

    /// Who comes with this token, to this appspace, in this browser. The token is used up whatever the answer.
    #[must_use]
    pub fn redeem(&self, token: &Token, appspace: AppspaceId, state: &Token) -> Option<Login> {
        let pending = self.pending.remove(&token.hash())?;
        let is_good = pending.appspace == appspace
            && pending.state.matches(state)
            && self.clock.now() < pending.expires;
        is_good.then(|| pending.login.clone())
    }
}

#[cfg(test)]
mod tests {
    use ds_core::ManualClock;

    use super::*;
    use crate::Epoch;

    fn somebody() -> Standing {
        Standing {
            account: AccountId::new(),
            since: Epoch(3),
        }
    }

    #[test]
    fn who_is_forgotten_does_not_arrive() {
        let tokens = LoginTokens::new(Arc::new(ManualClock::new(Timestamp(0))));
        let (here, state) = (AppspaceId::new(), Token::random());
        let [ada, bob] = [(); 2].map(|()| somebody());
        let [of_ada, of_bob] =
            [ada, bob].map(|id| tokens.issue(here, ProxyId::random(), id, state.hash()));
        tokens.forget(ada.account);
        assert_eq!(tokens.redeem(&of_ada, here, &state), None);
        let arrived = tokens.redeem(&of_bob, here, &state);
        assert_eq!(arrived.map(|login| login.account), Some(bob));
    }

    #[test]
    fn once_shortly_there_and_in_that_browser() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let tokens = LoginTokens::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let (here, there) = (AppspaceId::new(), AppspaceId::new());
        let (state, other) = (Token::random(), Token::random());
        let login = Login {
            proxy_id: ProxyId::random(),
            account: somebody(),
        };
        let issue = || tokens.issue(here, login.proxy_id.clone(), login.account, state.hash());

        let token = issue();
        assert_eq!(tokens.redeem(&token, here, &state), Some(login.clone()));
        assert_eq!(tokens.redeem(&token, here, &state), None);
        assert_eq!(tokens.redeem(&other, here, &state), None);

        for (appspace, browser) in [(there, &state), (here, &other)] {
            let token = issue();
            assert_eq!(tokens.redeem(&token, appspace, browser), None);
            assert_eq!(tokens.redeem(&token, here, &state), None, "used up");
        }

        let (early, late) = (issue(), issue());
        clock.advance(Duration::from_millis(59_999));
        assert!(tokens.redeem(&early, here, &state).is_some());
        clock.advance(Duration::from_millis(1));
        assert_eq!(tokens.redeem(&late, here, &state), None);
    }

    #[test]
    fn of_many_at_once_one_wins() {
        let tokens = Arc::new(LoginTokens::new(Arc::new(ManualClock::new(Timestamp(0)))));
        let (here, state) = (AppspaceId::new(), Token::random());
        for _ in 0..50 {
            let token = tokens.issue(here, ProxyId::random(), somebody(), state.hash());
            let won = std::thread::scope(|scope| {
                let tries: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| tokens.redeem(&token, here, &state).is_some()))
                    .collect();
                tries
                    .into_iter()
                    .filter_map(|t| t.join().ok())
                    .filter(|won| *won)
                    .count()
            });
            assert_eq!(won, 1);
        }
    }
}
