//! Archives that somebody made to do harm, or that are something else.

use std::{fs, path::Path};

use super::{
    forge::{BLOCK, Forge, header, record, sum},
    import, quick_dir,
};

/// Refused with these words; nothing is left, and nothing was written elsewhere.
pub(super) fn check(name: &str, archive: &[u8], expect: &str) {
    let dir = quick_dir();
    let into = dir.path().join("staging/into");
    fs::create_dir(dir.path().join("staging")).unwrap();
    let Err(error) = import(archive, &into) else {
        panic!("{name}: taken in");
    };
    let said = ds_core::error_chain(&error);
    assert!(said.contains(expect), "{name}: {said}");
    assert_eq!(names(&dir.path().join("staging")), [""; 0], "{name}");
    assert_eq!(names(dir.path()), ["staging"], "{name}");
}

fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

/// An archive with one entry that is described like this.
fn entry(change: impl FnOnce(&mut [u8; BLOCK])) -> Vec<u8> {
    let mut block = header(b"data/files/x", b'0', 0o600, 0, b"");
    change(&mut block);
    sum(&mut block);
    let mut forge = Forge::data(1, 1, 0);
    forge.raw(&block).content("data/files/x", b"").whole()
}

pub(super) fn data(entries: u64, files: u64, add: impl FnOnce(&mut Forge)) -> Vec<u8> {
    let mut forge = Forge::data(entries, files, 0);
    add(&mut forge);
    forge.whole()
}

#[test]
fn by_hand_as_by_us() {
    let dir = quick_dir();
    let archive = data(2, 1, |forge| {
        forge.file("data/files/x", b"").link("data/files/y", "x");
    });
    let into = dir.path().join("into");
    import(&archive, &into).unwrap();
    assert_eq!(names(&into), ["data"]);
    assert_eq!(names(&into.join("data/files")).len(), 2);
    // `entry` makes a good one, if it is not told otherwise.
    import(&entry(|_| {}), &dir.path().join("again")).unwrap();
}

#[test]
fn something_else() {
    let zstd = |content: &[u8]| zstd::encode_all(content, 1).unwrap();
    check("empty", b"", "an empty file");
    check("gzip", b"\x1f\x8b\x08\0", "a gzip file");
    check("zip", b"PK\x03\x04....", "a zip file");
    check("text", b"hello", "a file of another kind");
    check(
        "a skippable frame",
        b"\x50\x2a\x4d\x18\x01\0\0\0x",
        "another kind",
    );
    check("only the magic", b"\x28\xb5\x2f\xfd", "ends in the middle");
    check("nothing", &zstd(b""), "ends in the middle");
    check("not tar", &zstd(&[b'x'; 2000]), "where a file should begin");
    check(
        "empty tar",
        &zstd(&[0; 1024]),
        "a .tar.zst file of something else",
    );
    let package = Forge::empty([0; 3]).file("dropapp.json", b"{}").zstd();
    check("a package", &package, "a .tar.zst file of something else");
}

#[test]
fn names_that_lead_elsewhere() {
    let file = |name: &str, expect: &str| {
        check(name, &data(1, 1, |forge| _ = forge.file(name, b"")), expect);
    };
    file("evil.sh", "none of the places");
    file("/etc/cron.d/evil", "absolute");
    file("../evil", "leads out");
    file("data/files/../../../evil", "leads out");
    file("data/files/./evil", "a name that no file has");
    file("data//files/evil", "a name that no file has");
    file("data/other/evil", "not in a directory before it");
    file("package/evil", "not among what it says");
    file("dataevil", "none of the places");
    file("archive.json", "none of the places");

    let name = |name: &[u8]| {
        data(1, 1, |forge| {
            forge
                .pax(&record("path", name))
                .raw(&header(name, b'0', 0o600, 0, b""));
        })
    };
    check(
        "long",
        &name(&[b"data/files/", &[b'x'; 256][..]].concat()),
        "too long",
    );
    let deep = [&b"data/files"[..], &b"/d".repeat(3000)].concat();
    check("long path", &name(&deep), "too long");
    let zero = [b"data/files/", &[b'x'; 120][..], b"\0y"].concat();
    check("zero byte", &name(&zero), "no file has");
    let deep = data(200, 0, |forge| {
        for levels in 1..128 {
            let name = format!("data/files{}/", "/d".repeat(levels));
            if name.len() > 100 {
                forge.pax(&record("path", name.as_bytes()));
            }
            forge.raw(&header(name.as_bytes(), b'5', 0o700, 0, b""));
        }
        let name = format!("data/files{}/", "/d".repeat(128));
        forge.pax(&record("path", name.as_bytes()));
        forge.raw(&header(name.as_bytes(), b'5', 0o700, 0, b""));
    });
    check("too deep", &deep, "below too many directories");
}

