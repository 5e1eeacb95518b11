//! Second factors, and logins that wait for one. What is recorded is tested with every store.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, ManualClock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use totp_rs::{Builder, Secret};

use super::*;

#[derive(Default)]
struct Fake(Mutex<HashMap<AccountId, (SecondFactor, Vec<TokenHash>)>>);

#[async_trait]
impl SecondFactorStore for Fake {
    async fn second_factor(&self, id: AccountId) -> Result<Option<SecondFactor>, StoreError> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .get(&id)
            .map(|(factor, _)| factor.clone()))
    }
    async fn offer_second_factor(&self, id: AccountId, secret: &str) -> Result<(), StoreError> {
        let mut all = self.0.lock().unwrap();
        if all.get(&id).is_some_and(|(factor, _)| factor.is_on) {
            return Err(StoreError::Taken { what: "it".into() });
        }
        let factor = SecondFactor {
            secret: secret.into(),
            is_on: false,
            last_step: 0,
            recovery_left: 0,
        };
        all.insert(id, (factor, Vec::new()));
        Ok(())
    }
    async fn confirm_second_factor(
        &self,
        id: AccountId,
        secret: &str,
        step: u64,
        recovery: &[TokenHash],
    ) -> Result<bool, StoreError> {
        let mut all = self.0.lock().unwrap();
        let Some((factor, codes)) = all.get_mut(&id) else {
            return Ok(false);
        };
        let is_so = !factor.is_on && factor.secret == secret;
        if is_so {
            (factor.is_on, factor.last_step) = (true, step);
            *codes = recovery.to_vec();
        }
        Ok(is_so)
    }
    async fn use_step(&self, id: AccountId, step: u64) -> Result<bool, StoreError> {
        let mut all = self.0.lock().unwrap();
        let Some((factor, _)) = all.get_mut(&id) else {
            return Ok(false);
        };
        let is_new = step > factor.last_step;
        factor.last_step = factor.last_step.max(step);
        Ok(is_new)
    }
    async fn use_recovery(&self, id: AccountId, code: &TokenHash) -> Result<bool, StoreError> {
        let mut all = self.0.lock().unwrap();
        let Some((_, codes)) = all.get_mut(&id) else {
            return Ok(false);
        };
        let before = codes.len();
        codes.retain(|own| own != code);
        Ok(codes.len() < before)
    }
    async fn remove_second_factor(&self, id: AccountId) -> Result<(), StoreError> {
        self.0.lock().unwrap().remove(&id);
        Ok(())
    }
}

/// An authenticator app.
struct App(totp_rs::Totp);

impl App {
    fn scans(offer: &TotpOffer) -> Self {
        assert!(
            offer.url.contains(&format!("secret={}", offer.secret)),
            "{}",
            offer.url
        );
        let secret = Secret::try_from_base32(&offer.secret).unwrap();
        Self(Builder::new().with_secret(secret).build().unwrap())
    }
    fn code(&self, at: Timestamp) -> String {
        self.0
            .generate(u64::try_from(at.0 / 1000).unwrap())
            .to_string()
    }
}

fn factors() -> (Arc<ManualClock>, SecondFactors) {
    let clock = Arc::new(ManualClock::new(Timestamp(1_767_225_600_000)));
    (
        clock.clone(),
        SecondFactors::new(Arc::new(Fake::default()), clock),
    )
}

const STEP: Duration = Duration::from_secs(30);

