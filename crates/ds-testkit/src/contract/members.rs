//! Members and schema of appspaces.

use ds_core::{
    AccountId, AppspaceId, Member, MemberStore, Permission, ProxyId, Schema, SchemaStore,
};

use super::{assert_missing, assert_taken};
use crate::sample;

/// [`MemberStore`]. Any appspace id must be good.
pub async fn member_store(store: &impl MemberStore) {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    assert_eq!(store.members(here).await.unwrap(), []);
    let (ada, bob) = (AccountId::new(), AccountId::new());
    let mut zoe = sample::member("Zoë");
    zoe.permissions.insert("edit".parse().unwrap());
    zoe.avatar = "zoe.jpg".into();
    let (amy, owner) = (sample::member("Amy"), sample::owner("Max"));
    store.add_member(here, &zoe, None).await.unwrap();
    store.add_member(here, &amy, Some(bob)).await.unwrap();
    store.add_member(here, &owner, Some(ada)).await.unwrap();
    store.add_member(there, &owner, Some(bob)).await.unwrap();

    let all = store.members(here).await.unwrap();
    assert_eq!(all, [owner.clone(), amy.clone(), zoe.clone()]);
    assert_eq!(
        store.member(here, &zoe.proxy_id).await.unwrap(),
        Some(zoe.clone())
    );
    assert_eq!(store.member(there, &zoe.proxy_id).await.unwrap(), None);
    let found = store.member_of_account(here, bob).await.unwrap();
    assert_eq!(found, Some(amy.clone()));
    let found = store.member_of_account(there, bob).await.unwrap();
    assert_eq!(found, Some(owner.clone()));
    assert_eq!(store.member_of_account(there, ada).await.unwrap(), None);

    // What is refused leaves no trace.
    let twice = Member {
        proxy_id: amy.proxy_id.clone(),
        ..sample::member("Eve")
    };
    assert_taken(store.add_member(here, &twice, Some(AccountId::new())).await);
    let same_account = sample::member("Eve");
    assert_taken(store.add_member(here, &same_account, Some(bob)).await);
    assert_eq!(store.members(here).await.unwrap(), all);

    permissions(store, here, &amy.proxy_id).await;
    removal(store, here, &amy.proxy_id, bob).await;
    assert_eq!(store.members(there).await.unwrap(), [owner]);
}

async fn permissions(store: &impl MemberStore, appspace: AppspaceId, id: &ProxyId) {
    let (edit, purge): (Permission, Permission) =
        ("edit".parse().unwrap(), "purge".parse().unwrap());
    for (permission, granted, expect) in [
        (&edit, true, vec!["edit"]),
        (&purge, true, vec!["edit", "purge"]),
        (&purge, true, vec!["edit", "purge"]),
        (&edit, false, vec!["purge"]),
        (&edit, false, vec!["purge"]),
    ] {
        let set = store
            .set_permission(appspace, id, permission, granted)
            .await;
        set.unwrap();
        let member = store.member(appspace, id).await.unwrap().unwrap();
        let held: Vec<_> = member.permissions.iter().map(Permission::as_str).collect();
        assert_eq!(held, expect);
    }
    let stranger = ProxyId::random();
    assert_missing(store.set_permission(appspace, &stranger, &edit, true).await);
}

async fn removal(store: &impl MemberStore, appspace: AppspaceId, id: &ProxyId, by: AccountId) {
    store.remove_member(appspace, id).await.unwrap();
    assert_missing(store.remove_member(appspace, id).await);
    assert_eq!(store.member(appspace, id).await.unwrap(), None);
    assert_eq!(store.member_of_account(appspace, by).await.unwrap(), None);
    // The way to log in went with them.
    let back = sample::member("Back");
    store.add_member(appspace, &back, Some(by)).await.unwrap();
    let found = store.member_of_account(appspace, by).await.unwrap();
    assert_eq!(found, Some(back));
}

/// [`SchemaStore`]. Any appspace id must be good.
pub async fn schema_store(store: &impl SchemaStore) {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    assert_eq!(store.schema(here).await.unwrap(), Schema::NONE);
    for schema in [Schema(3), Schema(2), Schema(u32::MAX)] {
        store.set_schema(here, schema).await.unwrap();
        assert_eq!(store.schema(here).await.unwrap(), schema);
    }
    assert_eq!(store.schema(there).await.unwrap(), Schema::NONE);
}