#[test]
fn names_twice() {
    let twice = data(2, 2, |forge| {
        forge.file("data/files/x", b"").file("data/files/x", b"");
    });
    check("file", &twice, "twice");
    let twice = data(2, 0, |forge| {
        forge.directory("data/files/d").directory("data/files/d");
    });
    check("directory", &twice, "twice");
    let both = data(2, 1, |forge| {
        forge.file("data/files/x", b"").directory("data/files/x");
    });
    check("file and directory", &both, "twice");
    let below = data(2, 2, |forge| {
        forge.file("data/files/x", b"").file("data/files/x/y", b"");
    });
    check("file as directory", &below, "not in a directory before it");
    let left = data(4, 1, |forge| {
        forge.directory("data/files/a").directory("data/files/b");
        forge
            .directory("data/files/b/c")
            .file("data/files/a/x", b"");
    });
    check(
        "a directory that was left",
        &left,
        "not in a directory before it",
    );
}

#[test]
fn links() {
    let through = data(2, 1, |forge| {
        forge
            .link("data/files/l", "../../..")
            .file("data/files/l/evil", b"");
    });
    check("through a link", &through, "not in a directory before it");
    let over = data(2, 1, |forge| {
        forge
            .link("data/files/l", "../../../evil")
            .file("data/files/l", b"");
    });
    check("over a link", &over, "twice");
    let over = data(2, 0, |forge| {
        forge
            .link("data/files/l", "../../..")
            .directory("data/files/l");
    });
    check("a directory over a link", &over, "twice");
    let own = data(1, 0, |forge| {
        _ = forge.link("data/appspace-meta.db", "/etc/passwd");
    });
    check("the database", &own, "in place of");
    let own = data(1, 0, |forge| _ = forge.link("data/storage", "/"));
    check("storage", &own, "in place of");
    let own = data(1, 1, |forge| _ = forge.file("data/storage", b""));
    check("storage as a file", &own, "not what it should be");
    let journal = "data/appspace-meta.db-journal";
    let beside = data(1, 1, |forge| _ = forge.file(journal, b""));
    check("a journal", &beside, "not what an appspace's data has");
    let root = Forge::new([1, 0, 0], false).link("data", "/").whole();
    check("data", &root, "is not a directory");
    let package = Forge::new([3, 0, 0], true)
        .directory("data")
        .directory("package")
        .link("package/l", "/etc/passwd")
        .whole();
    check("in a package", &package, "is a link");
    let nowhere = data(1, 0, |forge| _ = forge.link("data/files/l", ""));
    check("to nothing", &nowhere, "points to nothing");
}

#[test]
fn kinds() {
    let kind = |flag: u8| entry(|block| block[156] = flag);
    check("hard link", &kind(b'1'), "a hard link");
    check("character device", &kind(b'3'), "a device");
    check("block device", &kind(b'4'), "a device");
    check("pipe", &kind(b'6'), "a named pipe");
    check("contiguous", &kind(b'7'), "of an unknown kind");
    check("old file", &kind(0), "of an unknown kind");
    check("GNU sparse", &kind(b'S'), "a sparse file");
    check("GNU long name", &kind(b'L'), "as GNU tar writes it");
    check("GNU long link", &kind(b'K'), "as GNU tar writes it");
    check("global header", &kind(b'g'), "describes other files");
}

#[test]
fn odd_headers() {
    let odd = "as Dropserver never does";
    let mode = |mode: &'static [u8]| entry(|block| block[100..107].copy_from_slice(mode));
    check("set-user-id", &mode(b"0004755"), odd);
    check("for everybody", &mode(b"0000777"), odd);
    check("owner", &entry(|block| block[114] = b'1'), odd);
    check("owner's name", &entry(|block| block[265] = b'r'), odd);
    check("prefix", &entry(|block| block[345] = b'x'), odd);
    check("magic", &entry(|block| block[262] = b' '), odd);
    check("after the name", &entry(|block| block[50] = b'x'), odd);
    check(
        "a size in other digits",
        &entry(|block| block[124] = b' '),
        odd,
    );
    check(
        "a link's target on a file",
        &entry(|block| block[157] = b'x'),
        odd,
    );

    let pax = |records: &[u8]| {
        data(1, 1, |forge| {
            forge.pax(records).file("data/files/x", b"");
        })
    };
    check("unknown record", &pax(&record("SCHILY.xattr.x", b"y")), odd);
    check("size twice", &pax(&record("size", b"99")), odd);
    check(
        "sparse",
        &pax(&record("GNU.sparse.name", b"x")),
        "a sparse file",
    );
    check(
        "short name in a record",
        &pax(&record("path", b"data/files/x")),
        odd,
    );
    check("no records", &pax(b"nonsense"), odd);
    check(
        "a name with a slash",
        &pax(&record("path", b"data/files/x/")),
        odd,
    );
    check("time", &pax(&record("mtime", b"1.5")), odd);
    check("time", &pax(&record("mtime", b"1e9")), odd);
    let twice = [
        record("mtime", b"1.500000000"),
        record("mtime", b"1.500000000"),
    ]
    .concat();
    check("a record twice", &pax(&twice), odd);
    let long = header(b"././@PaxHeader", b'x', 0o600, 1 << 30, b"");
    check(
        "long record",
        &data(1, 0, |forge| _ = forge.raw(&long)),
        "too long",
    );
    let two = data(1, 1, |forge| {
        let one = record("mtime", b"1.500000000");
        forge.pax(&one).pax(&one).file("data/files/x", b"");
    });
    check("two records", &two, "describes other files");
}
