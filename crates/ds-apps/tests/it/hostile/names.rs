//! Names that lead somewhere else, or nowhere.

use ds_apps::InstallErrorKind as Kind;
use tar::EntryType;

use super::check_all;
use crate::support::pack::Tar;

#[tokio::test]
async fn names() {
    let with = |name: &[u8]| Tar::app().file(name, "x").gz();
    let long = |name: &str| Tar::app().long_name(name).file("short", "x").gz();
    let table = vec![
        (
            "absolute",
            with(b"/etc/cron.d/x"),
            "`/etc/cron.d/x`, whose name is absolute",
        ),
        ("parent", with(b"../x"), "leads out of the package"),
        (
            "parent inside",
            with(b"a/../../x"),
            "leads out of the package",
        ),
        (
            "parent at the end",
            with(b"a/.."),
            "leads out of the package",
        ),
        ("backslash", with(b"..\\x"), "contains a backslash"),
        ("not UTF-8", with(b"caf\xe9"), "is not UTF-8"),
        ("line break", with(b"a\nb"), "control character"),
        ("the package itself", with(b"./."), "is that of a directory"),
        ("no name", with(b""), "is empty"),
        ("NUL", long("a\0b"), "control character"),
        ("long component", long(&"a".repeat(256)), "is too long"),
        ("long path", long(&"abc/".repeat(130)), "is too long"),
        ("huge name", long(&"a".repeat(20_000)), "is too long"),
        ("deep", long(&"a/".repeat(34)), "directories deep"),
        (
            "absolute by pax",
            Tar::app()
                .pax(EntryType::XHeader, &[("path", "/x")])
                .file("x", "")
                .gz(),
            "is absolute",
        ),
        (
            "parent as directory",
            Tar::app().dir("../../x/").gz(),
            "leads out of the package",
        ),
        (
            "one name for all",
            Tar::app()
                .pax(EntryType::XGlobalHeader, &[("path", "x")])
                .file("y", "")
                .gz(),
            "damaged",
        ),
        (
            "two sizes",
            Tar::app()
                .pax(EntryType::XHeader, &[("size", "1")])
                .file("x", "abc")
                .gz(),
            "two sizes for `x`",
        ),
    ];
    check_all(Kind::Invalid, table).await;
}
