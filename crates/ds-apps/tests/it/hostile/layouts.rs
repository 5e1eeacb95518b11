//! Archives that are well-formed, and no apps.

use ds_apps::InstallErrorKind as Kind;

use super::check_all;
use crate::support::pack::{CODE, MANIFEST, Tar};

#[tokio::test]
async fn layouts() {
    let two = Tar::default()
        .file("a/dropapp.json", MANIFEST)
        .file("a/app.js", CODE)
        .file("b/x", "");
    let deeper = Tar::default()
        .file("a/b/dropapp.json", MANIFEST)
        .file("a/b/app.js", CODE);
    let with = |manifest: &str| Tar::with_manifest(manifest).gz();
    let only_manifest = Tar::default().file("dropapp.json", MANIFEST);
    let table = vec![
        (
            "no manifest",
            Tar::default().file("app.js", CODE).gz(),
            "no dropapp.json",
        ),
        ("two top directories", two.gz(), "no dropapp.json"),
        ("two directories deep", deeper.gz(), "no dropapp.json"),
        (
            "the manifest is a directory",
            Tar::default()
                .dir("dropapp.json/")
                .file("app.js", CODE)
                .gz(),
            "no dropapp.json",
        ),
        ("not JSON", with("name: Notes"), "not valid JSON"),
        ("a list", with("[]"), "not a JSON object"),
        ("deep JSON", with(&"[".repeat(9000)), "not valid JSON"),
        (
            "no name",
            with(r#"{"version":"1.0.0"}"#),
            "give the app a name",
        ),
        (
            "a blank name",
            with(r#"{"name":" ","version":"1"}"#),
            "give the app a name",
        ),
        (
            "no version",
            with(r#"{"name":"Notes"}"#),
            "give the app a version",
        ),
        (
            "no version at all",
            with(r#"{"name":"N","version":"new"}"#),
            "no version number",
        ),
        (
            "a number",
            with(r#"{"name":"N","version":1}"#),
            "`version` is not a text",
        ),
        (
            "an unknown API",
            with(r#"{"name":"N","version":"1","ds-api":7}"#),
            "ds-api 7",
        ),
        (
            "half an API",
            with(r#"{"name":"N","version":"1","ds-api":1.5}"#),
            "`1.5`",
        ),
        (
            "API as text",
            with(r#"{"name":"N","version":"1","ds-api":"1"}"#),
            "not a whole number",
        ),
        ("no code", only_manifest.clone().gz(), "no app.ts or app.js"),
        (
            "two codes",
            Tar::app().file("app.ts", CODE).gz(),
            "both app.ts and app.js",
        ),
        (
            "code that is not there",
            with(r#"{"name":"N","version":"1","entrypoint":"main.ts"}"#),
            "`main.ts`",
        ),
        (
            "code outside",
            with(r#"{"name":"N","version":"1","entrypoint":"../main.ts"}"#),
            "not a path inside the package",
        ),
        (
            "code that is none",
            with(r#"{"name":"N","version":"1","entrypoint":"dropapp.json"}"#),
            "no JavaScript or TypeScript file",
        ),
    ];
    check_all(Kind::Invalid, table).await;
    let table = vec![(
        "a long manifest",
        with(&" ".repeat(10_241)),
        "larger than 10240",
    )];
    check_all(Kind::TooLarge, table).await;
}
