//! Accounts.

use std::collections::HashMap;

use ds_core::{AccountId, Timestamp};

use super::{HostStore, assert_taken};
use crate::sample;

/// [`AccountStore`](ds_auth::AccountStore).
pub async fn account_store(store: &impl HostStore) {
    assert_eq!(store.accounts().await.unwrap(), []);
    assert!(!store.has_accounts().await.unwrap());
    let mut ada = sample::account("ada@example.com");
    ada.is_admin = true;
    store.add_first_account(&ada, "first").await.unwrap();
    let late = sample::account("late@example.com");
    assert!(store.has_accounts().await.unwrap());
    assert_taken(store.add_first_account(&late, "x").await);
    assert_taken(store.add_first_account(&ada, "x").await);

    let mut bob = sample::account("bob@example.com");
    bob.created = Timestamp(ada.created.0 + 1);
    bob.email_proven = false;
    store.add_account(&bob, "second").await.unwrap();
    assert_taken(
        store
            .add_account(&sample::account("bob@example.com"), "x")
            .await,
    );
    assert_eq!(store.accounts().await.unwrap(), [ada.clone(), bob.clone()]);

    for (email, expect) in [("bob@example.com", true), ("late@example.com", false)] {
        assert_eq!(store.has_account(email).await.unwrap(), expect, "{email}");
    }
    assert_eq!(store.account(ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.account(AccountId::new()).await.unwrap(), None);
    let stranger = AccountId::new();
    let asked = [bob.id, stranger, ada.id, bob.id];
    let expect = HashMap::from([(ada.id, ada.email.clone()), (bob.id, bob.email.clone())]);
    assert_eq!(store.emails_of(&asked).await.unwrap(), expect);
    assert_eq!(store.emails_of(&[]).await.unwrap(), HashMap::new());
    // More than go into one question.
    let mut many = vec![stranger; 1_200];
    many.push(ada.id);
    assert_eq!(store.emails_of(&many).await.unwrap().len(), 1);

    let found = store
        .account_with_password("bob@example.com")
        .await
        .unwrap();
    assert_eq!(found, Some((bob.clone(), "second".into())));
    let found = store
        .account_with_password("late@example.com")
        .await
        .unwrap();
    assert_eq!(found, None);

    let replace = |id, present, new| store.replace_password(id, present, new);
    let replaced = replace(bob.id, "second", "third").await.unwrap();
    assert_eq!(replaced, Some(store.epoch().await.unwrap()));
    for (id, present) in [(bob.id, "second"), (AccountId::new(), "third")] {
        assert_eq!(replace(id, present, "x").await.unwrap(), None);
    }
    let renew = |present, new| store.renew_hash(bob.id, present, new);
    renew("second", "x").await.unwrap();
    renew("third", "anew").await.unwrap();
    renew("anew", "third").await.unwrap();
    assert_eq!(
        replaced,
        Some(store.epoch().await.unwrap()),
        "the same password"
    );
    let found = store
        .account_with_password("bob@example.com")
        .await
        .unwrap();
    assert_eq!(found, Some((bob, "third".into())));
    let found = store
        .account_with_password("ada@example.com")
        .await
        .unwrap();
    assert_eq!(found, Some((ada, "first".into())));
}
