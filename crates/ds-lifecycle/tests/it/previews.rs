//! Opening snapshots for a look.

use std::{fs, path::Path, sync::Arc, time::Duration};

use ds_backup::{
    ABOUT, CopyReason,
    snapshots::{Place, Retention, SnapshotId},
};
use ds_core::{
    AppStore as _, Appspace, AppspaceStore as _, Closed, Closure, MemberStore as _, Schema,
    SchemaStore as _, error_chain,
};
use ds_lifecycle::{JobError, Keeper, Lifecycle, NewPreview, Preview, PreviewError, Previews};
use ds_testkit::sample;

use crate::{
    state::State,
    world::{World, scratch},
};

const HOUR: Duration = Duration::from_hours(1);

/// The first snapshot, to be opened.
pub(crate) async fn first(world: &World) -> NewPreview {
    new(world, world.snapshots.shelf.ids().remove(0)).await
}

async fn new(world: &World, snapshot: SnapshotId) -> NewPreview {
    let label = Previews::label();
    NewPreview {
        of: world.appspace().await.id,
        snapshot,
        bytes: 1_000,
        address: format!("{label}.example.com").parse().unwrap(),
    }
}

async fn open(lifecycle: &Lifecycle, new: NewPreview) -> Result<Arc<Preview>, PreviewError> {
    lifecycle.preview(new)?.wait().await
}

/// A world with an appspace of this version, a snapshot of it, and other data since.
async fn world(root: &Path, version: &str) -> (World, Appspace) {
    let world = World::new(root).await;
    let appspace = world.create(version).await;
    let taken = world
        .lifecycle()
        .take_snapshot(appspace.id, CopyReason::Asked);
    taken.unwrap().wait().await.unwrap();
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("note"), "written since").unwrap();
    (world, appspace)
}

fn note(dir: &ds_core::AppspaceDir) -> String {
    fs::read_to_string(dir.files().join("note")).unwrap()
}

#[tokio::test]
async fn what_was_is_seen_beside_what_is() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "1.0.0").await;
    let before = State::of(&world).await;
    let lifecycle = world.lifecycle();
    let new = first(&world).await;
    let preview = open(&lifecycle, new.clone()).await.unwrap();

    let id = preview.appspace.id;
    assert_ne!(id, appspace.id);
    assert_eq!(
        (preview.of, preview.appspace.owner, &preview.appspace.app),
        (appspace.id, appspace.owner, &appspace.app)
    );
    assert_eq!(note(&world.data.preview(id)), "written by Ada");
    assert_eq!(note(&world.data.appspace(appspace.id)), "written since");
    // Its members are found by its id, and it is in no table.
    let members = world.dbs.members(id).await.unwrap();
    assert_eq!(members, world.dbs.members(appspace.id).await.unwrap());
    assert_eq!(members[0].proxy_id, preview.owner);
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(1));
    assert_eq!(world.store.at(&new.address).await.unwrap(), None);
    assert_eq!(world.store.appspace(id).await.unwrap(), None);

    let previews = lifecycle.previews();
    assert_eq!(previews.at(&new.address), Some(Arc::clone(&preview)));
    assert_eq!(previews.at(&appspace.address), None);
    assert_eq!(previews.of(appspace.owner), std::slice::from_ref(&preview));
    assert_eq!(previews.of(sample::account("bob@example.com").id), []);
    assert!(previews.has(id) && !previews.has(appspace.id));
    // The appspace goes on, and may be worked on.
    drop(world.gates.of(&appspace).enter().unwrap());
    let taken = lifecycle.take_snapshot(appspace.id, CopyReason::Asked);
    taken.unwrap().wait().await.unwrap();

    let gate = world.gates.of_new(id);
    assert!(lifecycle.close_preview(id).await);
    assert_eq!(previews.at(&new.address), None);
    assert_eq!(gate.enter().err(), Some(Closed::Standing(Closure::Deleted)));
    assert!(!lifecycle.close_preview(id).await, "it is closed");
    let after = State::of(&world).await;
    assert!(after.is_tidy() && after.previews == 0);
    assert_eq!(after.appspaces, before.appspaces);
}

