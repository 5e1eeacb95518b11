//! The trash.

use std::time::Duration;

use ds_auth::Subject;
use ds_core::{Appspace, Job, JobId, ProxyId, Trashed, Work, secret::Token};

use super::{HostStore, add_appspace, assert_missing, assert_taken};
use crate::sample::{self, NOW};

/// [`TrashStore`](ds_core::TrashStore).
pub async fn trash_store(store: &impl HostStore) {
    let notes = add_appspace(store, "notes.example.com").await;
    let other = add_appspace(store, "other.example.com").await;
    let token = Token::random().hash();
    let member = Subject::Member {
        appspace: notes.id,
        proxy_id: ProxyId::random(),
        account: None,
    };
    let session = sample::session(member);
    store.add_session(&token, &session, None).await.unwrap();

    going_in(store, &notes).await;
    assert_eq!(store.session(&token).await.unwrap(), None);
    coming_out(store, &notes, &other).await;
    store.remove(notes.id).await.unwrap();
    assert_eq!(store.trashed(notes.id).await.unwrap(), None);
    for_good(store, &other).await;
}

async fn job(store: &impl HostStore, of: &Appspace) -> JobId {
    let (id, begun) = (JobId::new(), NOW);
    let work = Work::Delete {
        appspace: of.id,
        at: NOW,
    };
    store.begin(&Job { id, work, begun }).await.unwrap();
    id
}

async fn going_in(store: &impl HostStore, notes: &Appspace) {
    assert_missing(store.trash(notes.id, NOW, JobId::new()).await);
    assert!(
        store.appspace(notes.id).await.unwrap().is_some(),
        "both or neither"
    );

    let by = job(store, notes).await;
    store.trash(notes.id, NOW, by).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), []);
    let again = job(store, notes).await;
    assert_missing(store.trash(notes.id, NOW, again).await);
    store.end(again, Some("twice")).await.unwrap();

    assert_eq!(store.at(&notes.address).await.unwrap(), None);
    assert_eq!(store.appspace(notes.id).await.unwrap(), None);
    assert_eq!(store.appspaces_of(notes.owner).await.unwrap(), []);
    assert_missing(store.set_paused(notes.id, true).await);
    store.remove(notes.id).await.unwrap();
    let trashed = Trashed {
        appspace: notes.clone(),
        deleted: NOW,
    };
    assert_eq!(
        store.trashed(notes.id).await.unwrap(),
        Some(trashed.clone())
    );
    assert_eq!(
        store.trash_of(notes.owner).await.unwrap(),
        std::slice::from_ref(&trashed)
    );
    assert_eq!(store.trashed_before(NOW).await.unwrap(), []);
    let later = NOW.plus(Duration::from_millis(1));
    assert_eq!(store.trashed_before(later).await.unwrap(), [trashed]);
}

async fn coming_out(store: &impl HostStore, notes: &Appspace, other: &Appspace) {
    let by = job(store, notes).await;
    assert_taken(store.take_out(notes.id, &other.address, by).await);
    assert_missing(store.take_out(other.id, &notes.address, by).await);
    assert_missing(store.take_out(notes.id, &notes.address, JobId::new()).await);
    assert!(
        store.trashed(notes.id).await.unwrap().is_some(),
        "both or neither"
    );
    let address = "new.example.com".parse().unwrap();
    store.take_out(notes.id, &address, by).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), []);
    let back = Appspace {
        address,
        ..notes.clone()
    };
    assert_eq!(store.appspace(notes.id).await.unwrap(), Some(back));
    assert_eq!(store.trashed(notes.id).await.unwrap(), None);
}

async fn for_good(store: &impl HostStore, other: &Appspace) {
    store.forget_trashed(other.id).await.unwrap();
    assert!(store.appspace(other.id).await.unwrap().is_some());
    let by = job(store, other).await;
    store.trash(other.id, NOW, by).await.unwrap();
    for _ in 0..2 {
        store.forget_trashed(other.id).await.unwrap();
        assert_eq!(store.trashed(other.id).await.unwrap(), None);
    }
}
