//! Backups of the original Dropserver, and zip files that claim to be.

use std::{
    collections::BTreeMap, ffi::OsStr, fs, io::Cursor, os::unix::ffi::OsStrExt as _, path::Path,
};

use ds_backup::{
    ArchiveError, ArchiveKind, ImportBounds, NoProgress, ORIGINAL_META, OriginalUnpacked,
    recognize, unpack_original,
};

use proptest::prelude::*;

use super::{
    quick_dir,
    zip::{Said, Zip},
};

fn unpack(zip: &[u8], into: &Path) -> Result<OriginalUnpacked, ArchiveError> {
    let bounds = ImportBounds {
        bytes: 1 << 40,
        entries: 1000,
        keep_free: 0,
    };
    unpack_original(Cursor::new(zip), into, &bounds, &NoProgress)
}

/// Every file that was unpacked, and what is in it; directories end in `/`.
fn content(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for bytes in super::listing(dir).into_keys() {
        let name = String::from_utf8_lossy(&bytes).into_owned();
        let path = dir.join(OsStr::from_bytes(&bytes[1..]));
        if path.is_dir() {
            all.insert(name + "/", Vec::new());
        } else {
            all.insert(name, fs::read(path).unwrap());
        }
    }
    all
}

fn check(name: &str, zip: &[u8], expect: &str) {
    let dir = quick_dir();
    let Err(error) = unpack(zip, &dir.path().join("into")) else {
        panic!("{name}: taken in");
    };
    let said = ds_core::error_chain(&error);
    assert!(said.contains(expect), "{name}: {said}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "{name}");
}

fn good(wide: bool) -> Vec<u8> {
    let mut zip = Zip {
        wide,
        ..Zip::default()
    };
    zip.add("./", b"")
        .add("appspace-meta.db", b"database")
        .add("avatars/", b"")
        .add("avatars/abcdefgh-123456.jpg", b"jpeg")
        .add("dbs/", b"")
        .add("files/", b"")
        .add("files/empty/", b"")
        .add("files/notes/a b.txt", &b"text ".repeat(1000))
        .add_as("files/stored\\ü", b"as it is", |said| {
            said.method = 0;
            said.packed = said.size;
            said.attributes = 0o100_644 << 16;
        })
        .add("logs/", b"")
        .add("logs/log.txt", b"log")
        .whole()
}

#[test]
fn a_backup_is_unpacked() {
    for wide in [false, true] {
        let dir = quick_dir();
        let into = dir.path().join("into");
        let zip = good(wide);
        let kind = recognize(&mut Cursor::new(&zip)).unwrap();
        assert_eq!(kind, ArchiveKind::Original);
        let unpacked = unpack(&zip, &into).unwrap();
        let counts = (unpacked.files, unpacked.bytes, unpacked.left_out);
        assert_eq!(counts, (3, 5012, 1));
        let expect: [(&str, &[u8]); 9] = [
            ("/data/", b""),
            ("/data/avatars/", b""),
            ("/data/avatars/abcdefgh-123456.jpg", b"jpeg"),
            ("/data/files/", b""),
            ("/data/files/empty/", b""),
            ("/data/files/notes/", b""),
            ("/data/files/notes/a b.txt", &b"text ".repeat(1000)),
            ("/data/files/stored\\ü", b"as it is"),
            (&format!("/{ORIGINAL_META}"), b"database"),
        ];
        let expect = expect.map(|(name, content)| (name.to_owned(), content.to_vec()));
        assert_eq!(content(&into), BTreeMap::from(expect));
    }
    let dir = quick_dir();
    unpack(&Zip::backup().whole(), &dir.path().join("into")).unwrap();
    assert_eq!(content(&dir.path().join("into")).len(), 4);
}

#[test]
fn damaged_anywhere() {
    let zip = good(false);
    let dir = quick_dir();
    let (good, into) = (dir.path().join("good"), dir.path().join("into"));
    unpack(&zip, &good).unwrap();
    let good = content(&good);
    for length in 0..zip.len() {
        assert!(unpack(&zip[..length], &into).is_err(), "cut at {length}");
        assert!(!into.exists(), "cut at {length}");
    }
    let files = |all: &BTreeMap<String, Vec<u8>>| {
        let mut files: Vec<_> = all.values().filter(|c| !c.is_empty()).cloned().collect();
        files.sort();
        files
    };
    for at in (0..zip.len()).step_by(2) {
        let mut flipped = zip.clone();
        flipped[at] ^= 1 << (at / 2 % 8);
        if unpack(&flipped, &into).is_err() {
            assert!(!into.exists(), "flipped at {at}");
            continue;
        }
        // Zip files have checksums of contents, and none of names.
        assert_eq!(files(&content(&into)), files(&good), "flipped at {at}");
        fs::remove_dir_all(&into).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The directory and its end most of all, by many bytes at once.
    #[test]
    fn scribbled_over(
        wide in any::<bool>(),
        at in prop::collection::vec((0..900_usize, any::<u8>()), 1..5),
    ) {
        let mut zip = good(wide);
        for (back, to) in at {
            let place = zip.len() - 1 - back % zip.len();
            zip[place] = to;
        }
        let dir = quick_dir();
        let into = dir.path().join("into");
        prop_assert!(unpack(&zip, &into).is_ok() == into.exists());
        let beside = fs::read_dir(dir.path()).unwrap().count();
        prop_assert!(beside == usize::from(into.exists()));
    }
}

#[test]
fn names_that_lead_elsewhere() {
    let name =
        |name: &str, expect: &str| check(name, &Zip::backup().add(name, b"").whole(), expect);
    name("../evil", "leads out");
    name("files/../../evil", "leads out");
    name("files/..", "leads out");
    name("/etc/cron.d/evil", "absolute");
    name("files//evil", "no file has");
    name("files/./evil", "no file has");
    name("././files/evil", "no file has");
    name("files/a\0b", "no file has");
    name("evil.sh", "in no backup");
    name("files", "not a directory");
    name("appspace-meta.db/", "in no backup");
    name("appspace-meta.db/x", "in no backup");
    name("original-meta.db", "in no backup");
    name(&format!("files/{}", "x".repeat(256)), "too long");
    name(&format!("files{}", "/x".repeat(2050)), "too long");
    name(&format!("files{}/", "/x".repeat(128)), "too many");
    name(&format!("logs{}/", "/..".repeat(3)), "leads out");

    let twice = Zip::backup()
        .add("files/x", b"1")
        .add("files/x", b"2")
        .whole();
    check("twice", &twice, "twice");
    let twice = Zip::backup().add("appspace-meta.db", b"2").whole();
    check("two databases", &twice, "twice");
    let both = Zip::backup()
        .add("files/x", b"1")
        .add("files/x/y", b"2")
        .whole();
    check("file as directory", &both, "twice");
    let both = Zip::backup()
        .add("files/x/", b"")
        .add("files/x", b"2")
        .whole();
    check("directory as file", &both, "twice");
}

#[test]
fn kinds() {
    let kind = |name: &str, change: &dyn Fn(&mut Said), expect: &str| {
        let zip = Zip::backup().add_as(name, b"x", change).whole();
        check(name, &zip, expect);
    };
    kind(
        "files/link",
        &|said| said.attributes = 0o120_777 << 16,
        "is a link",
    );
    kind(
        "files/pipe",
        &|said| said.attributes = 0o010_644 << 16,
        "neither a file",
    );
    kind(
        "files/device",
        &|said| said.attributes = 0o060_644 << 16,
        "neither a file",
    );
    kind(
        "files/dir",
        &|said| said.attributes = 0o040_755 << 16,
        "neither a file",
    );
    kind("files/secret", &|said| said.flags |= 1, "is encrypted");
    kind(
        "files/bzip2",
        &|said| said.method = 12,
        "compressed in a way",
    );
    kind("files/dir/", &|_| {}, "directory with content");
}

#[test]
fn bombs_and_lies() {
    let with = |change: &dyn Fn(&mut Said), expect: &str| {
        let zip = Zip::backup()
            .add_as("files/x", &vec![0; 100_000], change)
            .whole();
        check(expect, &zip, expect);
    };
    with(&|said| said.size = 10, "files of other sizes");
    with(&|said| said.size = 100_001, "files of other sizes");
    with(&|said| said.size = 1 << 39, "are free; make room");
    with(&|said| said.size = 1 << 41, "at most 1099511627776");
    with(&|said| said.crc ^= 1, "not what they were");
    with(&|said| said.packed = 1 << 30, "inside of each other");
    with(&|said| said.packed -= 1, "the archive is damaged");
    with(&|said| said.offset = 0, "other names");
    with(&|said| said.offset = 0xffff_fff0, "past its end");
    with(&|said| said.local_name = b"files/y".to_vec(), "other names");

    let mut many = Zip::backup();
    for index in 0..1000 {
        many.add(&format!("files/{index}"), b"");
    }
    check("many", &many.whole(), "holds 1002 files; at most 1000");

    // Much from little, by telling of the same bytes again and again.
    let content: Vec<u8> = (0..5000_u32).flat_map(u32::to_le_bytes).collect();
    let mut overlapping = Zip::backup();
    overlapping.add("files/x", &content);
    let one = overlapping.directory.len();
    overlapping.add("files/x", &content);
    let same = overlapping.directory.split_off(one);
    for _ in 0..10 {
        overlapping.directory.extend(&same);
        overlapping.count += 1;
    }
    overlapping.count -= 1;
    check("overlapping", &overlapping.whole(), "inside of each other");
}

#[test]
fn ends() {
    let zip = Zip::backup().whole();
    let end = zip.len() - 22;
    let changed = |at: usize, to: &[u8]| {
        let mut changed = zip.clone();
        changed[at..at + to.len()].copy_from_slice(to);
        changed
    };
    check("empty", b"", "ends in the middle");
    check("something else", b"hello", "ends in the middle");
    check(
        "no database",
        &Zip::default().add("files/x", b"").whole(),
        "without appspace-meta.db",
    );
    check(
        "nothing",
        &Zip::default().whole(),
        "without appspace-meta.db",
    );
    check("fewer", &changed(end + 10, &[1, 0]), "more or fewer");
    check("more", &changed(end + 10, &[3, 0]), "fewer files");
    check(
        "elsewhere",
        &changed(end + 16, &[0; 4]),
        "something else in its directory",
    );
    check(
        "past the end",
        &changed(end + 16, &[0xff; 3]),
        "past its end",
    );
    check("long", &changed(end + 12, &[0xff; 3]), "past its end");

    let wide = good(true);
    let end64 = wide.len() - 22 - 20 - 56;
    let changed = |at: usize, to: &[u8]| {
        let mut changed = wide.clone();
        changed[at..at + to.len()].copy_from_slice(to);
        changed
    };
    let most = 0x7fff_ffff_ffff_fff0_u64.to_le_bytes();
    check("wide: count", &changed(end64 + 32, &most), "at most 1000");
    check("wide: start", &changed(end64 + 48, &most), "past its end");
    check(
        "wide: start",
        &changed(end64 + 48, &[0xff; 8]),
        "past its end",
    );
    check(
        "wide: place",
        &changed(end64 + 56 + 8, &[0xff; 8]),
        "past its end",
    );
    check(
        "wide: place",
        &changed(end64 + 56 + 8, &[0; 8]),
        "no directory",
    );
}
