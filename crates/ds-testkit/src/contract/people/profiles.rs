//! What people say of themselves.

use ds_auth::people::{AccountChange, AddressChange, Reset};
use ds_core::{AccountId, Timestamp, secret::Token};

use super::{HostStore, add_account, assert_missing, assert_taken};
use crate::sample::NOW;

const LATER: Timestamp = Timestamp(NOW.0 + 1);

/// [`ProfileStore`](ds_auth::people::ProfileStore).
pub async fn profile_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let nobody = AccountId::new();
    assert_eq!(store.account_name(ada).await.unwrap(), "");
    store.set_account_name(ada, "Ada L.").await.unwrap();
    assert_eq!(store.account_name(ada).await.unwrap(), "Ada L.");
    assert_eq!(store.account_name(bob).await.unwrap(), "");
    assert_missing(store.set_account_name(nobody, "x").await);
    let entry = store.account_entry(ada).await.unwrap().unwrap();
    assert_eq!(entry.name, "Ada L.");
    let found = store.account_entries("ada l", 0, 10).await.unwrap();
    assert_eq!(found.len(), 1, "by name, too");
    changes(store, ada, bob).await;
    ends(store, ada, bob).await;
}

fn change(account: AccountId, email: &str) -> AddressChange {
    AddressChange {
        account,
        email: email.into(),
        expires: LATER,
    }
}

async fn changes(store: &impl HostStore, ada: AccountId, bob: AccountId) {
    let [older, newer, taken] = [(); 3].map(|()| Token::random().hash());
    assert_missing(
        store
            .add_address_change(&older, &change(AccountId::new(), "x@example.com"))
            .await,
    );
    for (token, email) in [(&older, "old@example.com"), (&newer, "new@example.com")] {
        store
            .add_address_change(token, &change(ada, email))
            .await
            .unwrap();
    }
    assert_eq!(store.address_change(&older).await.unwrap(), None);
    let wanted = Some(change(ada, "new@example.com"));
    assert_eq!(store.address_change(&newer).await.unwrap(), wanted);
    assert_eq!(store.address_change_of(ada).await.unwrap(), wanted);
    assert_eq!(store.address_change_of(bob).await.unwrap(), None);

    let reset = Token::random().hash();
    let to_set = Reset {
        account: ada,
        by_mail: true,
        expires: LATER,
    };
    store.add_reset(&reset, &to_set).await.unwrap();
    assert_missing(store.use_address_change(&older, ada, NOW).await);
    assert_missing(store.use_address_change(&newer, bob, NOW).await);
    assert_missing(store.use_address_change(&newer, ada, LATER).await);
    assert!(store.reset(&reset).await.unwrap().is_some());
    store.use_address_change(&newer, ada, NOW).await.unwrap();
    let account = store.account(ada).await.unwrap().unwrap();
    assert_eq!(
        (account.email.as_str(), account.email_proven),
        ("new@example.com", true)
    );
    assert_eq!(
        store.reset(&reset).await.unwrap(),
        None,
        "it went to the old address"
    );
    assert_missing(store.use_address_change(&newer, ada, NOW).await);
    assert!(store.account_at("ada@example.com").await.unwrap().is_none());

    store
        .add_address_change(&taken, &change(bob, "new@example.com"))
        .await
        .unwrap();
    assert_taken(store.use_address_change(&taken, bob, NOW).await);
    let kept = store.account(bob).await.unwrap().unwrap();
    assert_eq!(kept.email, "bob@example.com");
    assert_taken(store.set_address(bob, "new@example.com", true).await);
    assert_missing(
        store
            .set_address(AccountId::new(), "x@example.com", true)
            .await,
    );
    store
        .set_address(bob, "bobby@example.com", false)
        .await
        .unwrap();
    let account = store.account(bob).await.unwrap().unwrap();
    assert_eq!(
        (account.email.as_str(), account.email_proven),
        ("bobby@example.com", false)
    );
    assert_eq!(store.address_change_of(bob).await.unwrap(), None);
}

/// What ends a wish that was not confirmed.
async fn ends(store: &impl HostStore, ada: AccountId, bob: AccountId) {
    let wish = async || {
        let token = Token::random().hash();
        let wanted = change(ada, "newest@example.com");
        store.add_address_change(&token, &wanted).await.unwrap();
        token
    };
    let is_there = async || store.address_change_of(ada).await.unwrap().is_some();

    let vouched = store.vouch_for_address(ada, "old@example.com").await;
    assert!(!vouched.unwrap(), "they have another");
    wish().await;
    store.end_address_change(ada).await.unwrap();
    assert!(!is_there().await);

    wish().await;
    let found = store.account_with_password("new@example.com").await;
    let hash = found.unwrap().unwrap().1;
    let replaced = store.replace_password(ada, &hash, "other").await.unwrap();
    assert!(replaced.is_some());
    assert!(!is_there().await, "a new password");

    wish().await;
    let reset = Token::random().hash();
    let to_set = Reset {
        account: ada,
        by_mail: true,
        expires: LATER,
    };
    store.add_reset(&reset, &to_set).await.unwrap();
    store.use_reset(&reset, NOW, "newest").await.unwrap();
    assert!(!is_there().await, "a password that was set anew");

    wish().await;
    assert_eq!(
        store.set_admin(bob, true).await.unwrap(),
        AccountChange::Done
    );
    let blocked = store.set_blocked(ada, Some(NOW)).await.unwrap();
    assert_eq!(blocked, AccountChange::Done);
    assert!(!is_there().await, "a block");
    store.set_blocked(ada, None).await.unwrap();

    let token = wish().await;
    store.purge_address_changes(LATER).await.unwrap();
    assert!(is_there().await);
    store
        .purge_address_changes(Timestamp(LATER.0 + 1))
        .await
        .unwrap();
    assert_eq!(store.address_change(&token).await.unwrap(), None);
}
