//! What a registry gives and a host does not take.

use serde_json::{Value, json};

use super::{
    web::{Page, Registry, archive, full_manifest},
    *,
};

async fn fails(registry: &Registry, app: &str, expect: &str) {
    let fixture = Fixture::new(&[("app.ts", app)], &[]);
    let error = fixture.prepare_with("app.ts", &registry.modules()).await;
    let error = error.err().unwrap_or_else(|| panic!("{app} was prepared"));
    let text = error.to_string();
    assert!(text.starts_with("app.ts imports \"npm:"), "{text}");
    assert!(text.contains(expect), "{text}");
    let left: Vec<_> = texts(fixture.dir().root()).into_keys().collect();
    assert_eq!(left, ["app/app.ts"], "{expect}");
}

fn manifest() -> String {
    full_manifest("x", "1.0.0", json!({})).to_string()
}

#[tokio::test]
async fn versions_and_packages_that_are_not_there() {
    let registry = Registry::start().await;
    registry.publish("x", "1.0.0", "", json!({}));
    registry.publish("y", "1.0.0", "", json!({ "dependencies": { "x": "^7" } }));
    registry.publish(
        "z",
        "1.0.0",
        "",
        json!({ "dependencies": { "x": "owner/x" } }),
    );
    registry.publish(
        "p",
        "1.0.0",
        "",
        json!({ "peerDependencies": { "x": "^2" } }),
    );
    for (app, expect) in [
        ("import 'npm:none'", "npm/none answered with status 404"),
        (
            "import 'npm:x@2'",
            "x@2 cannot be had from the registry of npm packages: the registry has no version of it that fits",
        ),
        (
            "import 'npm:x@beta'",
            "the registry has no version of it that fits",
        ),
        ("import 'npm:y'", "x@^7 cannot be had from the registry"),
        ("import 'npm:z'", "z needs x as \"owner/x\""),
        (
            "import 'npm:x@1'; import 'npm:x@2'",
            "what another module asks for is version 1.0.0 of x, which does not fit x@2",
        ),
        (
            "import 'npm:x'; import 'npm:p'",
            "p works with x@^2 only, and the app has version 1.0.0",
        ),
    ] {
        fails(&registry, app, expect).await;
    }
}

