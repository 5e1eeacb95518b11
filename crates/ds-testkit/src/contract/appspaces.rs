//! Appspaces.

use ds_core::{AppspaceId, AppspaceStore};

use super::{HostStore, add_account, add_appspace, add_version, assert_missing, assert_taken};
use crate::sample;

/// [`AppspaceStore`].
pub async fn appspace_store(store: &impl HostStore) {
    let notes = add_appspace(store, "notes.example.com").await;
    let owner = add_account(store, "ada@example.com").await.id;
    let version = add_version(store, &sample::app(owner, "App"), "2.0.0").await;
    let [b, a] = ["b.example.com", "a.example.com"]
        .map(|address| sample::appspace(owner, &version, address));
    store.add(&b).await.unwrap();
    store.add(&a).await.unwrap();

    assert_eq!(store.at(&notes.address).await.unwrap(), Some(notes.clone()));
    assert_eq!(
        store.at(&"c.example.com".parse().unwrap()).await.unwrap(),
        None
    );
    assert_eq!(store.appspace(a.id).await.unwrap(), Some(a.clone()));
    assert_eq!(store.appspace(AppspaceId::new()).await.unwrap(), None);
    assert_eq!(store.appspaces_of(owner).await.unwrap(), [a.clone(), b]);
    assert_eq!(
        store.appspaces_of(notes.owner).await.unwrap(),
        std::slice::from_ref(&notes)
    );

    let thief = sample::appspace(owner, &version, "notes.example.com");
    assert_taken(store.add(&thief).await);
    assert_eq!(store.at(&notes.address).await.unwrap(), Some(notes.clone()));

    pausing(store, notes.id).await;
    assert!(!store.appspace(a.id).await.unwrap().unwrap().paused);

    store.remove(notes.id).await.unwrap();
    store.remove(notes.id).await.unwrap();
    assert_eq!(store.at(&notes.address).await.unwrap(), None);
    store.add(&thief).await.unwrap();
    assert_eq!(store.at(&notes.address).await.unwrap(), Some(thief));
}

async fn pausing(store: &impl AppspaceStore, id: AppspaceId) {
    for paused in [true, true, false] {
        store.set_paused(id, paused).await.unwrap();
        assert_eq!(store.appspace(id).await.unwrap().unwrap().paused, paused);
    }
    assert_missing(store.set_paused(AppspaceId::new(), true).await);
}
