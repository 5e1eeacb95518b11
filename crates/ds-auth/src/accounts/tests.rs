//! Making accounts, logging in, and guessing.

use std::collections::HashMap;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_trait::async_trait;
use ds_core::{ManualClock, Timestamp};

use super::*;
use crate::Epoch;

const PASSWORD: &str = "correct horse";
/// `PASSWORD`, hashed cheaply with parameters of another time.
const OLD_HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$";

#[derive(Default)]
struct Fake {
    accounts: Mutex<Vec<(Account, String)>>,
    is_broken: AtomicBool,
    /// How often it was asked whether there is anybody.
    looks: AtomicU32,
}

impl Fake {
    fn all(&self) -> Result<std::sync::MutexGuard<'_, Vec<(Account, String)>>, StoreError> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(StoreError::Failed {
                action: "ask",
                source: "broken".into(),
            });
        }
        Ok(self.accounts.lock().unwrap())
    }
}

fn taken() -> StoreError {
    StoreError::Taken { what: "it".into() }
}

#[async_trait]
impl AccountStore for Fake {
    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.all()?.iter().map(|(a, _)| a.clone()).collect())
    }

    async fn has_accounts(&self) -> Result<bool, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        Ok(!self.all()?.is_empty())
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let all = self.all()?;
        Ok(all.iter().map(|(a, _)| a).find(|a| a.id == id).cloned())
    }

    async fn emails_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError> {
        let all = self.all()?;
        let found = all.iter().filter(|(a, _)| ids.contains(&a.id));
        Ok(found.map(|(a, _)| (a.id, a.email.clone())).collect())
    }

    async fn has_account(&self, email: &str) -> Result<bool, StoreError> {
        Ok(self.all()?.iter().any(|(a, _)| a.email == email))
    }

    async fn account_with_password(
        &self,
        email: &str,
    ) -> Result<Option<(Account, String)>, StoreError> {
        Ok(self.all()?.iter().find(|(a, _)| a.email == email).cloned())
    }

    async fn add_account(&self, account: &Account, hash: &str) -> Result<(), StoreError> {
        let mut all = self.all()?;
        if all.iter().any(|(a, _)| a.email == account.email) {
            return Err(taken());
        }
        all.push((account.clone(), hash.into()));
        Ok(())
    }

    async fn add_first_account(&self, account: &Account, hash: &str) -> Result<(), StoreError> {
        let mut all = self.all()?;
        if !all.is_empty() {
            return Err(taken());
        }
        all.push((account.clone(), hash.into()));
        Ok(())
    }

    async fn replace_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
    ) -> Result<Option<Epoch>, StoreError> {
        let mut all = self.all()?;
        let found = all
            .iter_mut()
            .find(|(a, hash)| a.id == id && hash == present);
        Ok(found.map(|(_, hash)| {
            *hash = new.into();
            Epoch(1)
        }))
    }

    async fn renew_hash(&self, id: AccountId, present: &str, new: &str) -> Result<(), StoreError> {
        self.replace_password(id, present, new).await.map(drop)
    }
}

fn accounts() -> (Arc<Fake>, Arc<ManualClock>, Accounts) {
    let fake = Arc::new(Fake::default());
    let clock = Arc::new(ManualClock::new(Timestamp(5)));
    let accounts = Accounts::new(fake.clone(), clock.clone());
    (fake, clock, accounts)
}

#[tokio::test]
async fn an_account_is_made_and_logs_in() {
    let (_, _, accounts) = accounts();
    assert!(accounts.none_yet().await.unwrap());
    let first = accounts
        .create_first(" Ada@Example.com", PASSWORD.into())
        .await
        .unwrap();
    assert!(first.is_admin && first.email == "ada@example.com" && first.created.0 == 5);
    assert!(!accounts.none_yet().await.unwrap());
    let second = accounts
        .create("bob@example.com", PASSWORD.into(), false)
        .await
        .unwrap();
    assert!(!second.is_admin);

    let check = async |email: &str, password: &str, expect: Option<&Account>| {
        let got = accounts.log_in(email, password.into(), None).await;
        assert_eq!(got.as_ref().ok(), expect, "{email} {password}");
        if let Err(error) = got {
            assert_eq!(error.to_string(), "wrong email or password");
        }
    };
    check("ada@example.com", PASSWORD, Some(&first)).await;
    check("ADA@example.com ", PASSWORD, Some(&first)).await;
    check("bob@example.com", PASSWORD, Some(&second)).await;
    check("ada@example.com", "correct house", None).await;
    check("ada@example.com", "", None).await;
    check("ada@example.com", &"x".repeat(5000), None).await;
    check("eve@example.com", PASSWORD, None).await;
    check("", PASSWORD, None).await;
}

/// The log-in page asks it for strangers.
#[tokio::test]
async fn whether_there_is_anybody_is_asked_until_there_is() {
    let (fake, _, accounts) = accounts();
    let check = async |is_none: bool, looks| {
        assert_eq!(accounts.none_yet().await.unwrap(), is_none);
        assert_eq!(fake.looks.load(Ordering::SeqCst), looks);
    };
    check(true, 1).await;
    check(true, 2).await;
    let made = accounts.create("ada@example.com", PASSWORD.into(), true);
    made.await.unwrap();
    check(false, 3).await;
    check(false, 3).await;
}

