//! Passkeys, with an authenticator in software.

use std::{collections::BTreeMap, sync::Mutex};

use async_trait::async_trait;
use ds_core::ManualClock;
use webauthn_authenticator_rs::{WebauthnAuthenticator as _, softpasskey::SoftPasskey};

use super::*;

#[derive(Default)]
struct Fake(Mutex<BTreeMap<String, PasskeyRecord>>);

#[async_trait]
impl PasskeyStore for Fake {
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        let all = self.0.lock().unwrap();
        Ok(all
            .values()
            .filter(|p| p.account == account)
            .cloned()
            .collect())
    }
    async fn passkey(&self, id: &str) -> Result<Option<PasskeyRecord>, StoreError> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }
    async fn add_passkey(&self, passkey: &PasskeyRecord) -> Result<(), StoreError> {
        self.0
            .lock()
            .unwrap()
            .insert(passkey.id.clone(), passkey.clone());
        Ok(())
    }
    async fn use_passkey(&self, id: &str, key: &Passkey, at: Timestamp) -> Result<(), StoreError> {
        let mut all = self.0.lock().unwrap();
        let record = all.get_mut(id).unwrap();
        (record.key, record.last_used) = (key.clone(), Some(at));
        Ok(())
    }
    async fn rename_passkey(&self, _: AccountId, id: &str, name: &str) -> Result<bool, StoreError> {
        let mut all = self.0.lock().unwrap();
        Ok(all.get_mut(id).map(|own| own.name = name.into()).is_some())
    }
    async fn remove_passkey(&self, _: AccountId, id: &str) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().remove(id).is_some())
    }
    async fn passkey_follows(&self, _: AccountId) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn set_passkey_follows(&self, _: AccountId, _: bool) -> Result<(), StoreError> {
        Ok(())
    }
}

struct World {
    clock: Arc<ManualClock>,
    store: Arc<Fake>,
    passkeys: Passkeys,
    origin: Url,
    device: SoftPasskey,
    ada: AccountId,
}

fn world() -> World {
    let clock = Arc::new(ManualClock::new(Timestamp(1_767_225_600_000)));
    let store = Arc::new(Fake::default());
    let origin = Url::parse("https://site.example.com").unwrap();
    let passkeys = Passkeys::new(&origin, "Site", store.clone(), clock.clone()).unwrap();
    World {
        clock,
        store,
        passkeys,
        origin,
        device: SoftPasskey::new(true),
        ada: AccountId::new(),
    }
}

impl World {
    async fn register(&mut self) -> Result<PasskeyRecord, PasskeyError> {
        let (token, challenge) = self
            .passkeys
            .start_registration(self.ada, "ada@b.c")
            .await?;
        let made = self
            .device
            .do_registration(self.origin.clone(), challenge)
            .unwrap();
        self.passkeys
            .finish_registration(self.ada, &token, &made, " Phone\n")
            .await
    }

    async fn assertion(&mut self) -> (Token, PublicKeyCredential) {
        let (token, challenge) = self
            .passkeys
            .start_login(Some(self.ada), None)
            .await
            .unwrap();
        let used = self
            .device
            .do_authentication(self.origin.clone(), challenge)
            .unwrap();
        (token, used)
    }
}

#[tokio::test]
async fn a_passkey_is_added_and_used() {
    let mut world = world();
    assert!(matches!(
        world.passkeys.start_login(Some(world.ada), None).await,
        Err(PasskeyError::Unknown)
    ));
    let record = world.register().await.unwrap();
    assert_eq!(record.name, "Phone");
    let (token, used) = world.assertion().await;
    assert_eq!(used.id, record.id);
    assert_eq!(
        world
            .passkeys
            .finish_login(&token, &used, None)
            .await
            .unwrap(),
        world.ada
    );
    let again = world.passkeys.finish_login(&token, &used, None).await;
    assert!(matches!(again, Err(PasskeyError::Stale)), "once");
    let kept = world.store.0.lock().unwrap()[&record.id].clone();
    assert_eq!(kept.last_used, Some(world.clock.now()));
    // What a database keeps is all of it.
    let json = serde_json::to_string(&kept.key).unwrap();
    assert_eq!(serde_json::from_str::<Passkey>(&json).unwrap(), kept.key);
}

#[tokio::test]
async fn what_was_begun_ends_with_what_it_was_begun_by() {
    let check = async |forgotten: Option<AccountId>, expect: bool| {
        let mut world = world();
        let started = world.passkeys.start_registration(world.ada, "ada@b.c");
        let (token, challenge) = started.await.unwrap();
        let made = world
            .device
            .do_registration(world.origin.clone(), challenge);
        world.passkeys.forget(forgotten.unwrap_or(world.ada));
        let (passkeys, made) = (&world.passkeys, made.unwrap());
        let added = passkeys.finish_registration(world.ada, &token, &made, "x");
        assert_eq!(added.await.is_ok(), expect, "{forgotten:?}");
    };
    check(None, false).await;
    check(Some(AccountId::new()), true).await;
}

