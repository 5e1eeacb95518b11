//! Our own keys, and when each is used.
//!
//! ```text
//! next ──1 day──▶ current ──90 days──▶ past ──1 day──▶ forgotten
//!   published, not used     signs      published, not used
//! ```
//!
//! Others may remember what is published for an hour, so a key is known before it signs and after.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ds_core::{Clock, StoreError, Timestamp, secret::Token};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::Jwks;

const DAY: Duration = Duration::from_hours(24);
/// How long a key is known before it signs, and after.
const KNOWN: Duration = DAY;
/// How long it signs.
const SIGNS: Duration = DAY.saturating_mul(90);

/// A key that signs.
#[derive(Debug)]
pub struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
}

/// A key as it is kept. The seed is a secret; a store seals it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The private half, 32 bytes in base64.
    pub seed: String,
    /// When it was made.
    pub made: Timestamp,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStage {
    /// Published, does not sign yet.
    Next,
    /// Signs.
    Current,
    /// Published, signs no more.
    Past,
    /// Nobody needs it.
    Over,
}

/// What is to be done with the keys of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The stage of each key, in the order they were given.
    pub stages: Vec<KeyStage>,
    /// Whether a new one is to be made.
    pub make: bool,
}

/// The signing keys of this host.
#[async_trait]
pub trait SigningKeyStore: Send + Sync {
    /// All of them, oldest first.
    async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError>;
    /// Records a key, if there are still `known` of them: of two that make one at once, one wins. Says whether it did.
    async fn add_signing_key(&self, key: &StoredKey, known: usize) -> Result<bool, StoreError>;
    /// Forgets the keys that were made before then; with the end of time, all.
    async fn forget_signing_keys(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// The keys of this host, kept up to date. There is one ring for each store: it remembers what it read.
pub struct KeyRing {
    store: Arc<dyn SigningKeyStore>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

/// What was read, and how often it was changed: what is read during a change is not remembered.
#[derive(Default)]
struct Known {
    keys: Option<Arc<[StoredKey]>>,
    changes: u64,
}

impl SigningKey {
    /// Makes one out of random bytes.
    fn random() -> (String, Self) {
        let seed = URL_SAFE_NO_PAD.encode(ds_core::secret::random_bytes::<32>());
        #[expect(clippy::expect_used, reason = "32 bytes are a seed")]
        let key = Self::of(&seed).expect("32 bytes are a seed");
        (seed, key)
    }

    /// The key of a seed, if it is one.
    fn of(seed: &str) -> Option<Self> {
        let seed = URL_SAFE_NO_PAD.decode(seed).ok()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        // The thumbprint of RFC 7638: its members in order, without blanks.
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let id = Token::presented(&json).hash().as_str().to_owned();
        Some(Self { id, pair })
    }

    /// Its name: the thumbprint.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }

    fn public(&self) -> Option<[u8; 32]> {
        self.pair.public_key().as_ref().try_into().ok()
    }
}

impl Rotation {
    /// What is to be done now with keys made at these times, oldest first.
    #[must_use]
    pub fn of(births: &[Timestamp], now: Timestamp) -> Self {
        // The newest that others know of signs; without one, the oldest there is.
        let known = births.iter().rposition(|at| at.plus(KNOWN) <= now);
        let current = known.unwrap_or(0);
        let stage = |(at, _): (usize, &Timestamp)| match at.cmp(&current) {
            std::cmp::Ordering::Greater => KeyStage::Next,
            std::cmp::Ordering::Equal => KeyStage::Current,
            std::cmp::Ordering::Less => match births.get(at + 1) {
                Some(successor) if successor.plus(KNOWN + KNOWN) > now => KeyStage::Past,
                _ => KeyStage::Over,
            },
        };
        let stages: Vec<_> = births.iter().enumerate().map(stage).collect();
        let make = births.last().is_none_or(|last| last.plus(SIGNS) <= now);
        Self { stages, make }
    }
}

impl KeyRing {
    /// The keys kept in `store`.
    pub fn new(store: Arc<dyn SigningKeyStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            known: Mutex::default(),
        }
    }

    /// The key that signs now; one is made if there is none.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn current(&self) -> Result<SigningKey, StoreError> {
        self.look(|keys, stages| {
            let at = stages.iter().position(|s| *s == KeyStage::Current)?;
            SigningKey::of(&keys.get(at)?.seed)
        })
        .await
    }

    /// What to publish.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn published(&self) -> Result<Jwks, StoreError> {
        self.look(|keys, stages| {
            let alive = keys
                .iter()
                .zip(stages)
                .filter(|(_, s)| **s != KeyStage::Over);
            let keys = alive.map(|(key, _)| {
                let key = SigningKey::of(&key.seed)?;
                Some((key.id.clone(), key.public()?))
            });
            keys.collect::<Option<Vec<_>>>().map(Jwks::of)
        })
        .await
    }

    /// Makes a new key when it is time, and forgets old ones; for the host's daily round.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn rotate(&self) -> Result<(), StoreError> {
        let keys = self.store.signing_keys().await?;
        let made: Vec<_> = keys.iter().map(|key| key.made).collect();
        let rotation = Rotation::of(&made, self.clock.now());
        let over = rotation.stages.iter().rposition(|s| *s == KeyStage::Over);
        if let Some(first) = over.and_then(|last| made.get(last + 1)) {
            let forgotten = self.store.forget_signing_keys(*first).await;
            self.changed();
            forgotten?;
        } else if rotation.make {
            self.add(keys.len()).await?;
        }
        Ok(())
    }

    /// Forgets every key at once and begins with a new one: somebody may have got hold of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn replace_all(&self) -> Result<(), StoreError> {
        let forgotten = self.store.forget_signing_keys(Timestamp(i64::MAX)).await;
        self.changed();
        forgotten?;
        self.add(0).await
    }

    async fn add(&self, known: usize) -> Result<(), StoreError> {
        let (seed, _) = SigningKey::random();
        let made = self.clock.now();
        let key = StoredKey { seed, made };
        let added = self.store.add_signing_key(&key, known).await;
        self.changed();
        added?;
        Ok(())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        let mut known = self.known();
        known.keys = None;
        known.changes += 1;
    }

    /// The keys, asked for once after each change.
    async fn keys(&self) -> Result<Arc<[StoredKey]>, StoreError> {
        let changes = {
            let known = self.known();
            if let Some(keys) = &known.keys {
                return Ok(Arc::clone(keys));
            }
            known.changes
        };
        let keys: Arc<[StoredKey]> = self.store.signing_keys().await?.into();
        let mut known = self.known();
        if known.changes == changes && !keys.is_empty() {
            known.keys = Some(Arc::clone(&keys));
        }
        Ok(keys)
    }

    async fn look<T>(
        &self,
        pick: impl Fn(&[StoredKey], &[KeyStage]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut keys = self.keys().await?;
        if keys.is_empty() {
            self.add(0).await?;
            keys = self.keys().await?;
        }
        let made: Vec<_> = keys.iter().map(|key| key.made).collect();
        let rotation = Rotation::of(&made, self.clock.now());
        pick(&keys, &rotation.stages).ok_or_else(|| StoreError::Broken {
            what: "signing key",
            source: "it is no seed of a key".into(),
        })
    }
}
