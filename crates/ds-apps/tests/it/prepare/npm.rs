//! npm packages from a registry on this machine, run offline afterwards.

use serde_json::json;

use super::{web::Registry, *};

const APP: &str = r#"
    import a from "npm:a@^1";
    import scoped from "npm:@s/c/deep.js";
    import early from "npm:b@<2";
    console.log(a, scoped, early);
"#;

/// `a` needs the second `b`, while the app asks for the first; `a` and `c` need each other.
async fn registry() -> Registry {
    let registry = Registry::start().await;
    let a = json!({ "dependencies": { "b": "^2.0.0", "@s/c": "*", "other": "npm:b@2.0.0" } });
    let index =
        "module.exports = ['a', require('b'), require('other'), require('@s/c')].flat().join()";
    registry.publish("a", "1.1.0", index, a);
    registry.publish("a", "2.0.0", "throw new Error('not asked for')", json!({}));
    registry.publish("b", "1.5.0", "module.exports = 'b1'", json!({}));
    registry.publish("b", "2.0.0", "module.exports = 'b2'", json!({}));
    registry.publish("b", "2.1.0", "module.exports = 'b2.1'", json!({}));
    let c = web::full_manifest(
        "@s/c",
        "0.1.0",
        json!({ "dependencies": { "a": ">=1 <2" } }),
    );
    let c = web::archive(&[
        ("any-name/package.json", &c.to_string()),
        ("any-name/index.js", "module.exports = 'c'"),
        ("any-name/deep.js", "module.exports = 'deep'"),
    ]);
    registry.publish_archive("@s/c", "0.1.0", c, None);
    registry
}

#[tokio::test]
async fn packages_of_a_registry_run() {
    let registry = registry().await;
    let fixture = Fixture::new(&[("app.ts", APP)], &[]);
    let prepared = fixture.prepare_with("app.ts", &registry.modules()).await;
    let prepared = prepared.unwrap();
    assert_eq!(fixture.run(&prepared), "a,b2.1,b2,c deep b1\n");

    let mut asked = registry.web.asked();
    for (path, accept) in &asked {
        let is_short = accept.starts_with("application/vnd.npm.install-v1+json");
        assert_eq!(is_short, path.starts_with("/npm/"), "{path}: {accept}");
    }
    asked.sort();
    let paths: Vec<_> = asked.iter().map(|(path, _)| path.as_str()).collect();
    let expect = [
        "/archives/@s/c-0.1.0.tgz",
        "/archives/a-1.1.0.tgz",
        "/archives/b-1.5.0.tgz",
        "/archives/b-2.0.0.tgz",
        "/archives/b-2.1.0.tgz",
        "/npm/@s%2Fc",
        "/npm/a",
        "/npm/b",
    ];
    assert_eq!(paths, expect, "everything once, and nothing else");

    let places: Vec<_> = prepared
        .modules
        .iter()
        .map(|module| (module.specifier.as_str(), module.file.as_str()))
        .collect();
    let expect = [
        ("npm:@s/c@0.1.0", "npm/@s/c"),
        ("npm:a@1.1.0", "npm/a"),
        ("npm:b@1.5.0", "npm/b"),
        ("npm:b@2.0.0", "npm/b@2.0.0"),
        ("npm:b@2.1.0", "npm/b@2.1.0"),
    ];
    assert_eq!(places, expect);
    assert!(!fixture.dir().root().join("npm.new").exists());
}

#[tokio::test]
async fn what_was_fetched_is_enough_to_prepare_it_again() {
    let registry = registry().await;
    let fixture = Fixture::new(&[("app.ts", APP)], &[]);
    let prepared = fixture.prepare_with("app.ts", &registry.modules()).await;
    let prepared = prepared.unwrap();
    let before = texts(&fixture.dir().vendor());
    let list = &before["modules.json"];
    assert_eq!(
        list.matches("\"integrity\": \"sha512-").count(),
        5,
        "{list}"
    );

    let kept = fixture.root.path().join("kept");
    fs::rename(fixture.dir().vendor(), &kept).unwrap();
    let offline = Modules::new(vec![kept.clone()], None);
    let again = fixture.prepare_with("app.ts", &offline).await.unwrap();
    assert_eq!(again.modules, prepared.modules);
    assert_eq!(texts(&fixture.dir().vendor()), before);
    assert_eq!(fixture.run(&again), "a,b2.1,b2,c deep b1\n");

    for file in ["npm/b/index.js", "npm/b@2.1.0/new.js"] {
        let old = fs::read_to_string(kept.join(file)).ok();
        put(&kept.join(file), "module.exports = 'changed'");
        let offline = Modules::new(vec![kept.clone()], None);
        let error = fixture.prepare_with("app.ts", &offline).await.unwrap_err();
        assert!(
            error.to_string().contains("is not what modules.json"),
            "{error}"
        );
        match old {
            Some(old) => put(&kept.join(file), &old),
            None => fs::remove_file(kept.join(file)).unwrap(),
        }
    }
}

