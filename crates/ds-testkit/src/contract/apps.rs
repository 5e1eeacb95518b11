//! Apps and their versions.

use ds_core::{AppId, VersionId};

use super::{HostStore, add_account, add_version, assert_taken};
use crate::sample;

/// [`AppStore`](ds_core::AppStore).
pub async fn app_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let (notes, chess) = (sample::app(ada, "Notes"), sample::app(ada, "Chess"));
    let bobs = sample::app(bob, "Notes");

    // Out of order, and ten after two.
    let ten = add_version(store, &notes, "1.10.0").await;
    let two = add_version(store, &notes, "1.2.0").await;
    let beta = add_version(store, &notes, "1.10.0-beta.2").await;
    let of_chess = add_version(store, &chess, "1.2.0").await;
    add_version(store, &bobs, "1.2.0").await;

    assert_eq!(
        store.apps(ada).await.unwrap(),
        [chess.clone(), notes.clone()]
    );
    assert_eq!(
        store.app_named(ada, "Notes").await.unwrap(),
        Some(notes.clone())
    );
    assert_eq!(store.app_named(bob, "Notes").await.unwrap(), Some(bobs));
    assert_eq!(store.app_named(bob, "Chess").await.unwrap(), None);
    let versions = store.versions(notes.id).await.unwrap();
    assert_eq!(versions, [two.clone(), beta.clone(), ten.clone()]);
    assert_eq!(store.versions(AppId::new()).await.unwrap(), []);
    let all = store.versions_of(ada).await.unwrap();
    for (app, versions) in [(&notes, versions), (&chess, vec![of_chess.clone()])] {
        let own = all.iter().filter(|one| one.app == app.id);
        assert_eq!(own.cloned().collect::<Vec<_>>(), versions);
    }
    assert_eq!(all.len(), 4);
    assert_eq!(store.version(beta.id).await.unwrap(), Some(beta.clone()));
    assert_eq!(store.version(VersionId::new()).await.unwrap(), None);

    // What is refused changes nothing: no version, and no app without one.
    assert_taken(
        store
            .add_version(&notes, &sample::version(&notes, "1.2.0"))
            .await,
    );
    let other = sample::app(ada, "Notes");
    assert_taken(
        store
            .add_version(&other, &sample::version(&other, "9.0.0"))
            .await,
    );
    assert_eq!(store.versions(notes.id).await.unwrap().len(), 3);
    assert_eq!(store.versions(other.id).await.unwrap(), []);
    assert_eq!(store.apps(ada).await.unwrap().len(), 2);

    for version in [two, beta] {
        store.remove_version(version.id).await.unwrap();
    }
    assert_eq!(
        store.versions(notes.id).await.unwrap(),
        std::slice::from_ref(&ten)
    );
    store.remove_version(ten.id).await.unwrap();
    store.remove_version(ten.id).await.unwrap();
    assert_eq!(store.apps(ada).await.unwrap(), [chess]);
    assert_eq!(store.version(of_chess.id).await.unwrap(), Some(of_chess));
}
