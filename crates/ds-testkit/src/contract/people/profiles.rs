//! What people say of themselves.

use ds_auth::{
    Standing,
    people::{AccountChange, AddressChange, Reset},
};
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
    for (name, find) in [
        ("Änne Ménard", "ÄNNE mÉ"),
        ("Οδυσσέας", "ΟΔΥΣ"),
        ("ΟΔΥΣΣΕΑΣ", "οδυσσεας"),
        ("Жанна (x)", "жАННА (X)"),
        ("İpek", "İPEK"),
    ] {
        store.set_account_name(bob, name).await.unwrap();
        let found = store.account_entries(find, 0, 10).await.unwrap();
        assert_eq!(found.len(), 1, "{find} in {name}");
    }
    changes(store, ada, bob).await;
    stale(store, bob).await;
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
    let since = store.epoch().await.unwrap();
    assert_missing(
        store
            .add_address_change(&older, &change(AccountId::new(), "x@example.com"), since)
            .await,
    );
    for (token, email) in [(&older, "old@example.com"), (&newer, "new@example.com")] {
        store
            .add_address_change(token, &change(ada, email), since)
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
        made_by: None,
        expires: LATER,
    };
    store.add_reset(&reset, &to_set, None).await.unwrap();
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
    let left = async |id| store.left_addresses(id).await.unwrap();
    assert_eq!(left(ada).await, ["ada@example.com"]);
    assert_missing(store.use_address_change(&newer, ada, NOW).await);
    assert!(store.account_at("ada@example.com").await.unwrap().is_none());

    let wanted = change(bob, "new@example.com");
    let late = store.add_address_change(&taken, &wanted, since).await;
    late.unwrap();
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
    // One that is taken back is not left, and one that nobody proved was nobody's.
    for email in ["a@example.com", "ada@example.com", "new@example.com"] {
        store.set_address(ada, email, true).await.unwrap();
    }
    assert_eq!(left(ada).await, ["a@example.com", "ada@example.com"]);
    assert_eq!(left(bob).await, ["bob@example.com"]);
    store.set_address(bob, "b@example.com", true).await.unwrap();
    assert_eq!(left(bob).await, ["bob@example.com"]);
}

/// What was allowed by a password changes nothing once there is another.
async fn stale(store: &impl HostStore, bob: AccountId) {
    let since = store.epoch().await.unwrap();
    let who = Standing {
        account: bob,
        since,
    };
    let set = async |who, email| store.set_address_of(who, email).await;
    set(who, "bo@example.com").await.unwrap();
    let email = async || store.account(bob).await.unwrap().unwrap().email;
    assert_eq!(email().await, "bo@example.com");
    let token = Token::random().hash();
    let wanted = change(bob, "late@example.com");
    let before = Standing {
        account: bob,
        since: store.epoch().await.unwrap(),
    };
    let (_, hash) = store
        .account_with_password("bo@example.com")
        .await
        .unwrap()
        .unwrap();
    let replaced = store.replace_password(bob, &hash, "other").await.unwrap();
    for who in [who, before] {
        assert_missing(set(who, "late@example.com").await);
        let added = store.add_address_change(&token, &wanted, who.since).await;
        assert_missing(added);
    }
    assert_eq!(email().await, "bo@example.com");
    assert_eq!(store.address_change_of(bob).await.unwrap(), None);
    let now = Standing {
        account: bob,
        since: replaced.unwrap(),
    };
    assert_taken(set(now, "new@example.com").await);
    set(now, "bobby@example.com").await.unwrap();
    let nobody = Standing {
        account: AccountId::new(),
        ..now
    };
    assert_missing(set(nobody, "nobody@example.com").await);
}

/// What ends a wish that was not confirmed.
async fn ends(store: &impl HostStore, ada: AccountId, bob: AccountId) {
    let wish = async || {
        let token = Token::random().hash();
        let wanted = change(ada, "newest@example.com");
        let since = store.epoch().await.unwrap();
        let added = store.add_address_change(&token, &wanted, since).await;
        added.unwrap();
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
        made_by: None,
        expires: LATER,
    };
    store.add_reset(&reset, &to_set, None).await.unwrap();
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
