//! Small apps that print the same as one module and file by file.

use super::{graphs::GRAPHS, *};

#[tokio::test]
async fn one_module_prints_what_many_print() {
    let mut cases = Vec::new();
    for (name, text) in GRAPHS {
        let case = Case::new(text).await;
        assert_eq!(case.prepared.unbundled, None, "{name}");
        assert_eq!(case.prepared.code.entry, "bundle/app.js", "{name}");
        cases.push(case);
    }
    for (((name, _), case), [one, many]) in GRAPHS.iter().zip(&cases).zip(run_both(&cases)) {
        // An app that cannot run is no test of how it runs.
        let fails = many.contains("threw ") != name.starts_with("errors");
        assert!(many.len() > 10 && !fails, "{name}: {many}");
        assert_eq!(one, many, "{name}:\n{}", case.code());
    }
    // Enough of them are scripts too, for that to be tried.
    assert!(cases.iter().filter(|case| case.script().is_some()).count() > 15);
}

#[tokio::test]
async fn a_script_is_ascii_where_nobody_can_tell() {
    let text =
        "--- app.js\nimport './é.js'; // …\nconsole.log('ü', `…${'😀'}`);\n--- é.js\n/* ä */\n";
    let case = Case::new(text).await;
    let code = &case.prepared.code;
    for file in [code.script.as_deref().unwrap(), &code.entry] {
        let text = std::fs::read_to_string(code.run.join(file)).unwrap();
        assert!(text.is_ascii() && text.contains("\\u00fc"), "{text}");
    }
}

#[tokio::test]
async fn only_objects_of_exports_need_more_files() {
    for (app, expect) in [
        (
            "import { x } from './o.js'; console.log(x);",
            "app.js app.js.map script.js",
        ),
        (
            "import * as o from './o.js'; console.log(o);",
            "app.js code.js code.js.map space1.js",
        ),
        (
            "import * as o from './o.js'; export * as again from './o.js'; o;",
            "app.js code.js code.js.map space1.js",
        ),
        (
            "export * as o from './o.js';",
            "app.js code.js code.js.map space1.js",
        ),
        (
            "import * as o from './o.js'; console.log(o.x);",
            "app.js app.js.map script.js",
        ),
        ("export * from './o.js';", "app.js app.js.map script.js"),
    ] {
        let case = Case::new(&format!("--- app.js\n{app}\n--- o.js\nexport let x = 1;\n")).await;
        assert_eq!(case.bundle_files().join(" "), expect, "{app}");
    }
}

#[tokio::test]
async fn what_is_installed_is_what_was_prepared() {
    let (one, many) = ("--- app.js\nimport './o.js';\n--- o.js\n", "--- app.js\n");
    for text in [one, many] {
        let case = Case::new(text).await;
        let code = &case.prepared.code;
        assert_eq!(entry_of(&code.run, "app.js"), code.entry);
        // A second time, what was there before is gone.
        put(
            &case.fixture.dir().package().join("o.js"),
            "import.meta.url;",
        );
        let again = case.fixture.prepare("app.js").await.unwrap();
        assert_eq!(again.code.entry, "app/app.js");
        assert_eq!(entry_of(&code.run, "app.js"), "app/app.js");
    }
}
