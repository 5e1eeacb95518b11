//! What is refused, and in which words.

use super::*;

async fn fails(package: &[(&str, &str)], expect: &str) {
    let fixture = Fixture::new(
        package,
        &[("h.example/m.ts", "import './n.ts'; import 'bare';")],
    );
    let error = fixture
        .prepare("app.ts")
        .await
        .err()
        .unwrap_or_else(|| panic!("{package:?} was prepared"));
    let text = error
        .to_string()
        .replace(fixture.root.path().to_str().unwrap(), "");
    assert_eq!(text, expect);
    assert!(!fixture.dir().run().exists());
    assert!(!fixture.dir().vendor().exists());
}

#[tokio::test]
async fn what_cannot_be_had_is_named() {
    let nowhere = "it is not in /tree; the network was not asked, because it is switched off for modules; put it into \
                   a folder of modules (its host, then its path) and give that with --modules";
    for (source, expect) in [
        ("import './b.ts'", "app.ts imports \"./b.ts\", which cannot be had: the package has no file b.ts".to_owned()),
        (
            "import './x'",
            "app.ts imports \"./x\", which cannot be had: the package has no file x; it has x.ts, and an import says \
             the whole name"
                .to_owned(),
        ),
        (
            "import 'https://h.example/none.ts'",
            format!("app.ts imports \"https://h.example/none.ts\", which cannot be had: {nowhere}"),
        ),
        (
            "import 'https://h.example/m.ts'",
            format!("https://h.example/m.ts imports \"./n.ts\", which cannot be had: {nowhere}"),
        ),
        ("import 'jsr:@s/none'", format!("app.ts imports \"jsr:@s/none\", which cannot be had: {nowhere}")),
        (
            "import 'npm:none@1'",
            "app.ts imports \"npm:none@1\", which cannot be had: none@1 is not in the app's node_modules nor in \
             /tree/npm, and no registry of npm packages is configured; put the package into the app's node_modules, or as npm/<name> into a folder of modules and \
             give that with --modules"
                .to_owned(),
        ),
        (
            "import '../../etc/passwd'",
            "app.ts imports \"../../etc/passwd\", which cannot be had: it leads out of the package; an app can import \
             its own files and modules with an address"
                .to_owned(),
        ),
        (
            "import 'file:///etc/passwd'",
            "app.ts imports \"file:///etc/passwd\", which cannot be had: it leads out of the package; an app can \
             import its own files and modules with an address"
                .to_owned(),
        ),
        (
            "import 'fs'",
            "app.ts imports \"fs\", which cannot be had: write `node:fs` to import the Node.js module".to_owned(),
        ),
        (
            "import './data.json'",
            "app.ts imports \"./data.json\", which cannot be had: JSON is imported `with { type: \"json\" }`, and this \
             import is not"
                .to_owned(),
        ),
        ("import 'ftp://x/y'", "app.ts imports \"ftp://x/y\", which cannot be had: imports with `ftp:` are not supported".to_owned()),
    ] {
        fails(&[("app.ts", source), ("x.ts", ""), ("data.json", "{}")], &expect).await;
    }
}

#[tokio::test]
async fn unreadable_modules_are_named_with_their_place() {
    fails(
        &[
            ("app.ts", "import './b.ts'"),
            ("b.ts", "let x = 1;\n  let x: = 2;"),
        ],
        "b.ts:2:10: Unexpected token",
    )
    .await;
    let deep = "[".repeat(100_000);
    fails(&[("app.ts", &deep)], "app.ts:1:1: it is nested too deeply").await;
    fails(
        &[],
        "the package has no file app.ts, which is to be its entry module",
    )
    .await;
    fails(
        &[("app.ts", "import './b.ts'"), ("b.ts", ""), ("b.ts.js", "")],
        "the package has both b.ts and b.ts.js: rename one, the prepared copy needs that name",
    )
    .await;
}

#[tokio::test]
async fn what_may_never_be_reached_is_a_warning() {
    for source in [
        "import 'https://h.example/perhaps.ts'",
        "import './node_modules/own/i.js'",
        "await import(`./maybe/${x}.ts`)",
        "await import(x)",
    ] {
        let maybe = ("maybe/m.ts", "import 'npm:none'");
        let own = ("node_modules/own/i.js", "import('none')");
        let perhaps = ("h.example/perhaps.ts", "import('./none.ts')");
        let fixture = Fixture::new(&[("app.ts", source), maybe, own], &[perhaps]);
        let prepared = fixture.prepare("app.ts").await.unwrap();
        let messages: Vec<_> = prepared
            .warnings
            .iter()
            .map(|warning| warning.message.as_str())
            .collect();
        assert_eq!(messages.len(), 1, "{source}: {messages:#?}");
        assert!(
            messages[0].starts_with("This fails if the app ever reaches it: "),
            "{}",
            messages[0]
        );
    }
}

#[tokio::test]
async fn an_import_that_waits_must_be_had_too() {
    let package = |app| {
        [
            ("app.ts", app),
            ("late.ts", "import 'https://h.example/m.ts'"),
        ]
    };
    fails(
        &package("if (Math.random() > 2) await import('./none.ts')"),
        "app.ts imports \"./none.ts\", which cannot be had: the package has no file none.ts",
    )
    .await;
    fails(
        &package("const late = () => import('./late.ts');"),
        "https://h.example/m.ts imports \"./n.ts\", which cannot be had: it is not in /tree; the network was not asked, \
         because it is switched off for modules; put it into a folder of modules (its host, then its path) and give \
         that with --modules",
    )
    .await;
}

#[tokio::test]
async fn links_are_refused_everywhere() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new(
        &[("app.ts", "import 'https://h.example/m.ts'")],
        &[("real/m.ts", "")],
    );
    symlink(
        fixture.tree().join("real"),
        fixture.tree().join("h.example"),
    )
    .unwrap();
    let error = fixture.prepare("app.ts").await.unwrap_err().to_string();
    assert!(error.contains("h.example is a link"), "{error}");

    fs::remove_file(fixture.tree().join("h.example")).unwrap();
    fs::create_dir(fixture.tree().join("h.example")).unwrap();
    symlink("/etc/passwd", fixture.tree().join("h.example/m.ts")).unwrap();
    let error = fixture.prepare("app.ts").await.unwrap_err().to_string();
    assert!(error.contains("m.ts is a link"), "{error}");

    symlink("/etc/passwd", fixture.dir().package().join("passwd")).unwrap();
    let error = fixture.prepare("app.ts").await.unwrap_err().to_string();
    assert!(error.contains("not a plain file"), "{error}");
}

#[tokio::test]
async fn a_failed_preparation_leaves_the_one_before() {
    let fixture = Fixture::new(&[("app.ts", "export const a = 1;")], &[]);
    fixture.prepare("app.ts").await.unwrap();
    let before = texts(fixture.dir().root());
    put(
        &fixture.dir().package().join("app.ts"),
        "import './none.ts'",
    );
    fixture.prepare("app.ts").await.unwrap_err();
    put(
        &fixture.dir().package().join("app.ts"),
        "export const a = 1;",
    );
    assert_eq!(texts(fixture.dir().root()), before);
}
