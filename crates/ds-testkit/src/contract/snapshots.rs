//! What is known of appspaces' snapshots.

use ds_core::{
    AccountId, AppspaceId, Timestamp,
    snapshots::{
        Every, SnapshotAlert, SnapshotFailure, SnapshotRecord, SnapshotSettings, SnapshotSuccess,
    },
};

use super::{HostStore, add_appspace, assert_missing};

fn failure(at: i64, why: &str) -> SnapshotFailure {
    SnapshotFailure {
        at: Timestamp(at),
        why: why.to_owned(),
    }
}

/// The contract of [`SnapshotStore`](ds_core::snapshots::SnapshotStore).
pub async fn snapshot_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await;
    let there = add_appspace(store, "there.example.com").await;
    let (owner, here) = (here.owner, here.id);
    let mut expect = SnapshotRecord::default();
    assert_eq!(store.snapshot_record(here).await.unwrap(), expect);
    assert!(store.snapshot_records(owner).await.unwrap().is_empty());

    expect.settings = SnapshotSettings {
        every: Some(Every::Hours(6)),
        keep_weekly: Some(0),
        ..SnapshotSettings::default()
    };
    store.set_snapshots(here, &expect.settings).await.unwrap();
    assert_eq!(store.snapshot_record(here).await.unwrap(), expect);
    expect.failure = Some(failure(5, &"ä".repeat(2_000)));
    let why = expect.failure.as_mut().unwrap();
    store.snapshot_failed(here, why).await.unwrap();
    let kept = store.snapshot_record(here).await.unwrap().failure.unwrap();
    assert!(kept.why.len() <= 1_000 && kept.why.ends_with('…'));
    expect.failure = Some(failure(6, "no room"));
    let why = expect.failure.as_ref().unwrap();
    store.snapshot_failed(here, why).await.unwrap();
    expect.alert = SnapshotAlert {
        since: Some(Timestamp(7)),
        mailed: Some(Timestamp(8)),
    };
    store.set_snapshot_alert(here, expect.alert).await.unwrap();
    assert_eq!(store.snapshot_record(here).await.unwrap(), expect);

    // Whatever is recorded leaves the rest alone, but for the failures that a success ends.
    for missed in [Some("nas: away".to_owned()), None] {
        let success = SnapshotSuccess {
            made: Timestamp(9),
            kept: 1,
            places: 2,
            missed,
        };
        store.snapshot_taken(here, &success).await.unwrap();
        expect.success = Some(success);
        expect.failure = None;
        assert_eq!(store.snapshot_record(here).await.unwrap(), expect);
    }
    expect.alert = SnapshotAlert::default();
    store.set_snapshot_alert(here, expect.alert).await.unwrap();
    let all = store.snapshot_records(owner).await.unwrap();
    assert_eq!(all, [(here, expect)]);
    assert!(
        store
            .snapshot_records(there.owner)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .snapshot_records(AccountId::new())
            .await
            .unwrap()
            .is_empty()
    );

    let nobody = AppspaceId::new();
    assert_missing(store.snapshot_failed(nobody, &failure(1, "")).await);
    assert_missing(
        store
            .set_snapshots(nobody, &SnapshotSettings::default())
            .await,
    );
    assert_missing(
        store
            .set_snapshot_alert(nobody, SnapshotAlert::default())
            .await,
    );
    store.remove(here).await.unwrap();
    let gone = store.snapshot_record(here).await.unwrap();
    assert_eq!(gone, SnapshotRecord::default());
}
