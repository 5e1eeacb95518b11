//! Entries that are no files, and entries that collide.

use ds_apps::InstallErrorKind as Kind;
use tar::EntryType;

use super::check_all;
use crate::support::pack::{CODE, Tar};

#[tokio::test]
async fn kinds() {
    let link = |kind| Tar::app().link("a", kind, "/etc/passwd").gz();
    let special = |kind| Tar::app().entry("a", kind, 0, b"").gz();
    let sparse = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")];
    let table = vec![
        (
            "symlink",
            link(EntryType::Symlink),
            "`a`, which is a symbolic link",
        ),
        ("hard link", link(EntryType::Link), "a hard link"),
        (
            "through a symlink",
            Tar::app()
                .link("a", EntryType::Symlink, "/tmp")
                .file("a/x", "")
                .gz(),
            "a symbolic link",
        ),
        ("fifo", special(EntryType::Fifo), "a named pipe"),
        ("char device", special(EntryType::Char), "a device"),
        ("block device", special(EntryType::Block), "a device"),
        ("sparse", special(EntryType::GNUSparse), "a sparse file"),
        (
            "sparse by pax",
            Tar::app()
                .pax(EntryType::XHeader, &sparse)
                .file("x", "")
                .gz(),
            "a sparse file",
        ),
        (
            "volume",
            special(EntryType::new(b'V')),
            "of an unknown kind",
        ),
        (
            "twice",
            Tar::app().file("./app.js", CODE).gz(),
            "`app.js` twice",
        ),
        (
            "file, then directory",
            Tar::app().file("app.js/x", "").gz(),
            "twice",
        ),
        (
            "directory, then file",
            Tar::app().file("d/x", "").file("d", "").gz(),
            "twice",
        ),
    ];
    check_all(Kind::Invalid, table).await;
}
