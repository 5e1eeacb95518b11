//! How members prove who they are.

use std::collections::BTreeSet;

use ds_core::{
    AccountId, AppspaceId, LoginKind, MemberChanges, MemberLogin, MemberLogins, MemberStore,
    ProxyId,
};

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
    for at in [here, there] {
        let mut all = store.all_ways(at).await.unwrap();
        for member in [&ada, &bob] {
            let ways = all.remove(&member.proxy_id).unwrap_or_default();
            let id = &member.proxy_id;
            assert_eq!(ways.logins, store.logins(at, id).await.unwrap());
            assert_eq!(ways.account, store.account_of(at, id).await.unwrap());
            assert_eq!(ways.account.is_some(), member.is_owner);
        }
        assert!(all.is_empty(), "{all:?}");
    }
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
    for (at, by, expect) in [
        (here, "https://b.example/", true),
        (there, "https://b.example/", false),
        (here, "https://x.example/", false),
    ] {
        assert_eq!(store.has_signed(at, by).await.unwrap(), expect, "{by}");
    }

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

/// [`MemberLogins`], members that come with a way to log in, and accounts.
pub async fn members_with_logins(store: &(impl MemberLogins + MemberStore)) {
    let here = AppspaceId::new();
    let (owner, bob) = (AccountId::new(), AccountId::new());
    let ada = sample::owner("Ada");
    store.add_member(here, &ada, Some(owner)).await.unwrap();
    let login = MemberLogin {
        kind: LoginKind::DropId,
        name: "b.example/eve".into(),
        signed_by: "https://b.example/".into(),
    };
    let (eve, late) = (sample::member("Eve"), sample::member("Late"));
    store.add_member_with(here, &eve, &login).await.unwrap();
    let found = store.member_with(here, login.kind, &login.name).await;
    assert_eq!(found.unwrap(), Some((eve.clone(), login.clone())));
    assert_taken(store.add_member_with(here, &late, &login).await);
    let left = store.member(here, &late.proxy_id).await.unwrap();
    assert_eq!(left, None, "neither of both");

    let account = |id: &ProxyId| {
        let id = id.clone();
        async move { store.account_of(here, &id).await.unwrap() }
    };
    assert_eq!(account(&ada.proxy_id).await, Some(owner));
    assert_eq!(account(&eve.proxy_id).await, None);
    let set = |id: &ProxyId, to| {
        let id = id.clone();
        async move { store.set_account(here, &id, to).await }
    };
    assert_taken(set(&eve.proxy_id, Some(owner)).await);
    assert_missing(set(&ProxyId::random(), Some(bob)).await);
    set(&eve.proxy_id, Some(bob)).await.unwrap();
    set(&eve.proxy_id, Some(bob)).await.unwrap();
    let found = store.member_of_account(here, bob).await.unwrap();
    assert_eq!(
        found.map(|member| member.proxy_id),
        Some(eve.proxy_id.clone())
    );
    set(&eve.proxy_id, None).await.unwrap();
    assert_eq!(store.member_of_account(here, bob).await.unwrap(), None);
    assert_eq!(store.logins(here, &eve.proxy_id).await.unwrap(), [login]);
}

/// [`MemberChanges`].
pub async fn member_changes(store: &(impl MemberChanges + MemberStore)) {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    let ada = sample::member("Ada");
    for appspace in [here, there] {
        store.add_member(appspace, &ada, None).await.unwrap();
    }
    let id = &ada.proxy_id;
    let permissions: BTreeSet<_> = ["edit", "read"].map(|p| p.parse().unwrap()).into();
    store.set_name(here, id, "Countess").await.unwrap();
    assert_eq!(
        store.set_avatar(here, id, "a.jpg").await.unwrap(),
        ada.avatar
    );
    assert_eq!(store.set_avatar(here, id, "b.jpg").await.unwrap(), "a.jpg");
    store.set_permissions(here, id, &permissions).await.unwrap();
    let changed = store.member(here, id).await.unwrap().unwrap();
    assert_eq!(changed.display_name, "Countess");
    assert_eq!(changed.avatar, "b.jpg");
    assert_eq!(changed.permissions, permissions);
    assert_eq!(store.member(there, id).await.unwrap(), Some(ada.clone()));

    let nobody = ProxyId::random();
    assert_missing(store.set_name(here, &nobody, "x").await);
    assert_missing(store.set_avatar(here, &nobody, "x").await);
    assert_missing(store.set_permissions(here, &nobody, &permissions).await);
}
