//! Tokens on their way to hosts of the original, and from there by a browser.

use std::{sync::Arc, time::Duration};

use ds_auth::{Epoch, Rates};
use ds_core::{
    AppspaceId, Clock, ProxyId, Timestamp,
    secret::{Token, TokenHash, random_text},
};
use ds_net::Client;
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::sync::Semaphore;

/// From here to the other host, and back with a browser, where somebody reads a question.
const GOOD_FOR: Duration = Duration::from_mins(1);
const ENTRIES: u64 = 10_000;
/// As long as the original's are.
const TOKEN_CHARACTERS: usize = 24;
/// How many tokens are on their way to other hosts at once.
const AT_ONCE: usize = 16;

struct Issued {
    appspace: AppspaceId,
    member: ProxyId,
    since: Epoch,
    until: Timestamp,
}

/// Logins in the original's way.
pub struct OriginalLogins {
    pub(super) client: Client,
    pub(super) turns: Arc<Semaphore>,
    members: Rates<(AppspaceId, ProxyId)>,
    tokens: Cache<TokenHash, Arc<Issued>>,
    clock: Arc<dyn Clock>,
}

impl OriginalLogins {
    /// Sends tokens by this client.
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        let tokens = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(GOOD_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            client,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            members: Rates::new(Arc::clone(&clock), 1, Duration::from_secs(10)),
            tokens: tokens.build(),
            clock,
        }
    }

    /// A token for a member who was looked up after that moment, unless there was one just now.
    pub(in crate::entrance::enter) fn issue(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        since: Epoch,
    ) -> Option<Token> {
        self.members.count((appspace, id.clone())).ok()?;
        let token = Token::presented(&random_text(TOKEN_CHARACTERS));
        let issued = Issued {
            appspace,
            member: id.clone(),
            since,
            until: self.clock.now().plus(GOOD_FOR),
        };
        self.tokens.insert(token.hash(), Arc::new(issued));
        Some(token)
    }

    /// Whose token this is. It is not used up.
    pub(super) fn look(&self, appspace: AppspaceId, token: &Token) -> Option<ProxyId> {
        let issued = self.tokens.get(&token.hash())?;
        self.check(appspace, &issued).map(|(id, _)| id)
    }

    /// Uses a token: of two that come with it one gets in.
    pub(super) fn redeem(&self, appspace: AppspaceId, token: &Token) -> Option<(ProxyId, Epoch)> {
        self.look(appspace, token)?;
        self.check(appspace, &*self.tokens.remove(&token.hash())?)
    }

    fn check(&self, appspace: AppspaceId, issued: &Issued) -> Option<(ProxyId, Epoch)> {
        let is_good = issued.appspace == appspace && self.clock.now() < issued.until;
        is_good.then(|| (issued.member.clone(), issued.since))
    }
}

#[cfg(test)]
mod tests {
    use ds_core::ManualClock;

    use super::*;

    #[test]
    fn once_shortly_and_there() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let client = Client::new(ds_net::Config::default()).unwrap();
        let logins = OriginalLogins::new(client, Arc::clone(&clock) as Arc<dyn Clock>);
        let (here, there) = (AppspaceId::new(), AppspaceId::new());
        let (ada, bob) = (ProxyId::random(), ProxyId::random());
        let token = logins.issue(here, &ada, Epoch(2)).unwrap();
        assert_eq!(token.reveal().len(), TOKEN_CHARACTERS);
        assert!(
            logins.issue(here, &ada, Epoch(2)).is_none(),
            "one in ten seconds"
        );
        assert!(logins.issue(here, &bob, Epoch(2)).is_some());
        assert_eq!(logins.redeem(there, &token), None);
        assert_eq!(logins.look(here, &token), Some(ada.clone()));
        assert_eq!(logins.redeem(here, &token), Some((ada.clone(), Epoch(2))));
        assert_eq!(logins.redeem(here, &token), None);
        clock.advance(Duration::from_secs(10));
        let token = logins.issue(here, &ada, Epoch(2)).unwrap();
        clock.advance(GOOD_FOR);
        assert_eq!(logins.redeem(here, &token), None, "too late");
        assert_eq!(logins.redeem(here, &Token::presented("x")), None);
    }
}
