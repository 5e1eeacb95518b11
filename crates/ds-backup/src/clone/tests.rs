//! What a clone has and has not.

use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt as _, symlink},
    time::{Duration, Instant},
};

use ds_core::{AppspaceId, Gate, Reason};

use super::*;
use crate::NoProgress;

async fn clone(from: &Path, to: &Path) -> Result<Cloned, CloneError> {
    let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
    clone_data(&hold, from.into(), to.into(), Arc::new(NoProgress)).await
}

async fn again(from: &Path, to: &Path, earlier: &Path) -> ClonedAgain {
    let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
    let quiet = Arc::new(NoProgress);
    let cloned = clone_again(&hold, from.into(), to.into(), earlier.into(), quiet);
    cloned.await.unwrap()
}

#[tokio::test]
async fn a_clone_is_equal_and_never_follows_links() {
    let root = tempfile::tempdir().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    fs::create_dir_all(from.join("a/b")).unwrap();
    fs::write(from.join("a/b/data"), "one").unwrap();
    fs::write(from.join("empty"), "").unwrap();
    fs::write(root.path().join("secret"), "secret").unwrap();
    symlink("../secret", from.join("link")).unwrap();

    let cloned = clone(&from, &to).await.unwrap();
    assert_eq!((cloned.files, cloned.bytes), (2, 3));
    assert_eq!(fs::read_to_string(to.join("a/b/data")).unwrap(), "one");
    assert_eq!(
        fs::read_link(to.join("link")).unwrap(),
        Path::new("../secret")
    );

    let again = clone(&from, &to).await;
    assert!(matches!(again, Err(CloneError::Exists(_))));
}

#[tokio::test]
async fn what_is_a_program_and_when_things_changed_is_kept() {
    use std::{os::unix::fs::PermissionsExt as _, time::SystemTime};

    let root = tempfile::tempdir().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    fs::create_dir(&from).unwrap();
    let check = |name: &str, mode: u32, expect: u32| {
        fs::write(from.join(name), name).unwrap();
        fs::set_permissions(from.join(name), fs::Permissions::from_mode(mode)).unwrap();
        (name.to_owned(), expect)
    };
    let all = [
        check("plain", 0o644, 0o600),
        check("program", 0o755, 0o700),
        check("closed", 0o400, 0o600),
        check("root's", 0o4755, 0o700),
    ];
    let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_000_000, 123_456_789);
    let file = File::options().append(true).open(from.join("plain"));
    file.unwrap().set_modified(long_ago).unwrap();

    clone(&from, &to).await.unwrap();
    for (name, expect) in all {
        let (original, clone) = (from.join(&name), to.join(&name));
        let (original, clone) = (original.metadata().unwrap(), clone.metadata().unwrap());
        assert_eq!(clone.mode() & 0o7777, expect, "{name}");
        assert_eq!(clone.modified().unwrap(), original.modified().unwrap());
        // It was changed this very moment, whatever its app says: the next change could bear the same time.
        assert_eq!(Witness::of(&clone), None, "{name}");
    }
    let dirs = [from.metadata().unwrap(), to.metadata().unwrap()];
    assert_eq!(dirs[0].modified().unwrap(), dirs[1].modified().unwrap());
}

#[tokio::test]
async fn what_is_no_file_is_left_out() {
    let root = tempfile::tempdir().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    fs::create_dir(&from).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(from.join("sock")).unwrap();
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
    rustix::fs::mknodat(rustix::fs::CWD, from.join("pipe"), kind, mode, 0).unwrap();
    fs::write(from.join("file"), "1").unwrap();

    let cloned = clone(&from, &to).await.unwrap();
    assert_eq!((cloned.files, cloned.skipped), (1, 2));
    let names = fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["file"]);
}

/// Not even its owner may read it: so an app could keep itself from being backed up and upgraded.
#[tokio::test]
async fn what_an_app_closed_is_cloned() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = tempfile::tempdir().unwrap();
    let (from, to) = (root.path().join("from"), root.path().join("to"));
    fs::create_dir_all(from.join("a/b")).unwrap();
    fs::write(from.join("a/b/data"), "one").unwrap();
    for closed in ["a/b/data", "a/b", "a"] {
        let nothing = fs::Permissions::from_mode(0o000);
        fs::set_permissions(from.join(closed), nothing).unwrap();
    }
    let cloned = clone(&from, &to).await.unwrap();
    assert_eq!((cloned.files, cloned.bytes), (1, 3));
    assert_eq!(fs::read_to_string(to.join("a/b/data")).unwrap(), "one");
    assert_eq!(from.join("a/b").metadata().unwrap().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_tree_too_deep_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let from = root.path().join("from");
    let deepest = from.join(vec!["d"; MOST_LEVELS].join("/"));
    fs::create_dir_all(&deepest).unwrap();
    let fits = clone(&from, &root.path().join("fits")).await;
    assert!(fits.is_ok(), "{fits:?}");

    fs::create_dir(deepest.join("below")).unwrap();
    let outcome = clone(&from, &root.path().join("to")).await;
    assert!(
        matches!(&outcome, Err(CloneError::TooDeep(deep)) if deep.0.ends_with("d/below")),
        "{outcome:?}"
    );
}

