//! How members prove who they are.

use ds_core::{AppspaceId, LoginKind, MemberLogin, MemberLogins, MemberStore, ProxyId};

use super::{assert_missing, assert_taken};
use crate::sample;

/// [`MemberLogins`]. Any appspace id must be good.
pub async fn member_logins(store: &(impl MemberLogins + MemberStore)) {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    let (ada, bob) = (sample::member("Ada"), sample::owner("Bob"));
    for appspace in [here, there] {
        let account = Some(ds_core::AccountId::new());
        store.add_member(appspace, &ada, None).await.unwrap();
        store.add_member(appspace, &bob, account).await.unwrap();
    }
    let login = |kind, name: &str| MemberLogin {
        kind,
        name: name.into(),
        signed_by: String::new(),
    };
    let (dropid, page) = (
        login(LoginKind::DropId, "b.example/ada"),
        login(LoginKind::Profile, "https://c.example/Ada"),
    );
    let email = login(LoginKind::Email, "ada@example.com");
    for one in [&dropid, &page, &email] {
        store.add_login(here, &ada.proxy_id, one).await.unwrap();
        assert_taken(store.add_login(here, &bob.proxy_id, one).await);
    }
    assert_missing(
        store
            .add_login(here, &ProxyId::random(), &login(LoginKind::Email, "x"))
            .await,
    );
    assert_eq!(store.logins(here, &ada.proxy_id).await.unwrap().len(), 3);
    assert_eq!(
        store.logins(here, &bob.proxy_id).await.unwrap(),
        [],
        "an account is none of these"
    );
    assert_eq!(store.logins(there, &ada.proxy_id).await.unwrap(), []);

    let with = |at, kind, name| store.member_with(at, kind, name);
    let found = with(here, LoginKind::DropId, "b.example/ada")
        .await
        .unwrap();
    assert_eq!(found, Some((ada.clone(), dropid.clone())));
    for (at, kind, name) in [
        (there, LoginKind::DropId, "b.example/ada"),
        (here, LoginKind::Profile, "b.example/ada"),
        (here, LoginKind::DropId, "b.example/Ada"),
    ] {
        assert_eq!(with(at, kind, name).await.unwrap(), None, "{name}");
    }
    store
        .note_signed(
            here,
            LoginKind::DropId,
            "b.example/ada",
            "https://b.example/",
        )
        .await
        .unwrap();
    store
        .note_signed(here, LoginKind::DropId, "x.example/x", "https://x.example/")
        .await
        .unwrap();
    let (_, signed) = with(here, LoginKind::DropId, "b.example/ada")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(signed.signed_by, "https://b.example/");

    let remove = |id, one: &MemberLogin| {
        let (kind, name) = (one.kind, one.name.clone());
        async move { store.remove_login(here, id, kind, &name).await.unwrap() }
    };
    assert!(!remove(&bob.proxy_id, &dropid).await);
    assert!(remove(&ada.proxy_id, &dropid).await);
    assert!(!remove(&ada.proxy_id, &dropid).await);
    store.remove_member(here, &ada.proxy_id).await.unwrap();
    assert_eq!(
        with(here, LoginKind::Email, "ada@example.com")
            .await
            .unwrap(),
        None
    );
    store.add_login(here, &bob.proxy_id, &email).await.unwrap();
}
