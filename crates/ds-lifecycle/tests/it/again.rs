//! Taking snapshots again: of what changed alone, and of all where that is not enough.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_backup::{
    About, CopyReason, LatestFiles, LeftOut, Progress,
    snapshots::{Place, Retention, SnapshotId},
};
use ds_core::{AppspaceId, SystemClock};
use ds_lifecycle::{Keeper, Kept, Lifecycle, ReadError, SnapshotError, Snapshotter, Taken};

use crate::{
    state::State,
    world::{World, scratch},
};

fn keeper(root: &Path, places: &[&str]) -> Keeper {
    let places = places.iter().map(|name| Place::Local(root.join(name)));
    Keeper::new(
        places.collect(),
        root.join("key"),
        Arc::new(Retention::default()),
    )
}

async fn take(lifecycle: &Lifecycle, of: AppspaceId) -> Taken {
    let taken = lifecycle.take_snapshot(of, CopyReason::Asked).unwrap();
    taken.wait().await.unwrap()
}

/// Until a file's last change can be told from the next one by its time.
async fn settled(file: &Path) {
    let changed = fs::metadata(file).unwrap().ctime();
    loop {
        let now = ds_core::Clock::now(&SystemClock).0.div_euclid(1000);
        if now - changed > 3 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many files were read for it at each place.
fn read(taken: &Taken) -> Vec<u64> {
    let each = taken.places.iter();
    each.map(|kept| kept.outcome.as_ref().unwrap().files_read)
        .collect()
}

async fn note_of(keeper: &Keeper, taken: &Taken, place: usize, to: &Path) -> String {
    let id = &taken.places[place].outcome.as_ref().unwrap().id;
    let progress = Arc::new(ds_backup::NoProgress);
    keeper.read(id, to, None, progress).await.unwrap();
    let (note, large) = (to.join("data/files/note"), to.join("data/files/large"));
    assert_eq!(fs::read(large).unwrap(), vec![7; 300_000]);
    fs::read_to_string(note).unwrap()
}

#[tokio::test]
async fn what_did_not_change_is_taken_from_the_latest_at_every_place() {
    let (root, other) = (scratch(), scratch());
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("large"), vec![7; 300_000]).unwrap();
    settled(&files.join("large")).await;
    let both = keeper(other.path(), &["one", "two"]);
    let one = keeper(other.path(), &["one"]);
    let lifecycle = world.lifecycle_with(Arc::new(one.clone()));
    assert!(one.latest_files(appspace.id).await.is_none());
    take(&lifecycle, appspace.id).await;
    assert!(one.latest_files(appspace.id).await.is_some());

    // A place that has none yet gets everything.
    assert!(both.latest_files(appspace.id).await.is_none());
    let lifecycle = world.lifecycle_with(Arc::new(both.clone()));
    let second = take(&lifecycle, appspace.id).await;
    let [there, new] = read(&second)[..] else {
        panic!("{second:?}")
    };
    assert!(there < new, "{there} and {new}");

    fs::write(files.join("note"), "third").unwrap();
    assert!(both.latest_files(appspace.id).await.is_some());
    let third = take(&lifecycle, appspace.id).await;
    assert_eq!(read(&third)[0], read(&third)[1]);
    for place in 0..2 {
        let to = other.path().join(format!("restored-{place}"));
        assert_eq!(note_of(&both, &third, place, &to).await, "third");
    }
    assert!(State::of(&world).await.is_tidy());
}

/// Says once that what was left out is gone.
struct Forgetful {
    keeper: Keeper,
    asked: AtomicU32,
}

#[async_trait]
impl Snapshotter for Forgetful {
    async fn snapshot(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<String, SnapshotError> {
        self.keeper.snapshot(tree, about, progress).await
    }
    async fn keep(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        self.keeper.keep(tree, about, progress).await
    }
    async fn latest_files(&self, of: AppspaceId) -> Option<Arc<LatestFiles>> {
        let latest = self.keeper.latest_files(of).await?;
        let each = self.keeper.list(Some(of)).await.unwrap();
        let ids = each.into_iter().flat_map(|at| at.outcome.unwrap());
        self.keeper
            .forget(ids.map(|one| one.id).collect())
            .await
            .unwrap();
        Some(latest)
    }
    async fn keep_changed(
        &self,
        tree: &Path,
        left_out: Arc<LeftOut>,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Option<Vec<Kept>>, SnapshotError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let kept = self.keeper.keep_changed(tree, left_out, about, progress);
        kept.await
    }
    async fn forget(&self, id: &str) -> Result<(), SnapshotError> {
        Snapshotter::forget(&self.keeper, id).await
    }
    async fn read(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        progress: Arc<dyn Progress>,
    ) -> Result<(), ReadError> {
        self.keeper.read(id, to, only, progress).await
    }
}

#[tokio::test]
async fn all_is_copied_if_the_latest_goes_meanwhile() {
    let (root, other) = (scratch(), scratch());
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let files = world.data.appspace(appspace.id).files();
    fs::write(files.join("large"), vec![7; 300_000]).unwrap();
    settled(&files.join("large")).await;
    let keeper = keeper(other.path(), &["one"]);
    let forgetful = Arc::new(Forgetful {
        keeper: keeper.clone(),
        asked: AtomicU32::new(0),
    });
    let lifecycle = world.lifecycle_with(forgetful.clone());
    take(&lifecycle, appspace.id).await;
    assert_eq!(forgetful.asked.load(Ordering::SeqCst), 1);
    fs::write(files.join("note"), "second").unwrap();
    let second = take(&lifecycle, appspace.id).await;
    assert_eq!(
        forgetful.asked.load(Ordering::SeqCst),
        3,
        "the second was begun anew"
    );
    let to = other.path().join("restored");
    assert_eq!(note_of(&keeper, &second, 0, &to).await, "second");
    let there = keeper.list(None).await.unwrap();
    assert_eq!(there[0].outcome.as_ref().unwrap().len(), 1);
    assert!(State::of(&world).await.is_tidy());
}
