//! Bringing to rest, pausing and resuming.

use std::{fs, time::Duration};

use ds_backup::Consistency;
use ds_core::{AppspaceStore as _, Closed, Closure, Reason};
use ds_lifecycle::RestError;

use crate::world::{World, scratch};

#[tokio::test]
async fn how_the_app_left_its_databases() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    let lifecycle = world.lifecycle();
    let (hold, found) = lifecycle.at_rest(id, Reason::Snapshot).await.unwrap();
    assert_eq!(found, Consistency::AtRest);
    drop(hold);

    let log = world.data.appspace(id).files().join("more/app.db-wal");
    fs::write(log, [0x37, 0x7f, 0x06, 0x82, 0, 0]).unwrap();
    let (_hold, found) = lifecycle.at_rest(id, Reason::Snapshot).await.unwrap();
    assert_eq!(found, Consistency::Crash);
}

#[tokio::test]
async fn who_does_not_leave_is_told_of() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    let gate = world.gates.of(&appspace);
    let lease = gate.enter().unwrap();
    let refused = lifecycle.rest(appspace.id, Reason::Snapshot).await;
    let after = Duration::from_millis(400);
    assert!(matches!(refused, Err(RestError::StillInUse { after: a }) if a == after));
    assert_eq!(gate.closed(), None);
    drop(lease);
    let held = lifecycle.rest(appspace.id, Reason::Snapshot).await;
    assert_eq!(held.unwrap().appspace(), appspace.id);
}

#[tokio::test]
async fn a_pause_stays() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    let gate = world.gates.of(&appspace);
    lifecycle.pause(appspace.id).await.unwrap();
    let paused = Some(Closed::Standing(Closure::Paused));
    assert_eq!(gate.closed(), paused);
    assert!(
        world
            .store
            .appspace(appspace.id)
            .await
            .unwrap()
            .unwrap()
            .paused
    );
    drop(lifecycle.rest(appspace.id, Reason::Snapshot).await.unwrap());
    assert_eq!(gate.closed(), paused);
    lifecycle.resume(appspace.id).await.unwrap();
    assert_eq!(gate.closed(), None);
}