#[tokio::test]
async fn a_real_repository_serves_as_well() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "1.0.0").await;
    let place = Place::Local(root.path().join("repository"));
    let key = root.path().join("key");
    let keeper = Keeper::new(vec![place], key, Arc::new(Retention::default()));
    let lifecycle = world.lifecycle_with(Arc::new(keeper));
    let taken = lifecycle.take_snapshot(appspace.id, CopyReason::Asked);
    let taken = taken.unwrap().wait().await.unwrap();
    let id = taken.places[0].outcome.clone().unwrap().id;
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("note"), "later").unwrap();
    let preview = open(&lifecycle, new(&world, id).await).await.unwrap();
    let dir = world.data.preview(preview.appspace.id);
    assert_eq!(note(&dir), "written since");
    assert_eq!(
        fs::read(dir.files().join("more/note")).unwrap(),
        vec![7; 100_000]
    );
    lifecycle.close_previews().await;
    assert!(!dir.root().exists());
    assert_eq!(note(&world.data.appspace(appspace.id)), "later");
}

#[tokio::test]
async fn few_are_open_at_once() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "1.0.0").await;
    let lifecycle = world.lifecycle();
    let mut all = Vec::new();
    for _ in 0..4 {
        // What fails takes no place.
        let none = NewPreview {
            snapshot: format!("{:064}", 9).parse().unwrap(),
            ..first(&world).await
        };
        let error = open(&lifecycle, none).await.unwrap_err();
        assert!(
            error_chain(&error).contains("nothing of that name"),
            "{error:?}"
        );
        all.push(open(&lifecycle, first(&world).await).await.unwrap());
    }
    all.reverse();
    assert_eq!(lifecycle.previews().of(appspace.owner), all);
    let refused = open(&lifecycle, first(&world).await).await;
    assert!(matches!(refused, Err(PreviewError::TooMany)), "{refused:?}");
    assert!(lifecycle.close_preview(all[1].appspace.id).await);
    open(&lifecycle, first(&world).await).await.unwrap();
    lifecycle.close_previews().await;
    assert_eq!(State::of(&world).await.previews, 0);
}

#[tokio::test]
async fn what_nobody_uses_is_closed_and_what_is_too_old() {
    let root = scratch();
    let (world, _) = world(root.path(), "1.0.0").await;
    let lifecycle = world.lifecycle();
    let unused = open(&lifecycle, first(&world).await).await.unwrap();
    let used = open(&lifecycle, first(&world).await).await.unwrap();
    let is_open = |preview: &Preview| lifecycle.previews().has(preview.appspace.id);
    let almost = HOUR.saturating_sub(Duration::from_secs(1));
    world.clock.advance(almost);
    lifecycle.close_old_previews().await;
    assert!(is_open(&unused) && is_open(&used));
    assert!(lifecycle.previews().at(&used.appspace.address).is_some());
    world.clock.advance(Duration::from_secs(1));
    lifecycle.close_old_previews().await;
    assert!(!is_open(&unused) && is_open(&used));

    // A long answer is use.
    let inside = world.gates.of_new(used.appspace.id).enter().unwrap();
    world.clock.advance(almost);
    lifecycle.close_old_previews().await;
    drop(inside);
    world.clock.advance(almost);
    lifecycle.close_old_previews().await;
    assert!(is_open(&used));
    world.clock.advance(HOUR);
    assert!(lifecycle.previews().at(&used.appspace.address).is_some());
    // That was its last moment.
    let rest = used.until.0 - ds_core::Clock::now(&*world.clock).0;
    world
        .clock
        .advance(Duration::from_millis(rest.try_into().unwrap()));
    lifecycle.close_old_previews().await;
    assert!(!is_open(&used));
    assert_eq!(State::of(&world).await.previews, 0);
}

