//! What the latest snapshot has is not cloned for the next one; and what is restored is whole all the same.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_backup::{
    LatestFiles, LeftOut,
    snapshots::{Grace, Repository, SnapshotError, Stored},
};
use ds_core::{AppspaceId, Gate, Reason};

use super::support::{Home, assert_same, files_of, later, quiet, wait_until_settled};

/// A clone of what changed since the latest snapshot.
struct Changed {
    tree: PathBuf,
    left_out: Arc<LeftOut>,
}

impl Changed {
    fn clone(home: &Home, latest: LatestFiles) -> Self {
        let tree = home.dir.path().join("changed");
        fs::create_dir(&tree).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let (_, left_out) = runtime.unwrap().block_on(async {
            let gate = Gate::new(AppspaceId::new());
            let hold = gate.hold(Reason::Snapshot).await;
            let (latest, to) = (Arc::new(latest), tree.join("data"));
            let cloned = ds_backup::clone_changed(&hold, home.live(), to, latest, quiet());
            cloned.await.unwrap()
        });
        let about = serde_json::to_vec(&home.about).unwrap();
        fs::write(tree.join("appspace.json"), about).unwrap();
        let left_out = Arc::new(left_out);
        Self { tree, left_out }
    }

    fn store(self, home: &Home, to: &Repository) -> Result<Stored, SnapshotError> {
        let stored = to.store_changed(&self.tree, &self.left_out, &home.about, quiet());
        fs::remove_dir_all(self.tree).unwrap();
        stored
    }
}

fn latest(home: &Home, of: &Repository) -> LatestFiles {
    of.latest_files(home.about.appspace).unwrap().unwrap()
}

#[test]
fn only_what_changed_is_cloned() {
    let mut home = Home::filled();
    wait_until_settled(&home.live().join("appspace-meta.db"));
    let repository = home.open();
    assert!(
        repository
            .latest_files(home.about.appspace)
            .unwrap()
            .is_none()
    );
    let first = home.store(&repository);

    fs::write(home.live().join("files/note.txt"), "two").unwrap();
    home.about = later(&home.about, 1);
    let changed = Changed::clone(&home, latest(&home, &repository));
    let cloned = files_of(&changed.tree.join("data/files"));
    let cloned = cloned.iter().filter(|path| !path.is_symlink());
    let cloned: Vec<_> = cloned.map(|path| path.file_name().unwrap()).collect();
    assert_eq!(cloned, ["note.txt"]);
    let second = changed.store(&home, &repository).unwrap();
    assert_eq!((second.files, second.files_read), (first.files, 2));
    assert_eq!(second.bytes_total, first.bytes_total);
    let restored = home.restore(&repository, &second.id);
    assert_same(&restored.join("data"), &home.live());
}

#[test]
fn what_the_app_did_meanwhile_is_stored() {
    let mut home = Home::filled();
    let files = home.live().join("files");
    let write = |name: &str, content: &str| fs::write(files.join(name), content).unwrap();
    fs::create_dir_all(files.join("a")).unwrap();
    fs::create_dir_all(files.join("b")).unwrap();
    for name in ["a/same", "b/same", "gone", "dir", "link-to-be"] {
        write(name, name);
    }
    let doings: [&dyn Fn(); 7] = [
        &|| write("a/same", "A/SAME"),
        // Two that have the same name and length change places with the directories they are in.
        &|| {
            fs::rename(files.join("a"), files.join("c")).unwrap();
            fs::rename(files.join("b"), files.join("a")).unwrap();
            fs::rename(files.join("c"), files.join("b")).unwrap();
        },
        &|| {
            let executable = fs::Permissions::from_mode(0o755);
            fs::set_permissions(files.join("note.txt"), executable).unwrap();
        },
        &|| fs::remove_file(files.join("gone")).unwrap(),
        &|| {
            fs::remove_file(files.join("dir")).unwrap();
            fs::create_dir(files.join("dir")).unwrap();
            write("dir/new", "new");
        },
        &|| {
            fs::remove_file(files.join("link-to-be")).unwrap();
            symlink("note.txt", files.join("link-to-be")).unwrap();
        },
        // Nothing at all.
        &|| {},
    ];
    wait_until_settled(&files.join("link-to-be"));
    let repository = home.open();
    home.store(&repository);
    for (round, act) in (1..).zip(doings) {
        act();
        home.about = later(&home.about, round);
        let changed = Changed::clone(&home, latest(&home, &repository));
        assert!(!changed.left_out.is_empty());
        let stored = changed.store(&home, &repository).unwrap();
        let restored = home.restore(&repository, &stored.id);
        assert_same(&restored.join("data"), &home.live());
        fs::remove_dir_all(restored).unwrap();
    }
    let sound = repository.verify(ds_backup::snapshots::ReadBack::All, quiet());
    assert!(sound.unwrap().is_sound());
}

#[test]
fn a_snapshot_that_goes_meanwhile_is_missed_and_nothing_is_stored() {
    let check = |home: &Home, lose: &dyn Fn(&Repository)| {
        wait_until_settled(&home.live().join("appspace-meta.db"));
        let repository = home.open();
        home.store(&repository);
        let changed = Changed::clone(home, latest(home, &repository));
        lose(&repository);
        let refused = changed.store(home, &repository).unwrap_err();
        assert!(
            matches!(refused, SnapshotError::LeftOut { .. }),
            "{refused}"
        );
        assert!(repository.list(None).unwrap().is_empty());
        // All of it can be stored.
        let stored = home.store(&repository);
        let restored = home.restore(&repository, &stored.id);
        assert_same(&restored.join("data"), &home.live());
    };
    let forget = |repository: &Repository| {
        let all = repository.list(None).unwrap();
        let all: Vec<_> = all.into_iter().map(|one| one.id).collect();
        repository.forget(&all).unwrap();
    };
    check(&Home::filled(), &forget);
    check(&Home::filled(), &|repository| {
        forget(repository);
        repository.prune(Grace::None, quiet()).unwrap();
    });
}

#[test]
fn what_is_not_the_same_at_two_places_is_left_out_at_neither() {
    let home = Home::filled();
    wait_until_settled(&home.live().join("appspace-meta.db"));
    let repository = home.open();
    home.store(&repository);
    let mut both = latest(&home, &repository);
    both.keep_common(&latest(&home, &repository));
    assert_eq!(both, latest(&home, &repository));
    both.keep_common(&LatestFiles::default());
    assert!(both.is_empty());
    let changed = Changed::clone(&home, both);
    assert!(changed.left_out.is_empty());
    assert_same(&changed.tree.join("data"), Path::new(&home.live()));
}
