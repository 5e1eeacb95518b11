//! Killed at any moment while it stores.

use std::{
    env, fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use ds_backup::snapshots::{Grace, Place, ReadBack, Repository, RepositoryKey};

use super::{
    restic::restic,
    support::{Home, about, assert_same, later, noise, quiet},
};

/// What the process that is killed is told: where everything is.
const TOLD: &str = "DS_TEST_KILLED_STORE";

/// Not a test but the process that is killed: it stores one copy.
#[test]
fn the_process_that_is_killed() {
    let Some(dir) = env::var_os(TOLD).map(PathBuf::from) else {
        return;
    };
    let key = RepositoryKey::load_or_make(&dir.join("key")).unwrap();
    let place = Place::local(dir.join("snapshots").to_str().unwrap()).unwrap();
    let repository = Repository::open_or_make(&place, &key).unwrap();
    let tree = dir.join("to-store");
    repository
        .store(&tree, &later(&about(), 60), quiet())
        .unwrap();
}

/// How many files a repository has, whole and half-written.
fn files(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let counts = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files(&entry.path()),
        _ => 1,
    });
    counts.sum()
}

#[expect(clippy::disallowed_methods, reason = "a test kills what it starts")]
/// Starts it, and kills it when it made so many files. Says whether it was killed before its end.
fn store_and_kill(home: &Home, most: usize) -> bool {
    let before = files(&home.at());
    let mut storing = Command::new(env::current_exe().unwrap())
        .args(["--exact", "snapshots::killed::the_process_that_is_killed"])
        .env(TOLD, home.dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while files(&home.at()) < before + most && storing.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_micros(200));
    }
    // It may have ended by itself.
    let _ = storing.kill();
    let ended = storing.wait().unwrap();
    assert!(ended.success() || ended.signal() == Some(9), "{ended}");
    ended.signal().is_some()
}

#[test]
fn a_killed_store_leaves_all_that_was_there() {
    let home = Home::filled();
    let repository = home.open();
    let tree = home.copy();
    let first = repository.store(&tree, &home.about, quiet()).unwrap();
    let to_store = home.dir.path().join("to-store");
    let (mut killed, mut with_leftovers) = (0, 0);
    for round in 1..6_usize {
        fs::write(
            home.live().join("files/huge"),
            noise(100 + round as u64, 18 << 20),
        )
        .unwrap();
        fs::rename(home.copy(), &to_store).unwrap();
        let was_killed = store_and_kill(&home, round);
        fs::remove_dir_all(&to_store).unwrap();
        killed += u64::from(was_killed);

        let repository = home.open();
        let listed = repository.list(None).unwrap();
        assert!(
            listed.iter().any(|snapshot| snapshot.id == first.id),
            "{listed:?}"
        );
        let verified = repository.verify(ReadBack::Nothing, quiet()).unwrap();
        assert!(verified.is_sound(), "round {round}: {verified:?}");
        with_leftovers += u64::from(!verified.remarks.is_empty());
        let newer = listed.iter().filter(|snapshot| snapshot.id != first.id);
        repository
            .forget(
                &newer
                    .map(|snapshot| snapshot.id.clone())
                    .collect::<Vec<_>>(),
            )
            .unwrap();
    }
    assert!(
        killed >= 3 && with_leftovers >= 1,
        "{killed} killed, {with_leftovers} in between"
    );

    let repository = home.open();
    repository.prune(Grace::None, quiet()).unwrap();
    let verified = repository.verify(ReadBack::All, quiet()).unwrap();
    assert!(
        verified.is_sound() && verified.remarks.is_empty(),
        "{verified:?}"
    );
    assert_eq!(fs::read_dir(home.at().join("tmp")).unwrap().count(), 0);
    assert_same(&tree, &home.restore(&repository, &first.id));
    restic(
        &home,
        home.at().to_str().unwrap(),
        &["check", "--read-data"],
    );
}

#[test]
fn a_repository_whose_making_was_interrupted_is_made_anew() {
    let home = Home::filled();
    drop(home.open());
    fs::remove_file(home.at().join("config")).unwrap();
    assert_eq!(fs::read_dir(home.at().join("keys")).unwrap().count(), 1);
    let repository = home.open();
    assert_eq!(fs::read_dir(home.at().join("keys")).unwrap().count(), 1);
    home.store(&repository);
    assert_eq!(home.open().list(None).unwrap().len(), 1);
}
