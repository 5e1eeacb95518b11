//! Forgetting snapshots, and getting their room back.

use std::{fs, path::Path};

use ds_backup::snapshots::{Grace, ReadBack, Retention};

use super::support::{Home, later, noise, quiet};

fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let sizes = entries.map(|entry| match entry.metadata().unwrap() {
        found if found.is_dir() => size(&entry.path()),
        found => found.len(),
    });
    sizes.sum()
}

#[test]
fn room_comes_back_and_what_stays_stays_whole() {
    let mut home = Home::filled();
    let repository = home.open();
    let big = home.live().join("files/huge");
    let mut trees = Vec::new();
    for day in 0..4_u32 {
        fs::write(&big, noise(u64::from(day) + 50, 8 << 20)).unwrap();
        home.about = later(&home.about, i64::from(day) * 24 * 60);
        trees.push(home.store(&repository).id);
    }
    let before = size(&home.at());
    let rules = Retention {
        last: 1,
        daily: 2,
        weekly: 0,
        monthly: 0,
    };
    let newest = trees.last().unwrap();
    let forgotten = repository.apply(home.about.appspace, &rules, newest);
    let mut forgotten = forgotten.unwrap();
    forgotten.sort();
    let mut expect = trees[..2].to_vec();
    expect.sort();
    assert_eq!(forgotten, expect);
    assert_eq!(repository.list(None).unwrap().len(), 2);

    // With a day's grace what nobody refers to is only marked.
    let marked = repository.prune(Grace::Day, quiet()).unwrap();
    assert!(marked.bytes_removed >= 16 << 20, "{marked:?}");
    assert!(size(&home.at()) + (1 << 20) > before);
    repository.prune(Grace::None, quiet()).unwrap();
    // Marked ones wait for their day, whatever is said later.
    let verified = repository.verify(ReadBack::All, quiet()).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
    for id in &trees[2..] {
        home.restore(&repository, id);
    }
}

#[test]
fn without_grace_room_comes_back_at_once() {
    let mut home = Home::filled();
    let repository = home.open();
    fs::write(home.live().join("files/huge"), noise(50, 8 << 20)).unwrap();
    let huge = home.store(&repository).id;
    let before = size(&home.at());
    fs::remove_file(home.live().join("files/huge")).unwrap();
    home.about = later(&home.about, 5);
    let kept = home.store(&repository).id;
    repository.forget(&[huge.clone(), huge]).unwrap();
    repository.prune(Grace::None, quiet()).unwrap();
    assert!(
        size(&home.at()) + (8 << 20) <= before + (1 << 20),
        "{}",
        size(&home.at())
    );
    home.restore(&repository, &kept);
    assert!(
        repository
            .verify(ReadBack::All, quiet())
            .unwrap()
            .is_sound()
    );
}
