//! Whole apps: those that come with the project, and those that somebody made to be a burden.

use std::fmt::Write as _;

use ds_apps::prepare::Unbundled;

use super::*;

/// An app in a folder of the project.
async fn app(folder: &str, api: ApiVersion) -> Case {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = project.join(folder);
    let mut fixture = Fixture::new(&[], &[]);
    fixture.api = api;
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let to = fixture
                .dir()
                .package()
                .join(path.strip_prefix(&root).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&path, to).unwrap();
        }
    }
    let modules = Modules::new(vec![project.join("tests/modules")], None);
    let prepared = fixture.prepare_with("app.ts", &modules).await.unwrap();
    Case {
        fixture,
        entry: "app.ts",
        prepared,
    }
}

#[tokio::test]
async fn the_projects_apps_are_one_file_each() {
    let mut cases = Vec::new();
    for folder in [
        "examples/apps/files",
        "examples/apps/guestbook",
        "examples/apps/notes",
    ] {
        let case = app(folder, ApiVersion::V1).await;
        assert_eq!(case.prepared.unbundled, None, "{folder}");
        assert_eq!(
            case.bundle_files(),
            ["app.js", "app.js.map", "script.js"],
            "{folder}"
        );
        cases.push(case);
    }
    for [one, many] in run_both(&cases) {
        assert_eq!(many, "exports default");
        assert_eq!(one, many);
    }
}

#[tokio::test]
async fn apps_of_the_original_are_one_module() {
    for folder in ["tests/apps/pantry", "tests/apps/visitors"] {
        let case = app(folder, ApiVersion::V0).await;
        assert_eq!(case.prepared.unbundled, None, "{folder}");
        assert_eq!(case.fixture.run(&case.prepared), "", "{folder}");
    }
}

/// Everybody exports what everybody exports.
#[tokio::test]
async fn circles_of_stars_are_not_followed_for_ever() {
    const MODULES: usize = 40;
    let names: Vec<_> = (0..2500).map(|name| format!("x{name}")).collect();
    let names = names.join(", ");
    let last = MODULES - 1;
    let mut text =
        format!("--- app.js\nimport {{ {names} }} from './m{last}.js'; console.log(x7);\n");
    for module in 0..MODULES {
        writeln!(text, "--- m{module}.js").unwrap();
        for other in (0..MODULES).rev() {
            writeln!(text, "export * from './m{other}.js';").unwrap();
        }
    }
    writeln!(text, "--- m0.js\nexport var {names};").unwrap();
    let case = Case::new(&text).await;
    assert_eq!(case.prepared.unbundled, Some(Unbundled::TooMuch));
}

#[tokio::test]
async fn a_long_line_of_modules_is_one_module() {
    const MODULES: usize = 1000;
    let mut text = "--- app.js\nimport { x } from './m0.js'; console.log(x);\n".to_owned();
    for module in 0..MODULES {
        let next = module + 1;
        write!(
            text,
            "--- m{module}.js\nexport {{ x }} from './m{next}.js';\n"
        )
        .unwrap();
    }
    write!(text, "--- m{MODULES}.js\nexport const x = 'the end';\n").unwrap();
    let case = Case::new(&text).await;
    assert_eq!(case.prepared.unbundled, None);
    assert_eq!(case.fixture.run(&case.prepared), "the end\n");
}

#[tokio::test]
async fn too_much_text_stays_in_its_files() {
    let filler = format!("// {}\n", "x".repeat(1 << 20)).repeat(9);
    let package = [
        ("app.js", "import './a.js'; import './b.js';"),
        ("a.js", filler.as_str()),
        ("b.js", filler.as_str()),
    ];
    let fixture = Fixture::new(&package, &[]);
    let prepared = fixture.prepare("app.js").await.unwrap();
    assert_eq!(prepared.unbundled, Some(Unbundled::TooMuch));
    assert_eq!(prepared.code.entry, "app/app.js");
}
