//! Bombs, and everything else that is too much.

use ds_apps::InstallErrorKind as Kind;
use tar::EntryType;

use super::check_all;
use crate::support::pack::{Tar, gzip};

#[tokio::test]
async fn sizes() {
    let many = (0..60).fold(Tar::app(), |tar, n| tar.file(format!("f{n}"), ""));
    let directories = (0..60).fold(Tar::app(), |tar, n| tar.dir(&format!("d{n}/")));
    let implied = (0..3).fold(Tar::app(), |tar, n| {
        tar.long_name(format!("{n}{}x", "/a".repeat(20)))
            .file("x", "")
    });
    let big = vec![0; 60 << 10];
    let bulk = (0..6).fold(Tar::app(), |tar, n| tar.file(format!("f{n}"), &big));
    let bomb = gzip(&vec![0; 4 << 20]);
    let after_the_end = [Tar::app().tar(), vec![0; 4 << 20]].concat();
    let lie = Tar::app().entry("huge", EntryType::Regular, 1 << 40, b"");
    let name_bomb = Tar::app().entry("n", EntryType::GNULongName, 1 << 33, b"");
    let table = vec![
        ("many files", many.gz(), "more than 40 files"),
        ("many directories", directories.gz(), "more than 40 files"),
        ("implied directories", implied.gz(), "more than 40 files"),
        ("bulk", bulk.gz(), "together are larger than 256 KiB"),
        (
            "one big file",
            Tar::app().file("big", vec![0; (64 << 10) + 1]).gz(),
            "`big`, which is larger than 64 KiB",
        ),
        ("a declared size", lie.gz(), "`huge`"),
        ("zeros", bomb, "larger than"),
        ("a bomb after the end", gzip(&after_the_end), "larger than"),
        ("a big archive", vec![0; (1 << 20) + 1], "larger than 1 MiB"),
    ];
    check_all(Kind::TooLarge, table).await;
    let table = vec![("a bomb of a name", name_bomb.gz(), "too long")];
    check_all(Kind::Invalid, table).await;
}