#[tokio::test]
async fn it_runs_on_a_version_that_is_for_its_data() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "2.0.0").await;
    let lifecycle = world.lifecycle();
    let runs = async || {
        let preview = open(&lifecycle, first(&world).await).await;
        let preview = preview.map_err(|error| error_chain(&error))?;
        let made_with = preview.about.app.version.to_string();
        assert_eq!(made_with, "2.0.0");
        Ok::<_, String>(preview.appspace.version.to_string())
    };
    let to = world.version("3.0.0").await.id;
    let changed = lifecycle.change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    assert_eq!(runs().await.unwrap(), "2.0.0");
    let made_with = world.version("2.0.0").await.id;
    world.store.remove_version(made_with).await.unwrap();
    // It has the same schema.
    assert_eq!(runs().await.unwrap(), "3.0.0");
    let to = world.version("1.0.0").await.id;
    let changed = lifecycle.change_version(appspace.id, to).await;
    changed.unwrap().wait().await.unwrap();
    let same = world.version("3.0.0").await.id;
    world.store.remove_version(same).await.unwrap();
    let error = runs().await.unwrap_err();
    assert!(error.contains("install version 2.0.0"), "{error}");
    lifecycle.close_previews().await;
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn what_cannot_be_opened_leaves_nothing() {
    let root = scratch();
    let (mut world, _) = world(root.path(), "1.0.0").await;
    let before = State::of(&world).await;
    let lifecycle = world.lifecycle();
    let too_large = NewPreview {
        bytes: u64::MAX,
        ..first(&world).await
    };
    let refused = open(&lifecycle, too_large).await;
    assert!(
        matches!(refused, Err(PreviewError::NoRoom { .. })),
        "{refused:?}"
    );
    let dir = world.snapshots.shelf.dir(&world.snapshots.shelf.ids()[0]);
    let whole = root.path().join("whole");
    crate::shelf::copy_all(&dir, &whole);
    let about = fs::read_to_string(dir.join(ABOUT)).unwrap();
    let own = serde_json::to_string(&world.appspace().await.id).unwrap();
    let other = serde_json::to_string(&ds_core::AppspaceId::new()).unwrap();
    let cases: [(&dyn Fn(), &str); 3] = [
        (
            &|| fs::write(dir.join("data/appspace-meta.db-wal"), "").unwrap(),
            "is not what an appspace's data has",
        ),
        (
            &|| fs::write(dir.join("data/appspace-meta.db"), "no database").unwrap(),
            "cannot be used",
        ),
        (
            &|| fs::write(dir.join(ABOUT), about.replace(&own, &other)).unwrap(),
            "of another appspace",
        ),
    ];
    for (harm, expect) in cases {
        harm();
        let opened = open(&lifecycle, first(&world).await).await;
        let error = opened.err().unwrap_or_else(|| panic!("{expect}"));
        let error = error_chain(&error);
        assert!(error.contains(expect), "{expect}: {error}");
        assert!(State::of(&world).await == before, "{expect}");
        fs::remove_dir_all(&dir).unwrap();
        crate::shelf::copy_all(&whole, &dir);
    }
    world.least_free = u64::MAX;
    let refused = open(&world.lifecycle(), first(&world).await).await;
    assert!(
        matches!(refused, Err(PreviewError::Job(JobError::NoRoom { .. }))),
        "{refused:?}"
    );
    open(&lifecycle, first(&world).await).await.unwrap();
}

#[tokio::test]
async fn one_without_an_owner_is_for_nobody() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "1.0.0").await;
    let dir = world.snapshots.shelf.dir(&world.snapshots.shelf.ids()[0]);
    let inside = ds_store::AppspaceDbs::fixed(ds_core::AppspaceDir::new(dir));
    let owner = inside.members(appspace.id).await.unwrap().remove(0);
    inside
        .remove_member(appspace.id, &owner.proxy_id)
        .await
        .unwrap();
    ds_core::Closes::close(&inside, appspace.id).await;
    let refused = open(&world.lifecycle(), first(&world).await).await;
    assert!(matches!(refused, Err(PreviewError::NoOwner)), "{refused:?}");
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn a_start_finds_none() {
    let root = scratch();
    let (world, appspace) = world(root.path(), "1.0.0").await;
    let before = State::of(&world).await;
    let new = first(&world).await;
    open(&world.lifecycle(), new.clone()).await.unwrap();
    assert_eq!(State::of(&world).await.previews, 1);
    // As after a crash: nobody knows it any more.
    let next = world.lifecycle();
    next.recover().await.unwrap();
    assert_eq!(next.previews().at(&new.address), None);
    assert_eq!(next.previews().of(appspace.owner), []);
    assert!(State::of(&world).await == before);
}
