//! Bad input gets a clear message and changes nothing. Hostile packages have a table of their own in ds-apps.

use std::time::Duration;

use ds_host::ops::{ErrorKind, OpError};

use crate::host::TestHost;

fn assert_says(error: &OpError, kind: ErrorKind, text: &str) {
    let said = format!("{error} {}", error.hint().unwrap_or_default());
    assert_eq!(error.kind(), kind, "{said}");
    assert!(said.contains(text), "`{said}` does not say `{text}`");
}

fn entries(dir: &std::path::Path) -> usize {
    std::fs::read_dir(dir).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_that_cannot_be_installed() {
    let host = TestHost::start_with(|config| config.sandbox.start = Duration::from_secs(2)).await;
    for (app, text) in [
        ("throws-at-load", "the moon is in the wrong house"),
        ("never-ready", "not ready after 2 s"),
        ("exits-at-boot", "exit code 7"),
        ("no-entrypoint", "app.ts"),
        ("unknown-api", "ds-api 7"),
        ("no-such-folder", "no-such-folder"),
    ] {
        let error = host.install(app).await.expect_err(app);
        assert_says(&error, ErrorKind::Invalid, text);
        assert_eq!(
            entries(&host.data.root().join("apps")),
            0,
            "{app} left something"
        );
        assert_eq!(
            entries(&host.data.staging_root()),
            0,
            "{app} left something"
        );
        assert!(
            host.host.ops.apps(host.owner).await.unwrap().is_empty(),
            "{app}"
        );
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_addresses_that_are_taken() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let again = host.install("echo").await.unwrap_err();
    assert_says(&again, ErrorKind::Conflict, "1.0.0");
    let check = async |label: &str, kind: ErrorKind, text: &str| {
        let error = host.create("Echo", label).await.expect_err(label);
        assert_says(&error, kind, text);
    };
    check("echo", ErrorKind::Conflict, "taken").await;
    check("ECHO", ErrorKind::Conflict, "taken").await;
    check("dropserver", ErrorKind::Conflict, "dropserver").await;
    for bad in [
        "",
        "a b",
        "-x",
        "x_y",
        "ä",
        "a/b",
        "..",
        "x.y.z.example.org",
    ] {
        let error = host.create("Echo", bad).await.expect_err(bad);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{bad}: {error}");
    }
    let unknown = host.create("Nothing", "free").await.unwrap_err();
    assert_says(&unknown, ErrorKind::NotFound, "Nothing");
    let unknown = host.create("Echo@2.0.0", "free").await.unwrap_err();
    assert_says(&unknown, ErrorKind::NotFound, "2.0.0");
    assert_eq!(host.host.ops.appspaces(host.owner).await.unwrap().len(), 1);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_no_appspace() {
    let host = TestHost::start().await;
    host.install("migration-fails").await.unwrap();
    let error = host.create("Migration fails", "dry").await.unwrap_err();
    assert_says(&error, ErrorKind::Invalid, "the well is dry");
    assert_eq!(entries(&host.data.root().join("appspaces")), 0);
    assert_eq!(host.program().get(&host.at("dry", "/")).await.status, 404);
    assert!(
        host.host
            .ops
            .appspaces(host.owner)
            .await
            .unwrap()
            .is_empty()
    );
    // The address is free for another.
    host.with_appspace("echo", "dry").await;
    host.end().await;
}
