//! Logins between hosts, and the keys that sign.

use std::time::Duration;

use ds_auth::{
    Epoch,
    dropid::{Metadata, client::PendingLogin, server::Grant, signing::StoredKey},
    people::AccountChange,
};
use ds_core::{AccountId, AppspaceId, Timestamp, secret::Token};

use super::{HostStore, add_account, assert_missing};
use crate::sample::NOW;

fn pending(expires: Timestamp) -> PendingLogin {
    let site = "https://b.example/".parse().unwrap();
    PendingLogin {
        appspace: AppspaceId::new(),
        browser: Token::random().hash().as_str().into(),
        entered: "https://b.example/ada".into(),
        seen: vec!["https://b.example/ada".into()],
        server: Metadata::of_site(&site).unwrap(),
        client_id: "https://a.example/c".into(),
        redirect_uri: "https://a.example/r".into(),
        return_to: "/".into(),
        expires,
    }
}

/// [`PendingLoginStore`](ds_auth::dropid::client::PendingLoginStore).
pub async fn pending_login_store(store: &impl HostStore) {
    let [one, two, three] = [(); 3].map(|()| Token::random().hash());
    let late = NOW.plus(Duration::from_mins(1));
    let login = pending(late);
    store.add_pending_login(&one, &login).await.unwrap();
    store.add_pending_login(&two, &pending(NOW)).await.unwrap();
    store
        .add_pending_login(&three, &pending(late))
        .await
        .unwrap();
    assert_eq!(store.take_pending_login(&one).await.unwrap(), Some(login));
    assert_eq!(store.take_pending_login(&one).await.unwrap(), None);
    store.purge_pending_logins(NOW).await.unwrap();
    assert_eq!(store.take_pending_login(&two).await.unwrap(), None);
    assert!(store.take_pending_login(&three).await.unwrap().is_some());
}

/// [`CodeStore`](ds_auth::dropid::server::CodeStore).
pub async fn code_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await;
    let late = NOW.plus(Duration::from_mins(1));
    let grant = |account, expires| Grant {
        account,
        dropid: "b.example/ada".parse().unwrap(),
        with_profile: true,
        client_id: "https://a.example/c".into(),
        redirect_uri: "https://a.example/r".into(),
        challenge: "c".into(),
        nonce: Some("n".into()),
        expires,
    };
    let [one, two, three] = [(); 3].map(|()| Token::random().hash());
    store
        .add_code(&one, &grant(ada.id, late), Epoch(u64::MAX))
        .await
        .unwrap();
    store
        .add_code(&two, &grant(ada.id, NOW), Epoch(u64::MAX))
        .await
        .unwrap();
    store
        .add_code(&three, &grant(ada.id, late), Epoch(u64::MAX))
        .await
        .unwrap();
    assert_missing(
        store
            .add_code(
                &Token::random().hash(),
                &grant(AccountId::new(), late),
                Epoch(u64::MAX),
            )
            .await,
    );
    assert_eq!(
        store.take_code(&one).await.unwrap(),
        Some(grant(ada.id, late))
    );
    assert_eq!(store.take_code(&one).await.unwrap(), None);
    store.purge_codes(NOW).await.unwrap();
    assert_eq!(store.take_code(&two).await.unwrap(), None);
    assert_eq!(
        store.remove_account(ada.id).await.unwrap(),
        AccountChange::Done
    );
    assert_eq!(store.take_code(&three).await.unwrap(), None);
}

/// [`SigningKeyStore`](ds_auth::dropid::signing::SigningKeyStore).
pub async fn signing_key_store(store: &impl HostStore) {
    let key = |seed: &str, made| StoredKey {
        seed: seed.into(),
        made,
    };
    let (one, two) = (key("one", NOW), key("two", Timestamp(NOW.0 + 1)));
    let seeds = async || {
        let keys = store.signing_keys().await.unwrap();
        keys.into_iter().map(|key| key.seed).collect::<Vec<_>>()
    };
    assert!(!store.add_signing_key(&one, 1).await.unwrap());
    assert!(store.add_signing_key(&one, 0).await.unwrap());
    assert!(!store.add_signing_key(&two, 0).await.unwrap());
    assert!(store.add_signing_key(&two, 1).await.unwrap());
    assert_eq!(seeds().await, ["one", "two"]);
    assert_eq!(store.signing_keys().await.unwrap()[1].made, two.made);
    store.forget_signing_keys(two.made).await.unwrap();
    assert_eq!(seeds().await, ["two"]);
    store
        .forget_signing_keys(Timestamp(i64::MAX))
        .await
        .unwrap();
    assert!(seeds().await.is_empty());
    assert!(store.add_signing_key(&one, 0).await.unwrap());
}