#[tokio::test]
async fn what_is_refused() {
    let mut world = world();
    let (token, challenge) = world
        .passkeys
        .start_registration(world.ada, "ada@b.c")
        .await
        .unwrap();
    let made = world
        .device
        .do_registration(world.origin.clone(), challenge)
        .unwrap();
    let other = world
        .passkeys
        .finish_registration(AccountId::new(), &token, &made, "x")
        .await;
    assert!(matches!(other, Err(PasskeyError::Stale)), "another account");
    let after = world
        .passkeys
        .finish_registration(world.ada, &token, &made, "x")
        .await;
    assert!(matches!(after, Err(PasskeyError::Stale)), "used up");

    world.register().await.unwrap();
    let (token, used) = world.assertion().await;
    world.clock.advance(GOOD_FOR);
    let late = world.passkeys.finish_login(&token, &used, None).await;
    assert!(matches!(late, Err(PasskeyError::Stale)));

    let (_, used) = world.assertion().await;
    let (token, _) = world.assertion().await;
    let swapped = world.passkeys.finish_login(&token, &used, None).await;
    assert!(
        matches!(swapped, Err(PasskeyError::Refused(_))),
        "another challenge"
    );

    // A page at another address asks the device.
    let (token, challenge) = world
        .passkeys
        .start_login(Some(world.ada), None)
        .await
        .unwrap();
    let elsewhere = Url::parse("https://evil.site.example.com").unwrap();
    if let Ok(used) = world.device.do_authentication(elsewhere, challenge) {
        let phished = world.passkeys.finish_login(&token, &used, None).await;
        assert!(
            matches!(phished, Err(PasskeyError::Refused(_))),
            "{phished:?}"
        );
    }

    let (token, mut used) = world.assertion().await;
    used.id.push('A');
    let unknown = world.passkeys.finish_login(&token, &used, None).await;
    assert!(matches!(unknown, Err(PasskeyError::Unknown)));

    // As the first factor a passkey has to say whose it is.
    let (_, used) = world.assertion().await;
    let (token, _) = world.passkeys.start_login(None, None).await.unwrap();
    assert!(
        world
            .passkeys
            .finish_login(&token, &used, None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn there_can_be_enough() {
    let mut world = world();
    let record = world.register().await.unwrap();
    for n in 1..MOST_PASSKEYS {
        let copy = PasskeyRecord {
            id: format!("{n}"),
            ..record.clone()
        };
        world.store.add_passkey(&copy).await.unwrap();
    }
    assert!(matches!(world.register().await, Err(PasskeyError::TooMany)));
}

#[test]
fn which_addresses_can_have_passkeys() {
    let check = |origin: &str, expect: bool| {
        let (store, clock) = (
            Arc::new(Fake::default()),
            Arc::new(ManualClock::new(Timestamp(0))),
        );
        let made = Passkeys::new(&Url::parse(origin).unwrap(), "x", store, clock);
        assert_eq!(made.is_ok(), expect, "{origin}");
    };
    check("https://site.example.com", true);
    check("https://site.example.com:8443", true);
    check("http://site.localhost:3000", true);
    check("https://192.0.2.1", false);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_looking_is_not() {
    let mut world = world();
    world.register().await.unwrap();
    let from = Some(IpAddr::from([192, 0, 2, 1]));
    for _ in 0..100 {
        world.passkeys.start_login(None, from).await.unwrap();
    }
    let (_, wrong) = world.assertion().await;
    let mut last = None;
    for _ in 0..11 {
        let (token, _) = world
            .passkeys
            .start_login(Some(world.ada), from)
            .await
            .unwrap();
        last = world
            .passkeys
            .finish_login(&token, &wrong, from)
            .await
            .err();
    }
    assert!(
        matches!(last, Some(PasskeyError::Throttled { .. })),
        "{last:?}"
    );
    let begun = async || world.passkeys.start_login(None, from).await;
    let mut looks = 0;
    while begun().await.is_ok() {
        looks += 1;
        assert!(looks < 1000, "nobody stops it");
    }
    assert!(matches!(begun().await, Err(PasskeyError::Throttled { .. })));
}

#[tokio::test]
async fn devices_are_asked_to_keep_whose_it_is() {
    let world = world();
    let begun = world
        .passkeys
        .start_registration(world.ada, "ada@b.c")
        .await;
    let asked = serde_json::to_value(begun.unwrap().1).unwrap();
    let selection = &asked["publicKey"]["authenticatorSelection"];
    assert_eq!(selection["residentKey"], "preferred");
    assert_eq!(selection["userVerification"], "required");
}