#[tokio::test]
async fn codes_of_an_app_are_good_once_and_about_now() {
    let (clock, factors) = factors();
    let ada = AccountId::new();
    assert!(matches!(
        factors.confirm(ada, "SECRET", "123456", None).await,
        Err(FactorError::NotOffered)
    ));
    let old = factors.begin(ada, "old@b.c", "b.c").await.unwrap();
    let offer = factors.begin(ada, "ada@b.c", "b.c: home").await.unwrap();
    let app = App::scans(&offer);
    assert!(!factors.is_on(ada).await.unwrap());
    let again = factors
        .offered(ada, &offer.secret, "ada@b.c", "b.c: home")
        .await;
    assert_eq!(again.unwrap().url, offer.url);
    let shown = factors.offered(ada, &old.secret, "ada@b.c", "b.c").await;
    assert!(matches!(shown, Err(FactorError::NotOffered)));
    let first = app.code(clock.now());
    let stale = factors.confirm(ada, &old.secret, &first, None).await;
    assert!(matches!(stale, Err(FactorError::NotOffered)));
    assert!(
        matches!(
            factors.check(ada, &first, None).await,
            Err(FactorError::Wrong)
        ),
        "not on yet"
    );
    for wrong in ["", "12345", "1234567", "abcdef", "000 00x"] {
        assert!(
            factors
                .confirm(ada, &offer.secret, wrong, None)
                .await
                .is_err(),
            "{wrong}"
        );
    }
    let spaced = format!(" {} {}", &first[..3], &first[3..]);
    let codes = factors.confirm(ada, &offer.secret, &spaced, None).await;
    assert_eq!(codes.unwrap().len(), 10);
    assert_eq!(factors.recovery_left(ada).await.unwrap(), Some(0));
    assert!(factors.is_on(ada).await.unwrap());
    assert!(matches!(
        factors.begin(ada, "ada@b.c", "b.c").await,
        Err(FactorError::NotOffered)
    ));
    assert!(
        factors.check(ada, &first, None).await.is_err(),
        "used to confirm"
    );

    clock.advance(STEP);
    let second = app.code(clock.now());
    factors.check(ada, &second, None).await.unwrap();
    assert!(factors.check(ada, &second, None).await.is_err(), "once");
    clock.advance(STEP * 3);
    let (early, now, late, too_late) = (
        app.code(clock.now().plus(STEP)),
        app.code(clock.now()),
        app.code(clock.now().minus(STEP)),
        app.code(clock.now().minus(STEP * 2)),
    );
    assert!(factors.check(ada, &too_late, None).await.is_err());
    factors.check(ada, &late, None).await.unwrap();
    factors.check(ada, &now, None).await.unwrap();
    assert!(
        factors.check(ada, &late, None).await.is_err(),
        "a later one was used"
    );
    factors.check(ada, &early, None).await.unwrap();

    factors.turn_off(ada).await.unwrap();
    assert!(!factors.is_on(ada).await.unwrap());
}

#[tokio::test]
async fn codes_on_paper_are_good_once() {
    let (clock, factors) = factors();
    let ada = AccountId::new();
    let offer = factors.begin(ada, "ada@b.c", "b.c").await.unwrap();
    let app = App::scans(&offer);
    let codes = factors
        .confirm(ada, &offer.secret, &app.code(clock.now()), None)
        .await;
    let codes = codes.unwrap();
    let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
    factors.check(ada, &typed, None).await.unwrap();
    assert!(factors.check(ada, &codes[0], None).await.is_err(), "once");
    let wrong = factors.check(ada, &codes[0], None).await;
    assert!(matches!(wrong, Err(FactorError::WrongPaper)));
    let misread = codes[9].replace('0', "O").replace('1', "l");
    factors.check(ada, &misread, None).await.unwrap();
    assert!(factors.check(ada, &codes[1][..18], None).await.is_err());
    assert!(
        factors
            .check(AccountId::new(), &codes[1], None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let (clock, factors) = factors();
    let ada = AccountId::new();
    let offer = factors.begin(ada, "ada@b.c", "b.c").await.unwrap();
    let app = App::scans(&offer);
    let first = app.code(clock.now());
    factors
        .confirm(ada, &offer.secret, &first, None)
        .await
        .unwrap();
    clock.advance(STEP * 9);
    let good = app.code(clock.now());
    let guess = if good == "000000" { "111111" } else { "000000" };
    for _ in 0..10 {
        assert!(matches!(
            factors.check(ada, guess, None).await,
            Err(FactorError::Wrong)
        ));
    }
    assert!(matches!(
        factors.check(ada, &good, None).await,
        Err(FactorError::TooMany { .. })
    ));
}

#[test]
fn a_login_waits_for_five_minutes() {
    let clock = Arc::new(ManualClock::new(Timestamp(0)));
    let halfway = HalfLogins::new(clock.clone());
    let [ada, bob] = [7, 8].map(|epoch| crate::Standing {
        account: AccountId::new(),
        since: crate::Epoch(epoch),
    });
    let token = halfway.begin(ada);
    assert_eq!(halfway.who(&token), Some(ada));
    assert_eq!(halfway.who(&token), Some(ada));
    assert_eq!(halfway.who(&Token::random()), None);
    assert_eq!(halfway.end(&token), Some(ada));
    assert_eq!(halfway.end(&token), None);
    let (token, other) = (halfway.begin(ada), halfway.begin(bob));
    halfway.forget(ada.account);
    assert_eq!(halfway.who(&token), None);
    assert_eq!(halfway.who(&other), Some(bob));
    let token = halfway.begin(ada);
    clock.advance(Duration::from_mins(5));
    assert_eq!((halfway.who(&token), halfway.end(&token)), (None, None));
}