#[tokio::test]
async fn what_is_wrong_is_said_and_makes_no_account() {
    let (fake, _, accounts) = accounts();
    let refused = async |email: &str, password: &str, is_first: bool| {
        let made = if is_first {
            accounts.create_first(email, password.into()).await
        } else {
            accounts.create(email, password.into(), true).await
        };
        made.unwrap_err()
    };
    assert!(matches!(
        refused("ada", PASSWORD, true).await,
        AccountError::Email(_)
    ));
    assert!(matches!(
        refused("ada@b.c", "short", true).await,
        AccountError::Rules(_)
    ));
    let same = "long.name@example.com";
    assert!(matches!(
        refused(same, same, false).await,
        AccountError::Rules(_)
    ));
    assert!(accounts.none_yet().await.unwrap());

    accounts
        .create("ada@b.c", PASSWORD.into(), false)
        .await
        .unwrap();
    assert!(matches!(
        refused("ada@b.c", PASSWORD, false).await,
        AccountError::Taken(_)
    ));
    assert!(matches!(
        refused("x@b.c", PASSWORD, true).await,
        AccountError::AlreadySetUp
    ));
    fake.is_broken.store(true, Ordering::SeqCst);
    assert!(matches!(
        refused("x@b.c", PASSWORD, false).await,
        AccountError::Store(_)
    ));
    let error = accounts.log_in("ada@b.c", PASSWORD.into(), None).await;
    assert!(matches!(error, Err(LogInError::Store(_))));
}

#[tokio::test]
async fn guessing_is_slowed_down_whether_or_not_there_is_an_account() {
    let (_, clock, accounts) = accounts();
    let ada = accounts
        .create("ada@b.c", PASSWORD.into(), false)
        .await
        .unwrap();
    for email in ["ada@b.c", "nobody@b.c"] {
        for _ in 0..10 {
            let error = accounts.log_in(email, "a guess".into(), None).await;
            assert!(matches!(error, Err(LogInError::Wrong)), "{error:?}");
        }
        let error = accounts
            .log_in(email, PASSWORD.into(), None)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "too many attempts; try again in 1 s");
    }
    clock.advance(Duration::from_secs(1));
    let logged_in = accounts.log_in("ada@b.c", PASSWORD.into(), None).await;
    assert_eq!(logged_in.unwrap(), ada);
    for _ in 0..10 {
        let error = accounts.log_in("ada@b.c", "a guess".into(), None).await;
        assert!(
            matches!(error, Err(LogInError::Wrong)),
            "counted from the start: {error:?}"
        );
    }
}

#[tokio::test]
async fn guesses_of_strangers_keep_nobody_from_confirming() {
    let (_, _, accounts) = accounts();
    let ada = accounts.create("ada@b.c", PASSWORD.into(), false);
    let ada = ada.await.unwrap();
    let bob = accounts.create("bob@b.c", "another secret word".into(), false);
    let bob = bob.await.unwrap();
    let confirm = async |who, password: &str| accounts.confirm(who, password.into(), None).await;
    for _ in 0..11 {
        let _ = accounts.log_in("ada@b.c", "a guess".into(), None).await;
    }
    assert!(confirm(&ada, PASSWORD).await.is_ok());
    assert!(matches!(
        confirm(&bob, PASSWORD).await,
        Err(LogInError::Wrong)
    ));
    // Those who guess in a session wait by themselves.
    for _ in 0..10 {
        assert!(matches!(
            confirm(&ada, "a guess").await,
            Err(LogInError::Wrong)
        ));
    }
    let waits = confirm(&ada, PASSWORD).await;
    assert!(
        matches!(waits, Err(LogInError::TooMany { .. })),
        "{waits:?}"
    );
}

#[tokio::test]
async fn an_old_hash_is_made_anew_at_log_in() {
    let (fake, _, accounts) = accounts();
    let ada = accounts
        .create("ada@b.c", PASSWORD.into(), false)
        .await
        .unwrap();
    let old = old_hash();
    assert!(old.starts_with(OLD_HASH) && password::needs_rehash(&old));
    fake.accounts.lock().unwrap()[0].1 = old.clone();
    let wrong = accounts.log_in("ada@b.c", "a guess".into(), None).await;
    assert!(wrong.is_err());
    assert_eq!(fake.accounts.lock().unwrap()[0].1, old);
    for _ in 0..2 {
        let logged_in = accounts.log_in("ada@b.c", PASSWORD.into(), None).await;
        assert_eq!(logged_in.unwrap(), ada);
        assert!(!password::needs_rehash(&fake.accounts.lock().unwrap()[0].1));
    }
}

fn old_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let params = Params::new(8, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: argon2::PasswordHash = argon2
        .hash_password_with_salt(PASSWORD.as_bytes(), b"somesaltsomesalt")
        .unwrap();
    hash.to_string()
}
