//! Putting snapshots back.

use std::{fs, os::unix::fs::symlink, path::Path};

use ds_backup::{ABOUT, CopyReason, snapshots::SnapshotId};
use ds_core::{
    AppStore as _, Appspace, AppspaceStore as _, Closes as _, MemberStore as _, error_chain,
};
use ds_lifecycle::Restored;
use ds_testkit::sample;

use crate::{
    state::State,
    world::{NOTES, World, scratch},
};

/// A world with an appspace, a snapshot of it, and other data since.
async fn world(root: &Path) -> (World, Appspace, SnapshotId) {
    let world = World::new(root).await;
    let appspace = world.create("1.0.0").await;
    let taken = world
        .lifecycle()
        .take_snapshot(appspace.id, CopyReason::Asked);
    taken.unwrap().wait().await.unwrap();
    let id = world.snapshots.shelf.ids().remove(0);
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("note"), "written since").unwrap();
    fs::remove_dir_all(files.join("more")).unwrap();
    fs::write(files.join("new"), "since").unwrap();
    (world, appspace, id)
}

async fn restore(
    world: &World,
    snapshot: &SnapshotId,
    part: Option<&str>,
) -> Result<Restored, String> {
    let id = world.appspace().await.id;
    let part = part.map(Into::into);
    let job = world.lifecycle().restore(id, snapshot.clone(), part).await;
    let done = job.map_err(|e| error_chain(&e))?.wait().await;
    done.map_err(|e| error_chain(&e))
}

#[tokio::test]
async fn all_is_as_it_was_and_what_was_since_is_kept() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    let restored = restore(&world, &id, None).await.unwrap();
    assert_eq!(restored.appspace, appspace);
    assert_eq!(restored.before.as_deref(), Some("snapshot 2"));
    assert_eq!(*world.snapshots.forgotten.lock().unwrap(), ["snapshot 1"]);
    let spread = world.snapshots.spread.lock().unwrap().clone();
    assert_eq!((spread.len(), spread[0].1.as_str()), (1, "written since"));
    let files = world.data.appspace(appspace.id).files();
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert_eq!(note, "written by Ada");
    assert!(files.join("more/note").is_file() && !files.join("new").exists());
    let before = world.snapshots.taken.lock().unwrap()[1].clone();
    assert_eq!(before.reason, CopyReason::BeforeRestore);
    assert!(State::of(&world).await.is_tidy());
    drop(world.gates.of(&appspace).enter().unwrap());
}

#[tokio::test]
async fn unless_it_is_known_who_may_not_come_back_nothing_is_restored() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    fs::write(&world.barred.0, "nobody knows").unwrap();
    let failed = restore(&world, &id, None).await.unwrap_err();
    assert!(failed.contains("who may not come back"), "{failed}");
    let files = world.data.appspace(appspace.id).files();
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert_eq!(note, "written since");
    drop(world.gates.of(&appspace).enter().unwrap());
    let anew = world.anew("beside.example.com").await;
    let job = world.lifecycle().restore_anew(anew).unwrap();
    assert!(job.wait().await.is_err());
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn a_part_leaves_the_rest_alone() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    let files = world.data.appspace(appspace.id).files();
    restore(&world, &id, Some("more/note")).await.unwrap();
    assert!(files.join("more/note").is_file());
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert_eq!(note, "written since");
    restore(&world, &id, Some("note")).await.unwrap();
    let note = fs::read_to_string(files.join("note")).unwrap();
    assert_eq!(note, "written by Ada");
    // A directory in the place of a file.
    fs::remove_dir_all(files.join("more")).unwrap();
    fs::write(files.join("more"), "a file").unwrap();
    restore(&world, &id, Some("more")).await.unwrap();
    assert!(files.join("more/note").is_file() && files.join("new").exists());
    restore(&world, &id, Some("")).await.unwrap();
    assert!(files.join("note").is_file() && !files.join("new").exists());
}

#[tokio::test]
async fn no_part_leads_out_of_the_apps_files() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    let files = world.data.appspace(appspace.id).files();
    let elsewhere = root.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let before = State::of(&world).await;
    symlink(&elsewhere, files.join("more")).unwrap();
    for (part, expect) in [
        ("../appspace-meta.db", "is no path"),
        ("/etc/passwd", "is no path"),
        ("a/../../x", "is no path"),
        ("nothing", "nothing of that name"),
        // An app's link is not followed.
        ("more/note", "is no directory now"),
    ] {
        let error = restore(&world, &id, Some(part)).await.unwrap_err();
        assert!(error.contains(expect), "{part}: {error}");
    }
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
    fs::remove_file(files.join("more")).unwrap();
    assert!(State::of(&world).await == before);
}

#[tokio::test]
async fn the_version_that_the_data_is_for_runs_again() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    let files = world.data.appspace(appspace.id).files();
    fs::create_dir(files.join("more")).unwrap();
    let to = world.version("2.0.0").await.id;
    let changed = world.lifecycle().change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    let restored = restore(&world, &id, None).await.unwrap();
    assert_eq!(restored.appspace.version.to_string(), "1.0.0");

    let changed = world.lifecycle().change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    let old = world.version("1.0.0").await.id;
    world.store.remove_version(old).await.unwrap();
    let before = State::of(&world).await;
    let error = restore(&world, &id, None).await.unwrap_err();
    assert!(error.contains("install version 1.0.0"), "{error}");
    assert!(State::of(&world).await == before);
}

