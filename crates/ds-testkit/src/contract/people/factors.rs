//! What else proves who somebody is.

use ds_auth::people::AccountChange;
use ds_core::{AccountId, Timestamp, secret::Token};

use super::{HostStore, add_account, assert_missing, assert_taken};
use crate::sample::{self, NOW};

/// [`SecondFactorStore`](ds_auth::people::SecondFactorStore).
pub async fn second_factor_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let codes = [(); 3].map(|()| Token::random().hash());
    assert!(store.second_factor(ada).await.unwrap().is_none());
    assert_missing(store.offer_second_factor(AccountId::new(), "S").await);
    assert!(
        !store
            .confirm_second_factor(ada, "S", 1, &codes)
            .await
            .unwrap()
    );
    store.offer_second_factor(ada, "OLD").await.unwrap();
    store.offer_second_factor(ada, "NEW").await.unwrap();
    assert!(!store.use_step(ada, 7).await.unwrap(), "not on");
    assert!(
        !store
            .confirm_second_factor(ada, "OLD", 5, &codes)
            .await
            .unwrap()
    );
    assert!(
        store
            .confirm_second_factor(ada, "NEW", 5, &codes)
            .await
            .unwrap()
    );
    assert!(
        !store
            .confirm_second_factor(ada, "NEW", 6, &codes)
            .await
            .unwrap()
    );
    assert_taken(store.offer_second_factor(ada, "ANOTHER").await);

    let factor = store.second_factor(ada).await.unwrap().unwrap();
    assert!(factor.is_on && factor.secret == "NEW");
    assert_eq!((factor.last_step, factor.recovery_left), (5, 3));
    for (step, is_new) in [(5, false), (7, true), (7, false), (6, false), (8, true)] {
        assert_eq!(store.use_step(ada, step).await.unwrap(), is_new, "{step}");
    }
    assert!(!store.use_step(bob, 9).await.unwrap());
    assert!(!store.use_recovery(bob, &codes[0]).await.unwrap());
    assert!(store.use_recovery(ada, &codes[0]).await.unwrap());
    assert!(!store.use_recovery(ada, &codes[0]).await.unwrap());
    assert_eq!(
        store
            .second_factor(ada)
            .await
            .unwrap()
            .unwrap()
            .recovery_left,
        2
    );
    for _ in 0..2 {
        store.remove_second_factor(ada).await.unwrap();
        assert!(store.second_factor(ada).await.unwrap().is_none());
    }
    assert!(!store.use_recovery(ada, &codes[1]).await.unwrap());
}

/// [`PasskeyStore`](ds_auth::passkeys::PasskeyStore).
pub async fn passkey_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let record = sample::passkey;
    let later = Timestamp(NOW.0 + 1);
    store.add_passkey(&record("two", ada, later)).await.unwrap();
    store.add_passkey(&record("one", ada, NOW)).await.unwrap();
    assert_taken(store.add_passkey(&record("one", bob, NOW)).await);
    assert_missing(store.add_passkey(&record("x", AccountId::new(), NOW)).await);
    let ids = async |account| {
        let all = store.passkeys_of(account).await.unwrap();
        all.into_iter().map(|own| own.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(ada).await, ["one", "two"]);
    assert!(ids(bob).await.is_empty());

    let one = store.passkey("one").await.unwrap().unwrap();
    assert_eq!(
        (one.account, one.name.as_str(), one.last_used),
        (ada, "Phone", None)
    );
    assert_eq!(one.key, record("one", ada, NOW).key);
    store.use_passkey("one", &one.key, later).await.unwrap();
    let one = store.passkey("one").await.unwrap().unwrap();
    assert_eq!((one.created, one.last_used), (NOW, Some(later)));

    for (account, id, is_own) in [(ada, "one", true), (bob, "one", false), (ada, "x", false)] {
        let renamed = store.rename_passkey(account, id, "Key ring").await;
        assert_eq!(renamed.unwrap(), is_own, "{id}");
    }
    assert_eq!(
        store.passkey("one").await.unwrap().unwrap().name,
        "Key ring"
    );
    assert_eq!(store.passkey("two").await.unwrap().unwrap().name, "Phone");

    assert_eq!(
        store.set_admin(bob, true).await.unwrap(),
        AccountChange::Done
    );
    assert_eq!(
        store.set_blocked(ada, Some(NOW)).await.unwrap(),
        AccountChange::Done
    );
    assert!(ids(ada).await.is_empty() && store.passkey("one").await.unwrap().is_none());
    assert_eq!(
        store.set_blocked(ada, None).await.unwrap(),
        AccountChange::Done
    );

    for it in [false, true, true, false, true] {
        store.set_passkey_follows(ada, it).await.unwrap();
        assert_eq!(store.passkey_follows(ada).await.unwrap(), it);
        assert!(!store.passkey_follows(bob).await.unwrap());
    }
    let nobody = AccountId::new();
    store.set_passkey_follows(nobody, true).await.unwrap();
    assert!(!store.passkey_follows(nobody).await.unwrap());

    assert!(!store.remove_passkey(bob, "one").await.unwrap());
    assert!(store.remove_passkey(ada, "one").await.unwrap());
    assert!(!store.remove_passkey(ada, "one").await.unwrap());
    assert_eq!(ids(ada).await, ["two"]);
    assert_eq!(
        store.remove_account(ada).await.unwrap(),
        AccountChange::Done
    );
    assert!(store.passkey("two").await.unwrap().is_none());
}
