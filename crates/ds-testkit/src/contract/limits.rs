//! Bounds of single appspaces.

use ds_core::{AppspaceId, limits::LimitOverrides};

use super::{HostStore, add_appspace, assert_missing};

/// [`LimitStore`](ds_core::limits::LimitStore).
pub async fn limit_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await.id;
    let there = add_appspace(store, "there.example.com").await.id;
    let none = LimitOverrides::default();
    assert_eq!(store.limits(here).await.unwrap(), none);
    let some = LimitOverrides {
        memory_mib: Some(700),
        disk_mib: Some(1),
        ..none
    };
    let other = LimitOverrides {
        threads: Some(99),
        ..none
    };
    for limits in [some, other] {
        store.set_limits(here, &limits).await.unwrap();
        assert_eq!(store.limits(here).await.unwrap(), limits);
        assert_eq!(store.limits(there).await.unwrap(), none);
    }
    assert_missing(store.set_limits(AppspaceId::new(), &some).await);
    store.remove(here).await.unwrap();
    assert_eq!(store.limits(here).await.unwrap(), none);
}
