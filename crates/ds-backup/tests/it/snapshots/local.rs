//! A repository in a directory, as a host uses it.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use ds_backup::{
    CopyReason,
    snapshots::{FileKind, Place, ReadBack, Repositories, Repository, SnapshotError, SnapshotId},
};
use ds_core::AppspaceId;

use super::support::{Home, assert_same, later, quiet};

#[test]
fn what_is_restored_is_what_was_stored() {
    let home = Home::filled();
    let repository = home.open();
    let tree = home.copy();
    let stored = repository.store(&tree, &home.about, quiet()).unwrap();
    assert_same(&tree, &home.restore(&repository, &stored.id));
    // Six of them are links.
    assert_eq!((stored.files, stored.files_read), (29, 23));
    assert!(
        stored.bytes_new > 3 << 20 && stored.bytes_new < 4 << 20,
        "{stored:?}"
    );

    let verified = repository.verify(ReadBack::All, quiet()).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
    assert_eq!(verified.remarks, Vec::<String>::new());
    // Nothing is left of what was written beside, and all is the host's alone.
    assert_eq!(fs::read_dir(home.at().join("tmp")).unwrap().count(), 0);
}

#[test]
fn a_list_tells_what_snapshots_are() {
    let mut home = Home::filled();
    let repository = home.open();
    let first = home.store(&repository);
    home.about = later(&home.about, 5);
    home.about.reason = CopyReason::BeforeUpgrade;
    let second = home.store(&repository);
    let mut other = home.about.clone();
    other.appspace = AppspaceId::new();
    let own = std::mem::replace(&mut home.about, other);
    home.store(&repository);

    let check = |repository: &Repository| {
        let found = repository.list(Some(own.appspace)).unwrap();
        let ids: Vec<_> = found.iter().map(|snapshot| &snapshot.id).collect();
        assert_eq!(ids, [&second.id, &first.id]);
        assert_eq!(found[0].about.as_ref(), Some(&own));
        assert_eq!(found[0].made, own.made);
        assert_eq!(found[0].address, "notes.example.com");
        assert_eq!(found[0].reason, Some(CopyReason::BeforeUpgrade));
        assert_eq!(found[1].reason, Some(CopyReason::Schedule));
        assert_eq!(found[0].consistency, Some(own.consistency));
        assert_eq!(
            (found[0].files, found[0].bytes),
            (second.files, second.bytes_total)
        );
        assert_eq!(repository.list(None).unwrap().len(), 3);
    };
    check(&repository);
    check(&home.open());
}

#[test]
fn single_files_are_found_and_restored() {
    let home = Home::filled();
    let repository = home.open();
    let id = home.store(&repository).id;
    let top = repository.files(&id, Path::new("")).unwrap();
    let names: Vec<_> = top
        .iter()
        .map(|entry| entry.name.to_str().unwrap())
        .collect();
    assert_eq!(names, ["appspace.json", "data"]);
    let files = repository.files(&id, Path::new("data/files")).unwrap();
    let of = |name: &str| files.iter().find(|entry| entry.name == name).unwrap();
    assert_eq!((of("big").kind, of("big").size), (FileKind::File, 3 << 20));
    assert_eq!(of("empty").kind, FileKind::Dir);
    assert_eq!(of("link").kind, FileKind::Link);
    assert!(of("big").changed.is_some());

    let restore = |only: &str, to: &str| {
        let to = home.dir.path().join(to);
        repository
            .restore(&id, &to, Some(Path::new(only)), quiet())
            .map(|_| to)
    };
    let file = restore("data/files/note.txt", "one.txt").unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), "one");
    let data = restore("data", "data").unwrap();
    assert_same(&data, &home.copy().join("data"));
    let link = restore("data/files/link outside", "link").unwrap();
    assert_eq!(fs::read_link(link).unwrap(), Path::new("/etc/passwd"));

    let check = |only: &str, expect: &str| {
        let refused = restore(only, "none").unwrap_err().to_string();
        assert!(refused.contains(expect), "{only}: {refused}");
        assert!(home.dir.path().join("none").symlink_metadata().is_err());
    };
    check("data/files/none", "there is no");
    check("data/files/note.txt/x", "there is no");
    check("data/files/link/x", "there is no");
    check("data/../data", "no path inside");
    check("/data", "no path inside");
    let exists = restore("data", "data").unwrap_err();
    assert!(matches!(exists, SnapshotError::Exists(_)), "{exists}");
    let unknown: SnapshotId = "0".repeat(64).parse().unwrap();
    let unknown = repository.files(&unknown, Path::new("")).unwrap_err();
    assert!(
        matches!(unknown, SnapshotError::Unknown { .. }),
        "{unknown}"
    );
}

