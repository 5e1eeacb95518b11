//! Each step of an install fails in turn: nothing is left of it.

use std::fs;

use ds_apps::InstallErrorKind as Kind;
use ds_core::error_chain;

use crate::support::{Script, World, learned, pack::Tar};

/// Fails with this kind and these words; then, mended, the same package installs.
async fn check(what: &str, break_it: impl Fn(&World), kind: Kind, fragment: &str) {
    let world = World::new();
    world
        .install(&Tar::with_manifest(r#"{ "name": "Notes", "version": "0.9.0" }"#).gz())
        .await
        .unwrap();
    let before = world.state();
    break_it(&world);
    let error = world.install(&Tar::app().gz()).await.expect_err(what);
    let text = error_chain(&error);
    assert_eq!(error.kind(), kind, "{what}: {text}");
    assert!(text.contains(fragment), "{what}: {text}");
    assert_eq!(world.state(), before, "{what}");
    assert_eq!(world.engine.running(), 0, "{what}");
    if let [_, second] = &world.stores.ended()[..] {
        assert_eq!(
            second.as_deref(),
            Some(text.as_str()),
            "{what}: the job says why"
        );
    }

    world.stores.fail(None);
    world.engine.script(Script::Says(learned(&[])));
    world.install(&Tar::app().gz()).await.expect(what);
    assert_eq!(world.stores.version_count(), 2, "{what}");
}

#[tokio::test]
async fn engine() {
    let script = |script: Script| move |world: &World| world.engine.script(script.clone());
    check(
        "throws",
        script(Script::Throws("x is not defined")),
        Kind::App,
        "x is not defined",
    )
    .await;
    check(
        "no engine",
        script(Script::NoEngine),
        Kind::Internal,
        "Deno is missing",
    )
    .await;
    check(
        "does not say",
        script(Script::FailsToSay("boom")),
        Kind::App,
        "boom",
    )
    .await;
    check(
        "panics",
        script(Script::Panics),
        Kind::Internal,
        "a defect of the host",
    )
    .await;
    check(
        "gap at the top",
        script(Script::Says(learned(&[1, -2]))),
        Kind::Invalid,
        "has no `up`",
    )
    .await;
    check(
        "twice",
        script(Script::Says(learned(&[1, 1]))),
        Kind::Invalid,
        "twice",
    )
    .await;
    check(
        "schema 0",
        script(Script::Says(learned(&[0]))),
        Kind::Invalid,
        "1 or more",
    )
    .await;
    let many: Vec<i32> = (1..1002).collect();
    check(
        "many",
        script(Script::Says(learned(&many))),
        Kind::App,
        "more than 1000",
    )
    .await;
}

#[tokio::test]
async fn stores() {
    let fail = |call: &'static str| move |world: &World| world.stores.fail(Some(call));
    check(
        "begin",
        fail("begin"),
        Kind::Internal,
        "cannot record the job",
    )
    .await;
    check("versions", fail("versions"), Kind::Internal, "cannot list").await;
    check(
        "routes",
        fail("set_routes"),
        Kind::Internal,
        "record the app's routes",
    )
    .await;
    check(
        "version",
        fail("add_version"),
        Kind::Internal,
        "record the app: ",
    )
    .await;
}

#[tokio::test]
async fn a_failure_after_it_was_recorded() {
    let world = World::new();
    world.stores.fail(Some("add_version late"));
    let installed = world.install(&Tar::app().gz()).await.unwrap();
    let dir = world
        .data
        .app_version(installed.app.id, installed.version.id);
    assert!(dir.package().join("app.js").is_file());
    assert_eq!(world.stores.ended(), [None]);
}

#[tokio::test]
async fn publishing() {
    let world = World::new();
    // A file where directories belong: nobody, not even root, can publish there.
    let apps = world.data.root().join("apps");
    fs::remove_dir(&apps).unwrap();
    fs::write(&apps, "").unwrap();
    let before = world.state();
    let error = world.install(&Tar::app().gz()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Internal);
    assert_eq!(world.state().0, before.0);
    fs::remove_file(&apps).unwrap();
    world.install(&Tar::app().gz()).await.unwrap();
}
