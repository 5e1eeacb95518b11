//! Archives that say something else than what they have, or more than may be.

use std::io::Write as _;

use ds_backup::ImportBounds;
use serde_json::json;

use super::{
    forge::{BLOCK, Forge, header},
    hostile::{check, data},
    import, quick_dir,
};

#[test]
fn heads() {
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut head = Forge::head([2, 0, 0], false);
        change(&mut head);
        let mut forge = Forge::with_head(&head, [2, 0, 0]);
        forge.directory("data").directory("data/files").whole()
    };
    import(&with(&|_| {}), &quick_dir().path().join("x")).unwrap();
    let newer = with(&|head| head["format"] = json!(2));
    check("newer", &newer, "newer Dropserver (format 2)");
    let newer = with(&|head| head["about"] = json!({"format": 7}));
    check("newer about", &newer, "newer Dropserver (format 7)");
    let odd = with(&|head| head["format"] = json!("x"));
    check("odd format", &odd, "cannot understand");
    let odd = with(&|head| head["about"]["address"] = json!("a/../b"));
    check("odd address", &odd, "cannot understand");
    let odd = with(&|head| head["entries"] = json!(-1));
    check("negative", &odd, "cannot understand");
    check(
        "too little",
        &with(&|head| head["entries"] = json!(1)),
        "more than it says",
    );
    check(
        "too much",
        &with(&|head| head["entries"] = json!(3)),
        "missing",
    );
    check(
        "too many",
        &with(&|head| head["entries"] = json!(6_000_000)),
        "at most 5000000",
    );
    let huge = with(&|head| head["bytes"] = json!(u64::MAX / 2));
    check("huge", &huge, "are free; make room");
    let missing = with(&|head| head["package"] = json!(true));
    check("no package", &missing, "missing");

    let text = Forge::empty([0; 3]).file("archive.json", b"no json").zstd();
    check("no JSON", &text, "cannot understand");
    let nested = "[".repeat(100_000);
    let nested = Forge::empty([0; 3])
        .file("archive.json", nested.as_bytes())
        .zstd();
    check("nested JSON", &nested, "cannot understand");
    let long = header(b"archive.json", b'0', 0o600, 2 << 20, b"");
    let long = Forge::empty([0; 3]).raw(&long).zstd();
    check("long head", &long, "something else");
}

#[test]
fn ends() {
    let forge = || {
        let mut forge = Forge::data(1, 1, 3);
        forge.file("data/files/x", b"abc");
        forge
    };
    let ends = |name: &str, archive: &[u8], expect: &str| check(name, archive, expect);
    ends(
        "no sums",
        &forge().end().mark().zstd(),
        "none of the places",
    );
    ends("no end", &forge().sums().mark().zstd(), "ends too early");
    ends(
        "no sums and no end",
        &forge().mark().zstd(),
        "ends too early",
    );
    ends("no mark", &forge().sums().end().zstd(), "in the middle");
    let more = forge().sums().end().file("data/files/y", b"").mark().zstd();
    ends("more after the end", &more, "does not fit");
    let one = forge().sums().end().raw(&[0; BLOCK]).zstd();
    ends("half a mark", &one, "in the middle");
    let three = forge().sums().end().mark().raw(&[0; BLOCK]).zstd();
    ends("a longer mark", &three, "after its end");
    let whole = forge().whole();
    ends(
        "another frame",
        &[&whole[..], &whole].concat(),
        "after its end",
    );
    ends("a byte more", &[&whole[..], b"x"].concat(), "after its end");

    let mut other = forge();
    other.counts[2] = 4;
    ends(
        "other counts",
        &other.sums().end().mark().zstd(),
        "does not fit",
    );
    let mut forged = Forge::data(1, 1, 3);
    forged.raw(&header(b"data/files/x", b'0', 0o600, 3, b""));
    forged.content("data/files/x", b"abc");
    let at = forged.tar.len() - BLOCK;
    forged.tar[at] = b'A';
    ends("other content", &forged.whole(), "not what they were");
    let mut forged = forge();
    let end = forged.tar.len() - 1;
    forged.tar[end] = 1;
    ends("padding", &forged.whole(), "where nothing should be");
    let sums = forge().file("SHA256SUMS", b"").end().mark().zstd();
    ends("empty sums", &sums, "not what they were");
    let sums = forge().directory("SHA256SUMS").end().mark().zstd();
    ends("a directory of sums", &sums, "not what they were");
}

#[test]
fn bombs() {
    // A thousand times smaller than what it becomes.
    let zeros = data(1, 1, |forge| {
        forge.file("data/files/x", &vec![0; 64 << 20]);
    });
    assert!(zeros.len() < 64 << 10);
    check("more than it says", &zeros, "more than it says");

    // Reading this takes a gigabyte of memory.
    let tar = Forge::data(1, 1, 1)
        .file("data/files/x", b"1")
        .sums()
        .end()
        .mark()
        .tar
        .clone();
    let mut window = zstd::Encoder::new(Vec::new(), 1).unwrap();
    window.window_log(27).unwrap();
    window.write_all(&tar).unwrap();
    check(
        "a long window",
        &window.finish().unwrap(),
        "too much memory",
    );
}

#[test]
fn bounds_of_the_caller() {
    let mut forge = Forge::data(1, 1, 3);
    let archive = forge.file("data/files/x", b"abc").whole();
    let check = |bytes, entries, expect: Option<&str>| {
        let dir = quick_dir();
        let into = dir.path().join("into");
        let bounds = ImportBounds {
            bytes,
            entries,
            keep_free: 0,
        };
        let outcome = ds_backup::import(&archive[..], &into, &bounds, &ds_backup::NoProgress);
        match (outcome, expect) {
            (Ok(_), None) => assert!(into.exists()),
            (Err(error), Some(expect)) => {
                let said = error.to_string();
                assert!(said.contains(expect), "{said}");
                assert!(!into.exists());
            }
            (outcome, _) => panic!("{outcome:?}"),
        }
    };
    check(3, 3, None);
    check(2, 3, Some("holds 3 bytes; at most 2"));
    check(3, 2, Some("holds 3 files; at most 2"));

    let dir = quick_dir();
    let bounds = ImportBounds {
        keep_free: u64::MAX,
        ..ImportBounds::default()
    };
    let into = dir.path().join("into");
    let full = ds_backup::import(&archive[..], &into, &bounds, &ds_backup::NoProgress);
    let said = full.unwrap_err().to_string();
    assert!(said.contains("MiB are free; make room"), "{said}");
    assert!(!into.exists());
}