#[tokio::test]
async fn an_appspace_whose_data_is_gone_comes_back() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    world.dbs.close(appspace.id).await;
    fs::remove_dir_all(world.data.appspace(appspace.id).data()).unwrap();
    let restored = restore(&world, &id, None).await.unwrap();
    assert_eq!(restored.before, None);
    let state = State::of(&world).await;
    assert!(state.is_tidy() && state.appspaces.len() == 1);
}

#[tokio::test]
async fn anew_its_members_come_along_and_its_owner_is_who_asks() {
    let root = scratch();
    let (world, appspace, _) = world(root.path()).await;
    let lifecycle = world.lifecycle();
    let anew = world.anew(NOTES).await;
    let taken = lifecycle.restore_anew(anew.clone()).unwrap().wait().await;
    assert!(taken.unwrap_err().to_string().contains("is taken"));
    let stranger = sample::account("bob@example.com");
    let anew = ds_lifecycle::Anew {
        address: "again.example.com".parse().unwrap(),
        ..anew
    };
    let no_app = ds_lifecycle::Anew {
        owner: stranger.id,
        ..anew.clone()
    };
    let refused = lifecycle.restore_anew(no_app).unwrap().wait().await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("install it first")
    );

    let made = lifecycle.restore_anew(anew.clone()).unwrap().wait().await;
    let made = made.unwrap();
    assert_ne!(made.id, appspace.id);
    assert_eq!(
        world.store.at(&anew.address).await.unwrap(),
        Some(made.clone())
    );
    let old = world.dbs.members(appspace.id).await.unwrap();
    assert_eq!(world.dbs.members(made.id).await.unwrap(), old);
    let owner = world.dbs.member_of_account(made.id, anew.owner).await;
    assert!(owner.unwrap().unwrap().is_owner);
    drop(world.gates.of(&made).enter().unwrap());
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn of_another_host_the_owner_gets_its_owners_place() {
    let root = scratch();
    let (world, appspace, id) = world(root.path()).await;
    let dir = ds_core::AppspaceDir::new(world.snapshots.shelf.dir(&id));
    let inside = ds_store::AppspaceDbs::fixed(dir);
    let old = inside.members(appspace.id).await.unwrap().remove(0);
    // As if it were an account elsewhere.
    inside
        .remove_member(appspace.id, &old.proxy_id)
        .await
        .unwrap();
    let elsewhere = sample::account("eve@example.com").id;
    let added = inside.add_member(appspace.id, &old, Some(elsewhere)).await;
    added.unwrap();
    inside.close(appspace.id).await;
    let anew = world.anew("again.example.com").await;
    let made = world.lifecycle().restore_anew(anew.clone()).unwrap();
    let made = made.wait().await.unwrap();
    let members = world.dbs.members(made.id).await.unwrap();
    assert_eq!(members, std::slice::from_ref(&old));
    let owner = world.dbs.member_of_account(made.id, anew.owner).await;
    assert_eq!(owner.unwrap(), Some(old));
}

#[tokio::test]
async fn snapshots_that_no_host_would_take_change_nothing() {
    let root = scratch();
    let (world, _, id) = world(root.path()).await;
    let before = State::of(&world).await;
    let dir = world.snapshots.shelf.dir(&id);
    let about = fs::read_to_string(dir.join(ABOUT)).unwrap();
    let whole = root.path().join("whole");
    crate::shelf::copy_all(&dir, &whole);
    let meta = "data/appspace-meta.db";
    let cases: [(&str, &dyn Fn(), &str); 10] = [
        (
            "a stranger beside",
            &|| fs::write(dir.join("x"), "").unwrap(),
            "`x` is not what a copy has",
        ),
        (
            "a journal",
            &|| fs::write(dir.join(format!("{meta}-journal")), "").unwrap(),
            "meta.db-journal` is not what",
        ),
        (
            "no database",
            &|| fs::remove_file(dir.join(meta)).unwrap(),
            "is not there",
        ),
        (
            "another database",
            &|| fs::write(dir.join(meta), "no database at all, but long enough").unwrap(),
            "cannot be used",
        ),
        (
            "files are a file",
            &|| {
                fs::remove_dir_all(dir.join("data/files")).unwrap();
                fs::write(dir.join("data/files"), "").unwrap();
            },
            "`data/files` is not a directory",
        ),
        (
            "no description",
            &|| fs::remove_file(dir.join(ABOUT)).unwrap(),
            "is not there",
        ),
        (
            "no sense",
            &|| fs::write(dir.join(ABOUT), "{}").unwrap(),
            "cannot be understood",
        ),
        (
            "newer",
            &|| fs::write(dir.join(ABOUT), r#"{"format": 2}"#).unwrap(),
            "newer version",
        ),
        (
            "too long",
            &|| fs::write(dir.join(ABOUT), " ".repeat(2 << 20)).unwrap(),
            "too long",
        ),
        (
            "of another",
            &|| {
                let other = ds_core::AppspaceId::new().to_string();
                let own = about.split("\"appspace\": \"").nth(1).unwrap();
                let own = own.split('"').next().unwrap();
                fs::write(dir.join(ABOUT), about.replace(own, &other)).unwrap();
            },
            "another appspace",
        ),
    ];
    for (name, harm, expect) in cases {
        harm();
        let error = restore(&world, &id, None).await.unwrap_err();
        assert!(error.contains(expect), "{name}: {error}");
        assert!(State::of(&world).await == before, "{name}");
        fs::remove_dir_all(&dir).unwrap();
        crate::shelf::copy_all(&whole, &dir);
    }
    restore(&world, &id, None).await.unwrap();
}
