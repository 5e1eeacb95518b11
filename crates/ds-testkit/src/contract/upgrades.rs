//! How appspaces get newer versions of their app.

use ds_core::{
    AppspaceId,
    upgrades::{HeldBack, HeldBecause, UpgradeChoice},
};

use super::{HostStore, add_appspace, assert_missing};
use crate::sample::NOW;

/// [`UpgradeStore`](ds_core::upgrades::UpgradeStore).
pub async fn upgrade_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await;
    let there = add_appspace(store, "there.example.com").await;
    let chosen = async |id| store.upgrade_choice(id).await.unwrap();
    assert_eq!(chosen(here.id).await, UpgradeChoice::default());
    assert!(!UpgradeChoice::default().automatic);

    store.set_automatic(here.id, true).await.unwrap();
    assert_eq!(store.automatic_upgrades().await.unwrap(), [here.id]);
    let held = |why| HeldBack {
        version: here.version_id,
        number: here.version.clone(),
        at: NOW,
        why,
    };
    let failed = held(HeldBecause::Failed("it <hangs>".into()));
    store.hold_back(here.id, &failed).await.unwrap();
    let expected = UpgradeChoice {
        automatic: true,
        held_back: Some(failed),
    };
    assert_eq!(chosen(here.id).await, expected);
    assert_eq!(chosen(there.id).await, UpgradeChoice::default());
    let back = held(HeldBecause::WentBack);
    store.hold_back(here.id, &back).await.unwrap();
    assert_eq!(chosen(here.id).await.held_back, Some(back.clone()));

    // Holding back chooses nothing; choosing tries again.
    store.hold_back(there.id, &back).await.unwrap();
    assert!(!chosen(there.id).await.automatic);
    store.set_automatic(there.id, false).await.unwrap();
    store.set_automatic(here.id, true).await.unwrap();
    assert_eq!(chosen(here.id).await.held_back, None);
    assert_eq!(store.automatic_upgrades().await.unwrap(), [here.id]);

    let nobody = AppspaceId::new();
    assert_missing(store.set_automatic(nobody, true).await);
    assert_missing(store.hold_back(nobody, &back).await);
    store.remove(here.id).await.unwrap();
    assert_eq!(chosen(here.id).await, UpgradeChoice::default());
    assert_eq!(store.automatic_upgrades().await.unwrap(), []);
}
