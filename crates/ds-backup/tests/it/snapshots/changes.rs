//! Only what changed is read and stored; and all that changed is.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::FileExt as _,
    time::{Duration, Instant, SystemTime},
};

use super::support::{Home, assert_same, later, noise, quiet, wait_until_settled};

#[test]
fn what_did_not_change_is_not_read_again() {
    let mut home = Home::filled();
    wait_until_settled(&home.live().join("appspace-meta.db"));
    let repository = home.open();
    let first = home.store(&repository);
    assert_eq!((first.files, first.files_read), (29, 23));

    home.about = later(&home.about, 1);
    let second = home.store(&repository);
    assert_eq!(
        second.files_read, 1,
        "only appspace.json is new: {second:?}"
    );
    assert!(second.bytes_new < 100_000, "{second:?}");

    fs::write(home.live().join("files/note.txt"), "two").unwrap();
    home.about = later(&home.about, 2);
    let third = home.store(&repository);
    assert_eq!(third.files_read, 2, "{third:?}");
    let restored = home.restore(&repository, &third.id);
    let note = fs::read_to_string(restored.join("data/files/note.txt"));
    assert_eq!(note.unwrap(), "two");
    assert_same(&restored.join("data"), &home.copy().join("data"));
}

#[test]
fn a_change_is_stored_whatever_the_times_say() {
    let home = Home::new();
    let path = home.live().join("data.db");
    fs::write(&path, vec![b'a'; 5000]).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let pretend = |change: &dyn Fn(&File)| {
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        change(&file);
        file.set_modified(long_ago).unwrap();
    };
    pretend(&|_| {});
    wait_until_settled(&path);
    let repository = home.open();
    home.store(&repository);

    // The same size and the same time: an app can do that, and so can a database in a hurry.
    for (round, byte) in (b'b'..b'f').enumerate() {
        pretend(&|file| file.write_all_at(&[byte], round as u64).unwrap());
        let stored = home.store(&repository);
        let restored = home.restore(&repository, &stored.id);
        let found = fs::read(restored.join("data/data.db")).unwrap();
        assert_eq!(found, fs::read(&path).unwrap(), "round {round}");
    }

    // Another file in its place, with its size and its time.
    let beside = home.live().join("beside");
    fs::write(&beside, vec![b'z'; 5000]).unwrap();
    File::options()
        .write(true)
        .open(&beside)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    fs::rename(&beside, &path).unwrap();
    let stored = home.store(&repository);
    let restored = home.restore(&repository, &stored.id);
    assert_eq!(
        fs::read(restored.join("data/data.db")).unwrap(),
        vec![b'z'; 5000]
    );
}

/// Stores data of so many mebibytes in files of so many, changes a hundredth of it, and stores it again.
fn hundredth(mebibytes: usize, each: usize) -> ([u64; 2], [Duration; 2]) {
    let mut home = Home::new();
    let files = home.live().join("files");
    fs::create_dir(&files).unwrap();
    for number in 0..mebibytes / each {
        let file = noise(number as u64 + 1, each << 20);
        fs::write(files.join(number.to_string()), file).unwrap();
    }
    let last = files.join((mebibytes / each - 1).to_string());
    wait_until_settled(&last);
    let repository = home.open();
    let mut timed = || {
        let tree = home.copy();
        let begun = Instant::now();
        let stored = repository.store(&tree, &home.about, quiet()).unwrap();
        let took = begun.elapsed();
        home.about = later(&home.about, 1);
        fs::remove_dir_all(tree).unwrap();
        (stored, took)
    };
    let (first, first_took) = timed();
    assert!(first.bytes_new >= (mebibytes as u64) << 20);

    // Half of it at the beginning of a file, so that at most one piece is new that holds old data; half a new one.
    let half = (mebibytes << 20) / 200;
    let within = OpenOptions::new()
        .write(true)
        .open(files.join("0"))
        .unwrap();
    within
        .write_all_at(&noise(1000, half.min(3 << 20)), 0)
        .unwrap();
    let mut new = File::create(files.join("new")).unwrap();
    new.write_all(&noise(1001, 2 * half - half.min(3 << 20)))
        .unwrap();
    let (second, second_took) = timed();
    (
        [first.bytes_new, second.bytes_new],
        [first_took, second_took],
    )
}

#[test]
fn a_hundredth_changed_stores_at_most_two() {
    let ([first, second], _) = hundredth(128, 4);
    assert!(second * 50 <= first, "{second} of {first} bytes");
}

mod slow {
    #[test]
    fn of_a_gigabyte_a_hundredth_changed_takes_a_fifth_of_the_time() {
        let ([first, second], [long, short]) = super::hundredth(1024, 4);
        eprintln!("stored {first} bytes in {long:?}, then {second} in {short:?}");
        assert!(second * 50 <= first, "{second} of {first} bytes");
        assert!(short * 5 <= long, "{short:?} after {long:?}");
    }

    /// All of it has to be read, so time is not what is gained.
    #[test]
    fn of_one_large_file_a_hundredth_changed_stores_at_most_two() {
        let ([first, second], [long, short]) = super::hundredth(256, 256);
        eprintln!("stored {first} bytes in {long:?}, then {second} in {short:?}");
        assert!(second * 50 <= first, "{second} of {first} bytes");
    }
}
