//! Passwords that are set anew.

use std::time::Duration;

use ds_auth::{
    Account, Subject,
    people::{AccountChange, Removal, Reset},
};
use ds_core::{
    AccountId, Timestamp,
    secret::{Token, TokenHash},
};

use super::super::{HostStore, add_account, assert_missing};
use crate::sample::{self, NOW};

fn reset(account: AccountId, by_mail: bool) -> Reset {
    Reset {
        account,
        by_mail,
        made_by: None,
        expires: NOW.plus(Duration::from_hours(1)),
    }
}

async fn add(store: &impl HostStore, reset: &Reset) -> TokenHash {
    let token = Token::random().hash();
    store.add_reset(&token, reset, None).await.unwrap();
    assert_eq!(store.reset(&token).await.unwrap().as_ref(), Some(reset));
    token
}

/// [`ResetStore`](ds_auth::people::ResetStore).
pub async fn reset_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await;
    let bob = add_account(store, "bob@example.com").await;
    let older = add(store, &reset(ada.id, false)).await;
    let newer = add(store, &reset(ada.id, false)).await;
    let other = add(store, &reset(bob.id, true)).await;
    let nobody = reset(AccountId::new(), true);
    assert_missing(
        store
            .add_reset(&Token::random().hash(), &nobody, None)
            .await,
    );
    assert_eq!(store.reset(&older).await.unwrap(), None);

    let session = Token::random().hash();
    let row = sample::session(Subject::Account(ada.id));
    let added = store.add_session(&session, &row, None);
    added.await.unwrap();
    assert_missing(store.use_reset(&older, NOW, "new").await);
    let late = reset(ada.id, false).expires;
    assert_missing(store.use_reset(&newer, late, "new").await);
    assert!(store.session(&session).await.unwrap().is_some());
    store.use_reset(&newer, NOW, "new").await.unwrap();
    assert_missing(store.use_reset(&newer, NOW, "newer").await);
    assert_eq!(store.session(&session).await.unwrap(), None);
    let found = store.account_with_password("ada@example.com").await;
    assert_eq!(found.unwrap().unwrap().1, "new");

    sent(store, &ada).await;
    beside_each_other(store, ada.id).await;
    proofs(store).await;
    makers(store).await;
    store.purge_resets(late).await.unwrap();
    assert!(store.reset(&other).await.unwrap().is_some());
    store.purge_resets(Timestamp(late.0 + 1)).await.unwrap();
    assert_eq!(store.reset(&other).await.unwrap(), None);
}

/// What goes to an address is for the account that has it then.
async fn sent(store: &impl HostStore, ada: &Account) {
    let begin = async |to: &str| {
        let token = Token::random().hash();
        let wanted = reset(ada.id, true);
        match store.add_reset(&token, &wanted, Some(to)).await {
            Ok(()) => true,
            Err(error) => {
                assert_missing::<()>(Err(error));
                assert_eq!(store.reset(&token).await.unwrap(), None);
                false
            }
        }
    };
    assert!(begin(&ada.email).await);
    assert!(begin(&ada.email).await, "again");
    assert!(!begin("bob@example.com").await, "another's");
    let set = store.set_address(ada.id, "other@example.com", true).await;
    set.unwrap();
    assert!(!begin(&ada.email).await, "the old one");
    assert!(begin("other@example.com").await);
    store.set_blocked(ada.id, Some(NOW)).await.unwrap();
    assert!(!begin("other@example.com").await, "blocked");
    store.set_blocked(ada.id, None).await.unwrap();
}

/// A letter ends no link that was handed over; whichever is used, or another password, ends all.
async fn beside_each_other(store: &impl HostStore, ada: AccountId) {
    let both = async || {
        let handed = add(store, &reset(ada, false)).await;
        let mailed = add(store, &reset(ada, true)).await;
        assert!(store.reset(&handed).await.unwrap().is_some());
        (handed, mailed)
    };
    let (handed, mailed) = both().await;
    store.use_reset(&mailed, NOW, "mailed").await.unwrap();
    assert_eq!(store.reset(&handed).await.unwrap(), None);
    let (handed, mailed) = both().await;
    store.use_reset(&handed, NOW, "handed").await.unwrap();
    assert_eq!(store.reset(&mailed).await.unwrap(), None);
    let (handed, mailed) = both().await;
    let replace = |present, new| store.replace_password(ada, present, new);
    assert_eq!(replace("other", "newest").await.unwrap(), None);
    assert!(store.reset(&handed).await.unwrap().is_some());
    assert!(replace("handed", "newest").await.unwrap().is_some());
    for token in [handed, mailed] {
        assert_eq!(store.reset(&token).await.unwrap(), None);
    }
}

/// Who used a letter has the address; who was handed a link need not.
async fn proofs(store: &impl HostStore) {
    let eve = Account {
        email_proven: false,
        ..sample::account("eve@example.com")
    };
    store.add_account(&eve, "hash").await.unwrap();
    for by_mail in [false, true] {
        let token = add(store, &reset(eve.id, by_mail)).await;
        store.use_reset(&token, NOW, "hash").await.unwrap();
        let is_proven = store.account(eve.id).await.unwrap().unwrap().email_proven;
        assert_eq!(is_proven, by_mail);
    }
}

/// A link that an admin made ends with their running the host; what was made by others, or asked for by mail, does not.
async fn makers(store: &impl HostStore) {
    let cat = add_account(store, "cat@example.com").await.id;
    let made = |by| Reset {
        made_by: by,
        ..reset(cat, false)
    };
    let first = add_admin(store, "first@example.com").await;
    let refused = async |by| {
        let token = Token::random().hash();
        assert_missing(store.add_reset(&token, &made(Some(by)), None).await);
    };
    refused(cat).await;
    refused(AccountId::new()).await;
    for end in ["demoted", "blocked", "leaving", "removed"] {
        let by = add_admin(store, &format!("{end}@example.com")).await;
        let own = add(store, &made(Some(by))).await;
        let mailed = add(store, &reset(cat, true)).await;
        let done = match end {
            "demoted" => store.set_admin(by, false).await,
            "blocked" => store.set_blocked(by, Some(NOW)).await,
            "leaving" => store.begin_removal(&removal(by)).await,
            _ => store.remove_account(by).await,
        };
        assert_eq!(done.unwrap(), AccountChange::Done, "{end}");
        assert_eq!(store.reset(&own).await.unwrap(), None, "{end}");
        assert!(store.reset(&mailed).await.unwrap().is_some(), "{end}");
        refused(by).await;
    }
    for kept in [Some(first), None] {
        let by = add_admin(store, &format!("{}@example.com", kept.is_some())).await;
        add(store, &made(Some(by))).await;
        let instead = add(store, &made(kept)).await;
        store.set_admin(by, false).await.unwrap();
        assert!(store.reset(&instead).await.unwrap().is_some(), "{kept:?}");
    }
}

fn removal(account: AccountId) -> Removal {
    Removal {
        account,
        by: None,
        begun: NOW,
    }
}

async fn add_admin(store: &impl HostStore, email: &str) -> AccountId {
    let admin = Account {
        is_admin: true,
        ..sample::account(email)
    };
    store.add_account(&admin, "hash").await.unwrap();
    admin.id
}
