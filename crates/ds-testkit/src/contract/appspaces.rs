//! Appspaces.

use ds_core::{Appspace, AppspaceId, AppspaceStore, Job, JobId, VersionId, Work};

use super::{
    HostStore, add_account, add_appspace, add_version, assert_missing, assert_taken, joining::bar,
};
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

    by_jobs(store, &a).await;

    store.remove(notes.id).await.unwrap();
    store.remove(notes.id).await.unwrap();
    assert_eq!(store.at(&notes.address).await.unwrap(), None);
    store.add(&thief).await.unwrap();
    assert_eq!(store.at(&notes.address).await.unwrap(), Some(thief));
}

async fn by_jobs(store: &impl HostStore, a: &Appspace) {
    let begin = async |id| {
        let work = Work::CreateAppspace { appspace: a.id };
        let begun = sample::NOW;
        store.begin(&Job { id, work, begun }).await.unwrap();
        id
    };
    let added = Appspace {
        id: AppspaceId::new(),
        address: "added.example.com".parse().unwrap(),
        ..a.clone()
    };
    assert_missing(store.add_by(&added, JobId::new(), None).await);
    assert_eq!(store.appspace(added.id).await.unwrap(), None, "both");
    let job = begin(JobId::new()).await;
    assert_taken(store.add_by(a, job, None).await);
    assert_eq!(store.unfinished().await.unwrap().len(), 1, "or neither");
    let eve = bar("eve");
    store.add_join_bar(a.id, &eve).await.unwrap();
    store.add_by(&added, job, Some(a.id)).await.unwrap();
    assert_eq!(
        store.appspace(added.id).await.unwrap().as_ref(),
        Some(&added)
    );
    let all = store.join_bars(added.id).await.unwrap();
    assert_eq!(
        all,
        std::slice::from_ref(&eve),
        "who may not come back to one"
    );
    store.lift_join_bar(added.id, &eve.id).await.unwrap();
    assert_eq!(store.join_bars(a.id).await.unwrap(), [eve]);

    let app = sample::app(a.owner, "App 2");
    let newer = add_version(store, &app, "3.0.0").await;
    assert_missing(store.change_version(a.id, newer.id, job).await);
    assert_eq!(store.appspace(a.id).await.unwrap().as_ref(), Some(a));
    let job = begin(JobId::new()).await;
    assert_missing(store.change_version(AppspaceId::new(), newer.id, job).await);
    assert_missing(store.change_version(a.id, VersionId::new(), job).await);
    store.change_version(a.id, newer.id, job).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), []);
    let changed = store.appspace(a.id).await.unwrap().unwrap();
    assert_eq!(
        (changed.version_id, changed.version),
        (newer.id, newer.version)
    );
}

async fn pausing(store: &impl AppspaceStore, id: AppspaceId) {
    for paused in [true, true, false] {
        store.set_paused(id, paused).await.unwrap();
        assert_eq!(store.appspace(id).await.unwrap().unwrap().paused, paused);
    }
    assert_missing(store.set_paused(AppspaceId::new(), true).await);
}