/// Waits until a change in there is old enough to be told from the next.
fn settle(dir: &Path) {
    let newest = || {
        let ctime = |entry: io::Result<fs::DirEntry>| entry.unwrap().metadata().unwrap().ctime();
        fs::read_dir(dir).unwrap().map(ctime).max().unwrap()
    };
    let begun = Instant::now();
    let now = || {
        fs::write(dir.with_extension("now"), "").and_then(|()| dir.with_extension("now").metadata())
    };
    while now().unwrap().ctime() - newest() <= 2 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn all(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(dir).unwrap().to_owned();
            if path.is_symlink() {
                let target = fs::read_link(path).unwrap();
                found.push((inside, target.into_os_string().into_encoded_bytes()));
            } else if path.is_dir() {
                found.push((inside, Vec::new()));
                dirs.push(path);
            } else {
                found.push((inside, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_did_not_change_is_moved_from_an_earlier_clone() {
    let root = tempfile::tempdir().unwrap();
    let from = root.path().join("from");
    for dir in ["a", "b", "gone"] {
        fs::create_dir_all(from.join(dir)).unwrap();
        fs::write(from.join(dir).join("it"), dir).unwrap();
    }
    fs::write(from.join("same"), "same").unwrap();
    fs::write(from.join("other"), "1").unwrap();
    symlink("same", from.join("link")).unwrap();
    settle(&from);
    let clones: Vec<_> = (0..6).map(|n| root.path().join(n.to_string())).collect();
    clone(&from, &clones[0]).await.unwrap();
    let same = again(&from, &clones[1], &clones[0]).await;
    assert!(same.is_same);
    assert_eq!((same.cloned.files, same.cloned.shared), (5, 5));
    assert_eq!(all(&from), all(&clones[1]));
    assert!(!clones[0].join("same").exists());

    // It can be gone on from as from the first.
    fs::write(from.join("other"), "2").unwrap();
    fs::write(from.join("new"), "new").unwrap();
    fs::remove_dir_all(from.join("gone")).unwrap();
    // Two directories change places: their files have the times that they had.
    fs::rename(from.join("a"), from.join("c")).unwrap();
    fs::rename(from.join("b"), from.join("a")).unwrap();
    fs::rename(from.join("c"), from.join("b")).unwrap();
    let other = again(&from, &clones[2], &clones[1]).await;
    assert!(!other.is_same);
    assert_eq!(all(&from), all(&clones[2]));

    // What is only missing or only there makes a difference, too.
    settle(&from);
    clone(&from, &clones[3]).await.unwrap();
    fs::remove_file(from.join("link")).unwrap();
    let fewer = again(&from, &clones[4], &clones[3]).await;
    assert!(!fewer.is_same && all(&from) == all(&clones[4]));
    fs::create_dir(from.join("empty")).unwrap();
    let more = again(&from, &clones[5], &clones[4]).await;
    assert!(!more.is_same && all(&from) == all(&clones[5]));
}

#[tokio::test]
async fn a_link_in_an_earlier_clone_leads_nowhere() {
    let root = tempfile::tempdir().unwrap();
    let (from, outside) = (root.path().join("from"), root.path().join("outside"));
    fs::create_dir_all(&from).unwrap();
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("it"), "it").unwrap();
    symlink(&outside, from.join("dir")).unwrap();
    let (first, second) = (root.path().join("1"), root.path().join("2"));
    clone(&from, &first).await.unwrap();
    fs::remove_file(from.join("dir")).unwrap();
    fs::create_dir(from.join("dir")).unwrap();
    // As if it were the same file.
    fs::hard_link(outside.join("it"), from.join("dir/it")).unwrap();
    again(&from, &second, &first).await;
    assert!(outside.join("it").exists() && second.join("dir/it").exists());
}

#[tokio::test]
async fn one_that_is_given_up_says_so() {
    struct GivenUp;
    impl Progress for GivenUp {
        fn expect(&self, _: u64, _: u64) {}
        fn advance(&self, _: u64, _: u64) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let root = tempfile::tempdir().unwrap();
    let from = root.path().join("from");
    fs::create_dir(&from).unwrap();
    fs::write(from.join("it"), "it").unwrap();
    let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
    let given_up = clone_data(&hold, from, root.path().join("to"), Arc::new(GivenUp)).await;
    assert!(matches!(given_up, Err(CloneError::Cancelled)));
}
