//! Reading the snapshots back, as a job.

use std::{path::Path, sync::Arc};

use ds_backup::{
    CopyReason,
    snapshots::{Place, ReadBack, Retention},
};
use ds_core::JobKind;
use ds_lifecycle::{JobError, Keeper, Snapshotter as _, VerifyError};

use crate::{
    state::State,
    world::{World, scratch},
};

fn keeper(root: &Path) -> Keeper {
    let places = vec![Place::Local(root.join("repository"))];
    Keeper::new(places, root.join("key"), Arc::new(Retention::default()))
}

/// A repository with one snapshot.
async fn stored(world: &World, root: &Path) -> Keeper {
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    let taken = lifecycle.take_snapshot(appspace.id, CopyReason::Asked);
    let about = taken.unwrap().wait().await.unwrap().about;
    let keeper = keeper(root);
    let tree = world.snapshots.shelf.dir(&world.snapshots.shelf.ids()[0]);
    let progress = Arc::new(ds_backup::NoProgress);
    keeper.snapshot(&tree, &about, progress).await.unwrap();
    keeper
}

#[tokio::test]
async fn sound_and_damaged() {
    let (root, other) = (scratch(), scratch());
    let world = World::new(root.path()).await;
    let keeper = stored(&world, other.path()).await;
    let lifecycle = world.lifecycle();
    let look = async || {
        let job = lifecycle
            .verify_snapshots(keeper.clone(), ReadBack::All)
            .unwrap();
        let progress = job.progress();
        let found = job.wait().await.unwrap();
        let progress = progress.borrow().clone();
        assert_eq!((progress.kind, progress.appspace), (JobKind::Verify, None));
        found[0].outcome.as_ref().unwrap().is_sound()
    };
    assert!(look().await);
    let packs = other.path().join("repository/data");
    let pack = walk(&packs).into_iter().next().unwrap();
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes[10] ^= 1;
    let mut writable = std::fs::metadata(&pack).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut writable, 0o600);
    std::fs::set_permissions(&pack, writable).unwrap();
    std::fs::write(&pack, bytes).unwrap();
    assert!(!look().await);
    assert!(State::of(&world).await.is_tidy());
}

fn walk(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn one_at_a_time_and_given_up_when_asked() {
    let (root, other) = (scratch(), scratch());
    let world = World::new(root.path()).await;
    let keeper = stored(&world, other.path()).await;
    let lifecycle = world.lifecycle();
    let look = || lifecycle.verify_snapshots(keeper.clone(), ReadBack::All);
    let job = look().unwrap();
    assert!(matches!(look(), Err(VerifyError::Twice)));
    lifecycle.jobs().cancel(job.id()).unwrap();
    let error = job.wait().await.unwrap_err();
    assert!(
        matches!(error, VerifyError::Job(JobError::Cancelled)),
        "{error:?}"
    );
    look().unwrap().wait().await.unwrap();
}

/// The first place is of no use when an appspace is prepared for a change, and answers again when it is closed for it.
#[tokio::test]
async fn a_place_that_was_of_no_use_is_not_waited_for_again() {
    let (root, other) = (scratch(), scratch());
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let taken = world
        .lifecycle()
        .take_snapshot(appspace.id, CopyReason::Asked);
    let about = taken.unwrap().wait().await.unwrap().about;
    let tree = world.snapshots.shelf.dir(&world.snapshots.shelf.ids()[0]);
    let (first, second) = (other.path().join("first"), other.path().join("second"));
    std::fs::write(&first, "in the way").unwrap();
    let places = vec![Place::Local(first.clone()), Place::Local(second)];
    let key = other.path().join("key");
    let keeper = Keeper::new(places, key, Arc::new(Retention::default()));
    let store = async || {
        let progress = Arc::new(ds_backup::NoProgress);
        keeper.snapshot(&tree, &about, progress).await.unwrap();
        let listed = keeper.list(None).await.unwrap();
        let count = |at: &ds_lifecycle::AtPlace<Vec<_>>| at.outcome.as_ref().map_or(0, Vec::len);
        listed.iter().map(count).collect::<Vec<_>>()
    };
    assert_eq!(store().await, [0, 1]);
    std::fs::remove_file(&first).unwrap();
    assert_eq!(store().await, [0, 2]);
    // The next change begins with the first place again.
    assert_eq!(store().await, [1, 2]);
}
