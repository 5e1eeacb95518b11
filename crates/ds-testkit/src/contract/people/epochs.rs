//! Logins that are under way while their account is changed.

use ds_auth::{
    Epoch, Session, Subject,
    dropid::server::Grant,
    people::{AccountChange, Removal, Reset},
};
use ds_core::{AccountId, ProxyId, secret::Token};

use super::super::{HostStore, add_account, add_appspace, assert_missing};
use crate::sample::{self, NOW};

/// Whether logins of an account that were checked then begin sessions, on the account site and on an appspace.
async fn begins(store: &impl HostStore, subjects: &[Subject], since: Epoch) -> Vec<bool> {
    let mut all = Vec::new();
    for subject in subjects {
        let session: Session = sample::session(subject.clone());
        let token = Token::random().hash();
        let added = store.add_session(&token, &session, Some(since)).await;
        all.push(added.is_ok());
        if let Subject::Account(account) = subject {
            let may = store.may_begin(*account, Some(since)).await;
            assert_eq!(may.is_ok(), added.is_ok());
        }
        if added.is_err() {
            assert_missing(added);
            assert_eq!(store.session(&token).await.unwrap(), None);
        }
    }
    all
}

/// [`add_session`](ds_auth::SessionStore::add_session) is decided by what was changed since a login was checked.
pub async fn epochs(store: &impl HostStore) {
    let here = add_appspace(store, "notes.example.com").await.id;
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let member = |account| Subject::Member {
        appspace: here,
        proxy_id: ProxyId::random(),
        account,
    };
    let own = [Subject::Account(ada), member(Some(ada))];
    let others = [Subject::Account(bob), member(Some(bob)), member(None)];
    let mut since = store.epoch().await.unwrap();
    assert_eq!(begins(store, &own, since).await, [true; 2]);
    for change in CHANGES {
        change_it(store, ada, change).await;
        let now = store.epoch().await.unwrap();
        assert!(now > since, "{change}");
        assert_eq!(begins(store, &own, since).await, [false; 2], "{change}");
        assert_eq!(begins(store, &others, since).await, [true; 3], "{change}");
        assert_eq!(begins(store, &own, now).await, [true; 2], "{change}");
        since = now;
    }
    // What proves nothing, or changed nothing, lets logins go on.
    assert!(!store.remove_passkey(ada, "gone").await.unwrap());
    store.renew_hash(ada, "set anew", "again").await.unwrap();
    store.set_admin(ada, true).await.unwrap();
    assert_eq!(begins(store, &own, since).await, [true; 2]);

    let code = Token::random().hash();
    store
        .add_code(&code, &grant(ada), Epoch(u64::MAX))
        .await
        .unwrap();
    let before = store.epoch().await.unwrap();
    let since = store.outdate_logins(ada).await.unwrap();
    assert_eq!(store.take_code(&code).await.unwrap(), None);
    // Nor is one given out for a yes of before, or a token.
    assert_missing(store.add_code(&code, &grant(ada), before).await);
    assert_eq!(store.take_code(&code).await.unwrap(), None);
    let (hash, token) = (Token::random().hash(), sample::api_token(ada));
    assert_missing(store.add_api_token(&hash, &token, before).await);
    assert_eq!(store.api_tokens_of(ada).await.unwrap(), []);
    store.add_code(&code, &grant(ada), since).await.unwrap();
    store.add_api_token(&hash, &token, since).await.unwrap();

    store.may_begin(ada, None).await.unwrap();
    assert_missing(store.may_begin(AccountId::new(), None).await);

    let ada = bob;
    let since = store.epoch().await.unwrap();
    let removal = Removal {
        account: ada,
        by: None,
        begun: NOW,
    };
    let begun = store.begin_removal(&removal).await.unwrap();
    assert_eq!(begun, AccountChange::Done);
    assert!(store.epoch().await.unwrap() > since);
    assert_eq!(
        begins(store, &[Subject::Account(ada)], since).await,
        [false]
    );
}

const CHANGES: [&str; 10] = [
    "another mail address",
    "a password is changed",
    "a password is set anew",
    "codes are turned on",
    "codes are turned off",
    "a passkey follows",
    "a passkey is removed",
    "blocked, and let in again",
    "logged out everywhere",
    "logged out everywhere again",
];

async fn change_it(store: &impl HostStore, ada: AccountId, change: &str) {
    match change {
        "another mail address" => {
            let set = store.set_address(ada, "new@example.com", false).await;
            set.unwrap();
        }
        "a password is changed" => {
            let (_, present) = store
                .account_with_password("new@example.com")
                .await
                .unwrap()
                .unwrap();
            let token = Token::random().hash();
            let session = sample::session(Subject::Account(ada));
            store.add_session(&token, &session, None).await.unwrap();
            store.offer_second_factor(ada, "offered").await.unwrap();
            let replaced = store.replace_password(ada, &present, "new").await.unwrap();
            assert_eq!(replaced, Some(store.epoch().await.unwrap()));
            assert_eq!(store.session(&token).await.unwrap(), None, "all or nothing");
            assert!(store.second_factor(ada).await.unwrap().is_none());
        }
        "a password is set anew" => {
            let reset = Reset {
                account: ada,
                by_mail: true,
                made_by: None,
                expires: NOW.plus(std::time::Duration::from_mins(1)),
            };
            let token = Token::random().hash();
            store.add_reset(&token, &reset, None).await.unwrap();
            store.use_reset(&token, NOW, "set anew").await.unwrap();
        }
        "codes are turned on" => {
            store.offer_second_factor(ada, "secret").await.unwrap();
            let on = store.confirm_second_factor(ada, "secret", 1, &[]).await;
            assert!(on.unwrap());
        }
        "codes are turned off" => store.remove_second_factor(ada).await.unwrap(),
        "a passkey follows" => store.set_passkey_follows(ada, true).await.unwrap(),
        "a passkey is removed" => {
            let record = sample::passkey("key", ada, NOW);
            store.add_passkey(&record).await.unwrap();
            assert!(store.remove_passkey(ada, &record.id).await.unwrap());
        }
        "blocked, and let in again" => {
            for blocked in [Some(NOW), None] {
                let changed = store.set_blocked(ada, blocked).await.unwrap();
                assert_eq!(changed, AccountChange::Done);
            }
        }
        _ => {
            let since = store.outdate_logins(ada).await.unwrap();
            assert_eq!(since, store.epoch().await.unwrap());
        }
    }
}

fn grant(account: AccountId) -> Grant {
    Grant {
        account,
        dropid: "example.com/ada".parse().unwrap(),
        with_profile: false,
        client_id: "https://notes.example.org/client".into(),
        redirect_uri: "https://notes.example.org/back".into(),
        challenge: "x".into(),
        nonce: None,
        expires: NOW,
    }
}
