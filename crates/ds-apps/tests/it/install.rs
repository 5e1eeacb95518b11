//! Installing what is as it should be.

use std::{fs, os::unix::fs::PermissionsExt as _};

use ds_apps::{InstallErrorKind as Kind, code_of};
use ds_core::{AppStore as _, Schema};
use ds_routes::RouteStore as _;
use tar::EntryType;

use crate::support::{
    Script, World, learned,
    pack::{CODE, MANIFEST, Tar, gzip},
    paths,
};

fn version(number: &str) -> Vec<u8> {
    Tar::with_manifest(&format!(r#"{{ "name": "Notes", "version": "{number}" }}"#)).gz()
}

#[tokio::test]
async fn what_is_recorded() {
    let world = World::new();
    world.engine.script(Script::Says(learned(&[1, -1, 2])));
    let installed = world.install(&Tar::app().gz()).await.unwrap();
    let (app, version) = (&installed.app, &installed.version);
    assert_eq!((app.name.as_str(), app.owner), ("Notes", world.owner));
    assert_eq!((version.app, version.schema), (app.id, Schema(2)));
    assert_eq!(version.manifest.entrypoint, "app.js");
    assert_eq!(version.manifest.migrations.len(), 3);
    assert_eq!(
        world.stores.version(version.id).await.unwrap().as_ref(),
        Some(version)
    );
    assert_eq!(world.stores.routes(version.id).await.unwrap().len(), 1);
    assert_eq!(world.stores.ended(), [None]);
    assert_eq!(world.engine.running(), 0);

    let dir = world.data.app_version(app.id, version.id);
    assert_eq!(
        fs::read_to_string(dir.package().join("app.js")).unwrap(),
        CODE
    );
    assert_eq!(
        fs::read_to_string(dir.package().join("dropapp.json")).unwrap(),
        MANIFEST
    );
    let code = code_of(version, &dir);
    assert!(code.run.join(&code.entry).is_file());
    assert!(!code.node_modules);
    assert!(paths(&world.data.staging_root()).is_empty());
}

#[tokio::test]
async fn forms_of_archives() {
    let wrapped = Tar::default()
        .dir("./")
        .dir("./notes/")
        .file("./notes/dropapp.json", MANIFEST)
        .file("./notes/app.js", CODE)
        .file("./._notes", "left by a Mac");
    let long = format!("{}/{}.txt", "d".repeat(200), "f".repeat(200));
    let with_extensions = Tar::default()
        .pax(EntryType::XGlobalHeader, &[("comment", "abc")])
        .file("dropapp.json", MANIFEST)
        .pax(
            EntryType::XHeader,
            &[("mtime", "1.5"), ("path", "app.js"), ("size", "26")],
        )
        .file("shortened", CODE)
        .long_name(&long)
        .file("shortened", "long")
        .dir("empty/")
        .file("old-directory/", "")
        .file("a..b.js", "")
        .file("A..B.js", "");
    let table = [
        ("gzip", Tar::app().gz(), 2),
        ("plain", Tar::app().tar(), 2),
        (
            "with ./",
            Tar::default()
                .dir("./")
                .file("./dropapp.json", MANIFEST)
                .file("./app.js", CODE)
                .gz(),
            2,
        ),
        ("wrapped", wrapped.gz(), 2),
        ("extensions", with_extensions.gz(), 8),
        (
            "two members",
            [gzip(&Tar::app().unended()), gzip(&[0; 1024])].concat(),
            2,
        ),
        ("no end mark", gzip(&Tar::app().unended()), 2),
        (
            "what follows",
            [Tar::app().gz(), b"signature".to_vec()].concat(),
            2,
        ),
    ];
    for (what, package, count) in table {
        let world = World::new();
        let installed = world.install(&package).await.expect(what);
        let dir = world
            .data
            .app_version(installed.app.id, installed.version.id);
        let found = paths(&dir.package());
        assert_eq!(found.len(), count, "{what}: {found:?}");
        for path in found {
            let about = fs::symlink_metadata(dir.package().join(&path)).unwrap();
            let expect = if about.is_dir() { 0o755 } else { 0o644 };
            assert_eq!(
                about.permissions().mode() & 0o7777,
                expect,
                "{what}: {path:?}"
            );
        }
    }
}

#[tokio::test]
async fn next_versions() {
    let world = World::new();
    let install = async |number: &str, migrations: &[i32]| {
        world.engine.script(Script::Says(learned(migrations)));
        world.install(&version(number)).await
    };
    let first = install("1.0.0", &[1]).await.unwrap();
    let third = install("v3", &[1, 2, 3]).await.unwrap();
    assert_eq!(first.app, third.app);
    assert_eq!(third.version.version.to_string(), "3.0.0");

    let before = world.state();
    let check = async |number: &str, migrations: &[i32], fragment: &str| {
        let error = install(number, migrations).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(error.to_string().contains(fragment), "{error}");
        assert_eq!(world.state(), before);
    };
    let started = world
        .engine
        .started
        .load(std::sync::atomic::Ordering::SeqCst);
    check("1.0.0", &[1], "Notes 1.0.0 is installed already").await;
    check("1.0.0+other", &[1], "is installed already").await;
    let after = world
        .engine
        .started
        .load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(
        started, after,
        "an installed version is refused before it runs"
    );
    check("2.0.0", &[], "lower than 1 of version 1.0.0").await;
    check("2.0.0", &[1, 2, 3, 4], "higher than 3 of version 3.0.0").await;
    check("4.0.0", &[1, 2], "lower than 3 of version 3.0.0").await;
    check("0.1.0", &[1, 2], "higher than 1 of version 1.0.0").await;
    install("2.0.0", &[1, 2]).await.unwrap();
    install("0.1.0", &[]).await.unwrap();

    let other = Tar::with_manifest(r#"{ "name": "notes", "version": "1.0.0" }"#);
    let other = world.install(&other.gz()).await.unwrap();
    assert_ne!(other.app.id, first.app.id);
}
