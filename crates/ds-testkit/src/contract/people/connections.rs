//! What people have to do with others.

use ds_auth::{
    dropid::{Contact, DropId, DropIdRecord, Identity, RemoteAppspace},
    people::AccountChange,
};
use ds_core::{AccountId, Timestamp};

use super::{HostStore, add_account, assert_missing};
use crate::sample::NOW;

const LATER: Timestamp = Timestamp(NOW.0 + 1);

fn dropid(text: &str) -> DropId {
    text.parse().unwrap()
}

/// [`ConnectedSiteStore`](ds_auth::dropid::ConnectedSiteStore).
pub async fn connected_site_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let (one, two) = (dropid("b.example/ada"), dropid("b.example/work"));
    let note = async |account, dropid: &DropId, client: &str, at| {
        store.note_login(account, dropid, client, at).await.unwrap();
    };
    note(ada, &one, "https://a.example/", NOW).await;
    note(ada, &two, "https://a.example/", LATER).await;
    note(ada, &one, "https://c.example/", Timestamp(NOW.0 + 2)).await;
    note(ada, &one, "https://a.example/", Timestamp(NOW.0 + 3)).await;
    note(bob, &one, "https://a.example/", NOW).await;
    assert_missing(
        store
            .note_login(AccountId::new(), &one, "https://a.example/", NOW)
            .await,
    );
    let sites = store.connected_sites(ada).await.unwrap();
    let seen: Vec<_> = sites
        .iter()
        .map(|site| {
            (
                site.client_id.as_str(),
                site.dropid.clone(),
                site.since.0 - NOW.0,
            )
        })
        .collect();
    let expect = [
        ("https://a.example/", one.clone(), 0),
        ("https://c.example/", one.clone(), 2),
        ("https://a.example/", two.clone(), 1),
    ];
    assert_eq!(seen, expect);
    assert_eq!(sites[0].last, Timestamp(NOW.0 + 3));
    let since = async |client: &str| store.connected_since(ada, client).await.unwrap();
    assert_eq!(since("https://a.example/").await, Some(NOW));
    assert_eq!(since("https://d.example/").await, None);

    store.purge_sites(Timestamp(NOW.0 + 2)).await.unwrap();
    assert_eq!(store.connected_sites(ada).await.unwrap().len(), 2);
    assert!(store.connected_sites(bob).await.unwrap().is_empty());
    store
        .forget_sites(ada, Some("https://a.example/"))
        .await
        .unwrap();
    assert_eq!(store.connected_sites(ada).await.unwrap().len(), 1);
    note(bob, &one, "https://a.example/", NOW).await;
    store.forget_sites(ada, None).await.unwrap();
    assert!(store.connected_sites(ada).await.unwrap().is_empty());
    assert_eq!(store.connected_sites(bob).await.unwrap().len(), 1);
    let gone = store.remove_account(bob).await.unwrap();
    assert_eq!(gone, AccountChange::Done);
    assert!(store.connected_sites(bob).await.unwrap().is_empty());
}

/// [`ContactStore`](ds_auth::dropid::ContactStore).
pub async fn contact_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let contact = |who: Identity, name: &str| Contact {
        who,
        name: name.into(),
        picture: String::new(),
        added: NOW,
    };
    let one = contact(Identity::DropId(dropid("b.example/zoe")), "zoe");
    let two = contact(Identity::Profile("https://c.example/?u=1".into()), "Yan");
    store.put_contact(ada, &one).await.unwrap();
    store.put_contact(ada, &two).await.unwrap();
    store.put_contact(bob, &one).await.unwrap();
    assert_missing(store.put_contact(AccountId::new(), &one).await);
    assert_eq!(
        store.contacts(ada).await.unwrap(),
        [two.clone(), one.clone()]
    );
    let changed = Contact {
        name: "Anna".into(),
        picture: "x.png".into(),
        added: LATER,
        ..one.clone()
    };
    store.put_contact(ada, &changed).await.unwrap();
    let expect = Contact {
        added: NOW,
        ..changed
    };
    assert_eq!(
        store.contacts(ada).await.unwrap(),
        [expect.clone(), two.clone()]
    );
    assert_eq!(store.contact(ada, &one.who).await.unwrap(), Some(expect));
    assert_eq!(store.contact(bob, &two.who).await.unwrap(), None);

    let record = DropIdRecord {
        id: dropid("b.example/bob"),
        account: bob,
        display_name: "Bob".into(),
        avatar: "b.jpg".into(),
        is_public: false,
        created: NOW,
    };
    store.add_dropid(&record).await.unwrap();
    let used = store.pictures_in_use().await.unwrap();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["b.jpg", "x.png"]);

    store.remove_contact(ada, &one.who).await.unwrap();
    store.remove_contact(ada, &one.who).await.unwrap();
    assert_eq!(store.contacts(ada).await.unwrap(), [two]);
    assert_eq!(store.contacts(bob).await.unwrap(), [one]);
    let gone = store.remove_account(bob).await.unwrap();
    assert_eq!(gone, AccountChange::Done);
    assert!(store.contacts(bob).await.unwrap().is_empty());
    assert!(store.pictures_in_use().await.unwrap().is_empty());
}

/// [`RemoteAppspaceStore`](ds_auth::dropid::RemoteAppspaceStore).
pub async fn remote_appspace_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let remote = |origin: &str, name: &str, dropid: Option<DropId>| RemoteAppspace {
        origin: origin.into(),
        name: name.into(),
        dropid,
        added: NOW,
    };
    let who = dropid("b.example/ada");
    let one = remote("https://notes.a.example", "notes", Some(who.clone()));
    let two = remote("https://list.a.example", "List", None);
    store.add_remote(ada, &one).await.unwrap();
    store.add_remote(ada, &two).await.unwrap();
    store.add_remote(bob, &one).await.unwrap();
    assert_missing(store.add_remote(AccountId::new(), &one).await);
    assert_eq!(
        store.remote_appspaces(ada).await.unwrap(),
        [two.clone(), one.clone()]
    );
    let again = remote(&one.origin, "other", None);
    store.add_remote(ada, &again).await.unwrap();
    let again = remote(&two.origin, "other", Some(who.clone()));
    store.add_remote(ada, &again).await.unwrap();
    let two = RemoteAppspace {
        dropid: Some(who),
        ..two
    };
    assert_eq!(
        store.remote_appspaces(ada).await.unwrap(),
        [two.clone(), one.clone()]
    );

    store
        .rename_remote(ada, &two.origin, "Tasks")
        .await
        .unwrap();
    assert_missing(store.rename_remote(bob, &two.origin, "x").await);
    let names = async |account| {
        let all = store.remote_appspaces(account).await.unwrap();
        all.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names(ada).await, ["notes", "Tasks"]);
    store.remove_remote(ada, &one.origin).await.unwrap();
    store.remove_remote(ada, &one.origin).await.unwrap();
    assert_eq!(names(ada).await, ["Tasks"]);
    assert_eq!(names(bob).await, ["notes"]);
    let gone = store.remove_account(bob).await.unwrap();
    assert_eq!(gone, AccountChange::Done);
    assert!(names(bob).await.is_empty());
}
