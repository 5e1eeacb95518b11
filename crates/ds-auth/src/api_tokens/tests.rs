//! Tokens over a store in memory.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ds_core::{ManualClock, Timestamp, secret::TokenHash};

use super::*;
use crate::Epoch;

/// Keeps tokens, and counts what it is asked.
#[derive(Default)]
struct Fake {
    tokens: Mutex<Vec<(TokenHash, ApiToken)>>,
    lookups: Mutex<u32>,
    notes: Mutex<Vec<Timestamp>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl ApiTokenStore for Fake {
    async fn add_api_token(
        &self,
        hash: &TokenHash,
        token: &ApiToken,
        _: Epoch,
    ) -> Result<(), StoreError> {
        lock(&self.tokens).push((hash.clone(), token.clone()));
        Ok(())
    }
    async fn api_token(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        *lock(&self.lookups) += 1;
        let tokens = lock(&self.tokens);
        let found = tokens.iter().find(|(known, _)| known == hash);
        Ok(found.map(|(_, token)| token.clone()))
    }
    async fn api_tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
        let tokens = lock(&self.tokens);
        let own = tokens.iter().filter(|(_, token)| token.account == account);
        Ok(own.map(|(_, token)| token.clone()).collect())
    }
    async fn note_api_token(&self, _: ApiTokenId, used: Timestamp) -> Result<(), StoreError> {
        lock(&self.notes).push(used);
        Ok(())
    }
    async fn remove_api_token(&self, _: AccountId, id: ApiTokenId) -> Result<(), StoreError> {
        lock(&self.tokens).retain(|(_, token)| token.id != id);
        Ok(())
    }
}

fn as_now(account: AccountId) -> Standing {
    let since = Epoch::default();
    Standing { account, since }
}

struct World {
    store: Arc<Fake>,
    clock: Arc<ManualClock>,
    tokens: ApiTokens,
    ada: AccountId,
}

impl World {
    fn new() -> Self {
        let store = Arc::new(Fake::default());
        let clock = Arc::new(ManualClock::new(Timestamp(1_767_225_600_000)));
        Self {
            tokens: ApiTokens::new(store.clone(), clock.clone()),
            store,
            clock,
            ada: AccountId::new(),
        }
    }

    async fn make(&self, days: Option<u32>) -> (ApiToken, String) {
        let made = self
            .tokens
            .make(as_now(self.ada), "  laptop ", Scope::Read, days);
        made.await.unwrap()
    }

    async fn is_good(&self, text: &str) -> bool {
        self.tokens.check(text, None).await.is_ok()
    }
}

#[tokio::test]
async fn good_until_it_ends_or_is_revoked() {
    let world = World::new();
    let (short, text) = world.make(Some(1)).await;
    let (_, forever) = world.make(None).await;
    assert!(text.starts_with("dst_") && text.len() == 47);
    assert_eq!(short.name, "laptop");
    assert!(!format!("{:?}", lock(&world.store.tokens)).contains(&text[4..]));
    for _ in 0..3 {
        let found = world.tokens.check(&text, None).await.unwrap();
        assert_eq!((found.id, found.account), (short.id, world.ada));
    }
    assert_eq!(*lock(&world.store.lookups), 1, "what is known is not asked");
    for wrong in ["", "dst_", &text[4..], &forever[..46], &format!("{text}x")] {
        assert!(!world.is_good(wrong).await, "{wrong}");
    }
    world.clock.advance(Duration::from_hours(24));
    assert!(!world.is_good(&text).await);
    assert!(world.is_good(&forever).await);
    let all = world.tokens.list(world.ada).await.unwrap();
    let other = AccountId::new();
    let not_theirs = world.tokens.revoke(other, all[1].id).await;
    assert!(matches!(not_theirs, Err(ApiTokenError::NotThere)));
    assert!(world.is_good(&forever).await);
    world.tokens.revoke(world.ada, all[1].id).await.unwrap();
    assert!(!world.is_good(&forever).await);
}

#[tokio::test]
async fn uses_are_written_down_once_an_hour() {
    let world = World::new();
    let (_, text) = world.make(None).await;
    for _ in 0..10 {
        assert!(world.is_good(&text).await);
        world.clock.advance(Duration::from_mins(10));
    }
    assert_eq!(lock(&world.store.notes).len(), 2);
    let listed = world.tokens.list(world.ada).await.unwrap();
    let last = world.clock.now().minus(Duration::from_mins(10));
    assert_eq!(listed[0].last_used, Some(last));
}

#[tokio::test]
async fn who_guesses_waits_and_nobody_else() {
    let world = World::new();
    let (_, text) = world.make(None).await;
    let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
    world.tokens.check(&text, Some(here)).await.unwrap();
    let mut refused = false;
    for _ in 0..60 {
        let guess = format!("dst_{}", Token::random().reveal());
        let error = world.tokens.check(&guess, Some(here)).await.unwrap_err();
        refused |= matches!(error, BearerError::TooMany { .. });
    }
    assert!(refused);
    let known = world.tokens.check(&text, Some(here)).await;
    assert!(known.is_ok(), "a token that is known goes on working");
    let (_, other) = world.make(None).await;
    assert!(world.tokens.check(&other, Some(there)).await.is_ok());
}

#[tokio::test]
async fn what_was_revoked_while_it_was_looked_up_is_not_kept() {
    let known = Known::default();
    let world = World::new();
    let (token, _) = world.make(None).await;
    let hash = Token::random().hash();
    let asked = known.ask();
    known.forget(token.id);
    known.keep(asked, hash.clone(), token.clone());
    assert_eq!(known.get(&hash), None);
    known.keep(known.ask(), hash.clone(), token.clone());
    assert_eq!(known.get(&hash), Some(token));
}

#[tokio::test]
async fn rules() {
    let world = World::new();
    let make = async |name: &str, days| {
        let made = world
            .tokens
            .make(as_now(world.ada), name, Scope::Read, days)
            .await;
        made.map(|_| ()).map_err(|error| error.to_string())
    };
    for bad in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert!(make(bad, None).await.unwrap_err().contains("name"), "{bad}");
    }
    for bad in [0, 3661] {
        assert!(make("x", Some(bad)).await.unwrap_err().contains("days"));
    }
    for number in 0..MOST {
        make(&number.to_string(), Some(90)).await.unwrap();
    }
    assert!(make("one more", None).await.unwrap_err().contains("revoke"));
    assert!("read".parse::<Scope>().is_ok() && "admin".parse::<Scope>().is_err());
    assert!(Scope::Read < Scope::Manage);
}
