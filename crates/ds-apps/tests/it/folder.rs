//! Folders as packages, and running an app without installing it.

use std::{fs, os::unix::fs::symlink, path::Path};

use ds_apps::{InstallErrorKind as Kind, InstallOptions, Modules, Source, ready_folder};
use ds_core::{AppVersionDir, Version};

use crate::support::{
    FakeEngine, Script, World,
    pack::{CODE, MANIFEST},
    paths,
};

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[tokio::test]
async fn tools_files_stay_behind() {
    let world = World::new();
    let folder = world.root.path().join("notes");
    write(
        &folder,
        &[
            ("dropapp.json", MANIFEST),
            ("app.js", CODE),
            (".git/HEAD", "ref"),
            (".env", "SECRET=1"),
            ("node_modules/left-pad/index.js", "export default 1;"),
            ("node_modules/.bin/x", ""),
        ],
    );
    symlink("/etc/passwd", folder.join("node_modules/.bin/link")).unwrap();
    let source = Source::Folder(folder);
    let options = InstallOptions::default();
    let installed = world
        .installer
        .install(world.owner, source, options)
        .await
        .unwrap();
    let dir = world
        .data
        .app_version(installed.app.id, installed.version.id);
    let found: Vec<_> = paths(&dir.package())
        .into_iter()
        .map(|p| p.display().to_string())
        .collect();
    let expect = [
        "app.js",
        "dropapp.json",
        "node_modules",
        "node_modules/left-pad",
        "node_modules/left-pad/index.js",
    ];
    assert_eq!(found, expect);
}

#[tokio::test]
async fn refused_folders() {
    let check = async |spoil: fn(&Path), kind: Kind, fragment: &str| {
        let world = World::new();
        let before = world.state();
        let folder = world.root.path().join("notes");
        write(&folder, &[("dropapp.json", MANIFEST), ("app.js", CODE)]);
        spoil(&folder);
        let source = Source::Folder(folder);
        let options = InstallOptions::default();
        let result = world.installer.install(world.owner, source, options).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(fragment), "{error}");
        assert_eq!(world.state(), before);
    };
    check(
        |f| symlink("app.js", f.join("link.js")).unwrap(),
        Kind::Invalid,
        "`link.js`, which is a symbolic link",
    )
    .await;
    check(
        |f| fs::remove_dir_all(f).unwrap(),
        Kind::Invalid,
        "cannot read",
    )
    .await;
    check(
        |f| fs::remove_file(f.join("dropapp.json")).unwrap(),
        Kind::Invalid,
        "no dropapp.json",
    )
    .await;
    check(
        |f| drop(std::os::unix::net::UnixListener::bind(f.join("socket")).unwrap()),
        Kind::Invalid,
        "`socket`, which is a device, pipe or socket",
    )
    .await;
}

#[tokio::test]
async fn without_a_store() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("notes");
    // On a laptop an app runs before it has a name and a version.
    write(
        &folder,
        &[
            ("dropapp.json", "{}"),
            ("app.ts", "export const a: number = 1;\n"),
        ],
    );
    let modules = Modules::new(Vec::new(), None);
    let engine = FakeEngine::default();
    let into = AppVersionDir::new(root.path().join("ready"));
    let ready = ready_folder(&folder, &into, &modules, &engine)
        .await
        .unwrap();
    assert_eq!(ready.manifest.version, Version::new(0, 0, 0));
    assert_eq!(ready.routes.len(), 1);
    assert!(ready.code.run.join(&ready.code.entry).is_file());
    let fields: Vec<_> = ready.warnings.iter().map(|w| w.field.as_str()).collect();
    assert!(
        fields.contains(&"name") && fields.contains(&"version"),
        "{fields:?}"
    );

    let occupied = ready_folder(&folder, &into, &modules, &engine)
        .await
        .unwrap_err();
    assert_eq!(occupied.kind(), Kind::Internal);
    assert!(
        into.package().join("app.ts").is_file(),
        "what is there stays"
    );

    engine.script(Script::Throws("oh"));
    let other = AppVersionDir::new(root.path().join("other"));
    ready_folder(&folder, &other, &modules, &engine)
        .await
        .unwrap_err();
    assert!(!other.root().exists());
}
