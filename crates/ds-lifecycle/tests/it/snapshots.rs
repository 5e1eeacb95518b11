//! Taking snapshots, with places that remember what they were given.

use std::fs;

use ds_backup::{ABOUT, About, Consistency, CopyReason};
use ds_core::{Closes as _, MemberStore as _, Schema};
use ds_lifecycle::TakeError;

use crate::{
    state::State,
    world::{World, scratch},
};

#[tokio::test]
async fn a_snapshot_is_stored_while_the_appspace_goes_on() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    *world.snapshots.open.lock().unwrap() = Some(world.gates.of(&appspace));
    let taken = lifecycle.take_snapshot(appspace.id, CopyReason::Schedule);
    let taken = taken.unwrap().wait().await.unwrap();
    let about = &taken.about;
    assert_eq!(
        (about.appspace, about.schema, about.members),
        (appspace.id, Schema(1), 1)
    );
    assert_eq!(about.reason, CopyReason::Schedule);
    assert_eq!(about.consistency, Consistency::AtRest);
    assert_eq!(about.address, appspace.address);
    let went: Vec<_> = taken
        .places
        .iter()
        .map(|kept| (kept.place.as_str(), kept.outcome.is_ok()))
        .collect();
    assert_eq!(went, [("far", false), ("near", true)]);

    let id = &world.snapshots.shelf.ids()[0];
    let dir = world.snapshots.shelf.dir(id);
    let text = fs::read(dir.join(ABOUT)).unwrap();
    assert_eq!(&serde_json::from_slice::<About>(&text).unwrap(), about);
    let note = fs::read_to_string(dir.join("data/files/note")).unwrap();
    assert_eq!(note, "written by Ada");
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn one_that_no_place_takes_fails_and_says_why() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let before = State::of(&world).await;
    *world.snapshots.fail.lock().unwrap() = Some("the disk is gone");
    let taken = world
        .lifecycle()
        .take_snapshot(appspace.id, CopyReason::Asked);
    let error = taken.unwrap().wait().await.unwrap_err();
    assert!(matches!(error, TakeError::Nowhere(_)), "{error:?}");
    assert!(
        error.to_string().contains("near: the disk is gone"),
        "{error}"
    );
    assert_eq!(State::of(&world).await, before);
    drop(world.gates.of(&appspace).enter().unwrap());
}

#[tokio::test]
async fn what_an_app_left_open_is_told() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("notes.db"), b"SQLite format 3\0").unwrap();
    fs::write(files.join("notes.db-wal"), [0x37, 0x7f, 0x06, 0x82, 1, 2]).unwrap();
    let taken = world
        .lifecycle()
        .take_snapshot(appspace.id, CopyReason::Asked);
    let taken = taken.unwrap().wait().await.unwrap();
    assert_eq!(taken.about.consistency, Consistency::Crash);
    world.dbs.members(appspace.id).await.unwrap();
    world.dbs.close(appspace.id).await;
}