#[tokio::test]
async fn archives_that_are_not_what_was_published() {
    let good = || archive(&[("package/package.json", &manifest())]);
    let of_nothing = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
    for (integrity, expect) in [
        (json!(of_nothing), "x@1.0.0 is not what was published"),
        (
            json!("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            "says no SHA-512 of x@1.0.0",
        ),
        (Value::Null, "says no SHA-512 of x@1.0.0"),
    ] {
        let registry = Registry::start().await;
        registry.publish_archive("x", "1.0.0", good(), Some(integrity));
        fails(&registry, "import 'npm:x'", expect).await;
    }
    for (name, version) in [("y", "1.0.0"), ("x", "1.0.1")] {
        let registry = Registry::start().await;
        let manifest = full_manifest(name, version, json!({})).to_string();
        let other = archive(&[("package/package.json", &manifest)]);
        registry.publish_archive("x", "1.0.0", other, None);
        fails(
            &registry,
            "import 'npm:x'",
            "holds another package or version",
        )
        .await;
    }
}

#[tokio::test]
async fn hostile_archives() {
    let manifest = manifest();
    let inside = ("package/package.json", manifest.as_str());
    let mut link = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    link.append_link(&mut header, "package/package.json", "/etc/passwd")
        .unwrap();
    let bomb = "0".repeat(300 << 20);
    for (archive, expect) in [
        (link.into_inner().unwrap(), "which is a symbolic link"),
        (
            archive(&[inside, ("package/../../../x", "x")]),
            "leads out of the package",
        ),
        (archive(&[inside, ("/tmp/x", "x")]), "is absolute"),
        (
            archive(&[inside, ("elsewhere/x", "x")]),
            "not everything in it is in one directory",
        ),
        (
            archive(&[inside, ("package/0", &bomb)]),
            "together are larger than",
        ),
        (archive(&[("package/x", "")]), "package.json"),
        (b"<html>".to_vec(), "the archive of x@1.0.0 cannot be used"),
    ] {
        let registry = Registry::start().await;
        registry.publish_archive("x", "1.0.0", archive, None);
        fails(&registry, "import 'npm:x'", expect).await;
    }
}

#[tokio::test]
async fn optional_packages_that_are_refused_are_left_out() {
    let registry = Registry::start().await;
    let needs = json!({ "bad": "1", "worse": "1", "late": "1" });
    let manifest = json!({ "optionalDependencies": needs });
    let index = "module.exports = ['bad', 'worse', 'late'].map((n) => { try { return require(n); } catch { return 'no'; } });";
    registry.publish("x", "1.0.0", index, manifest);
    registry.publish("good", "1.0.0", "", json!({}));
    registry.publish(
        "late",
        "1.0.0",
        "module.exports = 'late'",
        json!({ "dependencies": { "good": "1" } }),
    );
    registry.publish(
        "worse",
        "1.0.0",
        "module.exports = 'worse'",
        json!({ "dependencies": { "good": "1", "none": "1" } }),
    );
    let bad = full_manifest("bad", "1.0.0", json!({})).to_string();
    let bad = archive(&[("package/package.json", &bad), ("package/../../x", "")]);
    registry.publish_archive("bad", "1.0.0", bad, None);
    let app = "import x from 'npm:x'; console.log(x.join());";
    let fixture = Fixture::new(&[("app.ts", app)], &[]);
    let prepared = fixture.prepare_with("app.ts", &registry.modules()).await;
    let prepared = prepared.unwrap();
    assert_eq!(fixture.run(&prepared), "no,no,late\n");
    let names: Vec<_> = prepared.modules.iter().map(|it| &it.specifier).collect();
    assert_eq!(names, ["npm:good@1.0.0", "npm:late@1.0.0", "npm:x@1.0.0"]);
}

#[tokio::test]
async fn registries_that_are_none() {
    let registry = Registry::start().await;
    let page = |body: &'static str| Page::Body("text/html", body.into());
    registry.web.put("/npm/page", page("<html>"));
    registry.web.put("/npm/file", page(
        r#"{"versions":{"1.0.0":{"dist":{"tarball":"file:///etc/passwd","integrity":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}}"#,
    ));
    let inner = r#"{"versions":{"1.0.0":{"dist":{"tarball":"http://10.0.0.1/x.tgz","integrity":"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="}}}}"#;
    registry.web.put("/npm/inner", page(inner));
    for (app, expect) in [
        (
            "import 'npm:page'",
            "what the registry says about page is not what was expected",
        ),
        (
            "import 'npm:file'",
            "has file@1.0.0 at no http or https address",
        ),
        (
            "import 'npm:inner'",
            "10.0.0.1 is not on the public internet",
        ),
    ] {
        fails(&registry, app, expect).await;
    }
}

/// Each of the two needs the other in the version that is not there yet, for ever.
#[tokio::test]
async fn versions_that_need_each_other_without_end() {
    let registry = Registry::start().await;
    for (name, other) in [("x", "y"), ("y", "x")] {
        for (version, needs) in [("1.0.0", "2"), ("2.0.0", "1")] {
            // x1 → y1 → x2 → y2 → x1 …
            let needs = if name == "x" { &version[..1] } else { needs };
            let manifest = json!({ "dependencies": { other: needs } });
            registry.publish(name, version, "", manifest);
        }
    }
    fails(
        &registry,
        "import 'npm:x@1'",
        "different versions of each other without end",
    )
    .await;
}

#[tokio::test]
async fn without_a_network_no_registry_is_asked() {
    let fixture = Fixture::new(&[("app.ts", "import 'npm:x'")], &[]);
    let base = url::Url::parse("https://npm.example.com").unwrap();
    let modules = Modules::new(Vec::new(), None).with_npm_registry(base);
    let error = fixture.prepare_with("app.ts", &modules).await.unwrap_err();
    assert!(
        error.to_string().contains("switched off for modules"),
        "{error}"
    );
}