#[test]
fn one_place_that_fails_does_not_stop_the_others() {
    let home = Home::filled();
    let blocked = home.dir.path().join("blocked");
    fs::create_dir(&blocked).unwrap();
    fs::write(blocked.join("photo.jpg"), "mine").unwrap();
    let second = home.dir.path().join("second");
    let places = [
        &blocked,
        &home.at(),
        &home.dir.path().join("no/disk"),
        &second,
    ];
    let places = places.map(|path| Place::local(path.to_str().unwrap()).unwrap());
    let all = Repositories::new(places.to_vec(), home.key());
    let outcomes = all.store(&home.copy(), &home.about, &quiet());
    let said: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            outcome
                .as_ref()
                .map_or_else(ToString::to_string, |_| "stored".into())
        })
        .collect();
    assert!(said[0].contains("holds `photo.jpg`"), "{said:?}");
    assert_eq!((said[1].as_str(), said[3].as_str()), ("stored", "stored"));
    assert!(said[2].contains("cannot make"), "{said:?}");
    assert!(all.get(4).is_none());
    assert_eq!(all.get(3).unwrap().unwrap().list(None).unwrap().len(), 1);
    assert_eq!(fs::read_dir(&blocked).unwrap().count(), 1);
}

#[test]
fn an_empty_place_is_made_only_if_asked() {
    let home = Home::new();
    let refused = Repository::open(&home.place(), &home.key()).unwrap_err();
    assert!(
        matches!(refused, SnapshotError::Missing { .. }),
        "{refused}"
    );
    assert!(!home.at().exists());
    home.open();
    Repository::open(&home.place(), &home.key()).unwrap();
}

/// How long listing so many takes where none of them was read before.
fn list_of(count: i64) -> Duration {
    let home = Home::new();
    fs::write(home.live().join("note"), "one").unwrap();
    let repository = home.open();
    let tree = home.copy();
    for minute in 0..count {
        let about = later(&home.about, minute);
        repository.store(&tree, &about, quiet()).unwrap();
    }
    let again = home.open();
    let begun = Instant::now();
    let listed = again.list(Some(home.about.appspace)).unwrap();
    assert_eq!(listed.len(), usize::try_from(count).unwrap());
    assert!(listed.is_sorted_by(|one, next| one.made > next.made));
    begun.elapsed()
}

#[test]
fn many_snapshots_are_listed() {
    list_of(30);
}

mod slow {
    use super::*;

    #[test]
    fn a_thousand_snapshots_are_listed_quickly() {
        let took = list_of(1000);
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}

#[test]
fn where_there_was_one_none_is_made_again() {
    let home = Home::filled();
    let file = home.at().with_file_name("snapshots.places");
    let repositories =
        || Repositories::new(vec![home.place()], home.key()).remembering(file.clone());
    let open = || repositories().get(0).unwrap();
    home.store(&open().unwrap());
    let noted = fs::read_to_string(&file).unwrap();
    assert_eq!(noted.trim(), home.at().to_str().unwrap());
    open().unwrap();

    // The disk is not mounted: what is left is an empty directory, or not even that.
    let disk = home.at().with_file_name("disk");
    fs::rename(home.at(), &disk).unwrap();
    let refused = open().unwrap_err();
    assert!(matches!(refused, SnapshotError::Gone { .. }), "{refused}");
    assert!(!home.at().exists());
    fs::create_dir(home.at()).unwrap();
    let refused = open().unwrap_err().to_string();
    assert!(refused.contains("Is the disk mounted"), "{refused}");
    assert!(refused.contains("snapshots.places"), "{refused}");
    assert_eq!(fs::read_dir(home.at()).unwrap().count(), 0);

    // It is, again.
    fs::remove_dir(home.at()).unwrap();
    fs::rename(&disk, home.at()).unwrap();
    assert_eq!(open().unwrap().list(None).unwrap().len(), 1);

    // Somebody says that it is really new.
    fs::remove_dir_all(home.at()).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(open().unwrap().list(None).unwrap().len(), 0);
    assert!(file.exists());
}