#[tokio::test]
async fn packages_of_folders_are_listed_and_checked() {
    let fixture = Fixture::new(
        &[("app.ts", "import left from 'npm:left'; console.log(left);")],
        &[
            (
                "npm/left/package.json",
                r#"{"name":"left","version":"1.0.0","main":"i.js"}"#,
            ),
            ("npm/left/i.js", "module.exports = 'left';"),
        ],
    );
    let prepared = fixture.prepare("app.ts").await.unwrap();
    let record = &prepared.modules[0];
    assert_eq!(
        (record.specifier.as_str(), record.file.as_str()),
        ("npm:left@1.0.0", "npm/left")
    );
    let kept = fixture.root.path().join("kept");
    fs::rename(fixture.dir().vendor(), &kept).unwrap();
    let offline = Modules::new(vec![kept.clone()], None);
    let again = fixture.prepare_with("app.ts", &offline).await.unwrap();
    assert_eq!(again.modules, prepared.modules);
    assert_eq!(fixture.run(&again), "left\n");
    put(&kept.join("npm/left/i.js"), "module.exports = 'wrong';");
    let offline = Modules::new(vec![kept], None);
    let error = fixture.prepare_with("app.ts", &offline).await.unwrap_err();
    assert!(
        error.to_string().contains("is not what modules.json"),
        "{error}"
    );
}

#[tokio::test]
async fn the_registry_is_asked_last() {
    let registry = registry().await;
    let package = [
        (
            "app.ts",
            "import b from 'npm:b'; import a from 'npm:a@1'; import 'npm:own'; console.log(b, a);",
        ),
        (
            "node_modules/own/package.json",
            r#"{"name":"own","version":"1.0.0"}"#,
        ),
        ("node_modules/own/index.js", ""),
    ];
    let tree = [
        ("npm/b/package.json", r#"{"name":"b","version":"1.9.9"}"#),
        ("npm/b/index.js", "module.exports = 'folder';"),
    ];
    let fixture = Fixture::new(&package, &tree);
    let modules = registry.modules().with_tree_first(fixture.tree());
    let prepared = fixture.prepare_with("app.ts", &modules).await.unwrap();
    assert_eq!(fixture.run(&prepared), "folder a,b2.1,b2,c\n");
    let asked = registry.web.asked();
    assert!(
        !asked.iter().any(|(path, _)| path == "/npm/own"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn optional_and_peer_packages() {
    let registry = Registry::start().await;
    let a = json!({
        "dependencies": { "b": "1", "extra": "1", "native": "1" },
        "optionalDependencies": { "extra": "1", "native": "1", "nowhere": "1" },
    });
    let index = "const has = (n) => { try { return require(n); } catch { return 'no ' + n; } };
        module.exports = ['extra', 'native', 'nowhere', 'needy'].map(has).concat(require('b')).join(', ')";
    registry.publish("a", "1.0.0", index, a);
    let b = json!({ "peerDependencies": { "peer": ">=1", "unused": "1" }, "peerDependenciesMeta": { "unused": { "optional": true } } });
    registry.publish("b", "1.0.0", "module.exports = require('peer')", b);
    registry.publish("peer", "1.0.0", "module.exports = 'peer'", json!({}));
    registry.publish("extra", "1.0.0", "module.exports = 'extra'", json!({}));
    let native = json!({ "os": ["linux"], "cpu": ["x64"] });
    registry.publish("native", "1.0.0", "module.exports = 'native'", native);
    let fixture = Fixture::new(&[("app.ts", "import a from 'npm:a'; console.log(a);")], &[]);
    let prepared = fixture.prepare_with("app.ts", &registry.modules()).await;
    let expect = "extra, no native, no nowhere, no needy, peer\n";
    assert_eq!(fixture.run(&prepared.unwrap()), expect);
}

#[tokio::test]
async fn the_apps_own_packages_are_found_by_fetched_ones() {
    let registry = Registry::start().await;
    let plugin = json!({ "peerDependencies": { "own": "^1" } });
    registry.publish("plugin", "1.0.0", "module.exports = require('own')", plugin);
    let fixture = Fixture::new(
        &[
            (
                "app.ts",
                "import own from 'npm:own'; import plugin from 'npm:plugin'; console.log(own === plugin);",
            ),
            (
                "node_modules/own/package.json",
                r#"{"name":"own","version":"1.0.0"}"#,
            ),
            ("node_modules/own/index.js", "module.exports = {};"),
        ],
        &[],
    );
    let prepared = fixture.prepare_with("app.ts", &registry.modules()).await;
    assert_eq!(fixture.run(&prepared.unwrap()), "true\n");
    let own = fixture.dir().package().join("node_modules/own/index.js");
    assert_eq!(fs::read_to_string(own).unwrap(), "module.exports = {};");
}
