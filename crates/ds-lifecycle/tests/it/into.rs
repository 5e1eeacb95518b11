//! Archives that take the place of what an appspace has.

use std::{fs, path::Path};

use ds_core::{MemberStore as _, Schema, SchemaStore as _, error_chain};
use ds_lifecycle::{ImportedInto, Lifecycle, NewImport};

use crate::{
    archives,
    state::State,
    world::{World, scratch},
};

pub(crate) async fn into(
    world: &World,
    lifecycle: &Lifecycle,
    new: NewImport,
) -> Result<ImportedInto, String> {
    let id = world.appspace().await.id;
    let job = lifecycle.import_into(id, new).await;
    let done = job.map_err(|error| error_chain(&error))?.wait().await;
    done.map_err(|error| error_chain(&error))
}

/// A world with an appspace, an archive of it, and other data since.
async fn world(root: &Path) -> World {
    let world = World::new(root).await;
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    let exported = archives::export(&lifecycle, appspace.id, world.archive()).await;
    exported.unwrap();
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("note"), "written since").unwrap();
    fs::write(files.join("new"), "since").unwrap();
    world
}

#[tokio::test]
async fn the_archive_takes_the_place_and_what_was_there_is_kept() {
    let root = scratch();
    let world = world(root.path()).await;
    let appspace = world.appspace().await;
    let new = world.import(&world.archive(), None).await;
    let done = into(&world, &world.lifecycle(), new.clone()).await.unwrap();
    assert_eq!(done.imported.appspace, appspace);
    assert_eq!(done.before.as_deref(), Some("snapshot 2"));
    assert_eq!(world.snapshots.spread.lock().unwrap()[0].1, "written since");
    let files = world.data.appspace(appspace.id).files();
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert!(note == "written by Ada" && !files.join("new").exists());
    let owner = world
        .dbs
        .member_of_account(appspace.id, appspace.owner)
        .await;
    assert!(owner.unwrap().unwrap().is_owner);
    drop(world.gates.of(&appspace).enter().unwrap());
    assert!(State::of(&world).await.is_tidy());

    // The version that made it runs again.
    let to = world.version("2.0.0").await.id;
    let changed = world.lifecycle().change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    let done = into(&world, &world.lifecycle(), new.clone()).await.unwrap();
    assert_eq!(done.imported.appspace.version_id, appspace.version_id);
    assert_eq!(world.dbs.schema(appspace.id).await.unwrap(), Schema(1));

    // If that is not there any more, the one that runs does, on migrated data.
    let changed = world.lifecycle().change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    ds_core::AppStore::remove_version(&*world.store, appspace.version_id)
        .await
        .unwrap();
    let done = into(&world, &world.lifecycle(), new).await.unwrap();
    assert_eq!(done.imported.appspace.version_id, to);
    assert_eq!(world.dbs.schema(appspace.id).await.unwrap(), Schema(3));
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert_eq!(note, "migrated to 3");
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn what_does_not_fit_changes_nothing() {
    let root = scratch();
    let world = world(root.path()).await;
    let appspace = world.appspace().await;
    let fails = async |new: NewImport, words: &str| {
        let before = State::of(&world).await;
        let error = into(&world, &world.lifecycle(), new).await.unwrap_err();
        assert!(error.contains(words), "{error}");
        assert_eq!(State::of(&world).await, before, "{words}");
        drop(world.gates.of(&appspace).enter().unwrap());
    };
    let good = world.import(&world.archive(), None).await;
    let nothing = world.import(Path::new("/nothing"), None).await;
    fails(nothing, "cannot read /nothing").await;
    let cut = root.path().join("cut.tar.zst");
    let bytes = fs::read(world.archive()).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    fails(world.import(&cut, None).await, "archive").await;
    *world.snapshots.fail.lock().unwrap() = Some("the bucket is gone");
    fails(good, "no snapshot of the present state could be taken").await;
    *world.snapshots.fail.lock().unwrap() = None;

    // Of another app.
    let app = ds_testkit::sample::app(appspace.owner, "Other");
    let mut version = ds_testkit::sample::version(&app, "1.0.0");
    version.manifest.name = "Other".into();
    ds_core::AppStore::add_version(&*world.store, &app, &version)
        .await
        .unwrap();
    let other = ds_lifecycle::NewAppspace {
        version,
        ..world.new_appspace("1.0.0", "other.example.com").await
    };
    let other = world.lifecycle().create(other).await.unwrap();
    let archive = root.path().join("other.tar.zst");
    let exported = archives::export(&world.lifecycle(), other.id, archive.clone()).await;
    exported.unwrap();
    let archive = world.import(&archive, None).await;
    fails(archive, "is of the app Other, and this appspace runs Notes").await;
}
