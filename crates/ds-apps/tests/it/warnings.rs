//! What a developer is told about a manifest.

use std::fs;

use ds_apps::{Warning, manifest};
use ds_core::ApiVersion;

use crate::support::pack::Tar;

/// Checks a manifest in a package with these files.
fn read(json: &str, files: &[(&str, &[u8])]) -> manifest::Checked {
    let package = tempfile::tempdir().unwrap();
    fs::write(package.path().join("dropapp.json"), json).unwrap();
    for (name, content) in files {
        fs::write(package.path().join(name), content).unwrap();
    }
    manifest::read(package.path()).unwrap()
}

fn lines(warnings: &[Warning]) -> String {
    let line = |w: &Warning| {
        let problem = serde_json::to_value(w.problem).unwrap();
        let problem = problem.as_str().unwrap().to_owned();
        format!("{} {problem} `{}`: {}\n", w.field, w.bad_value, w.message)
    };
    warnings.iter().map(line).collect()
}

#[test]
fn nothing_given() {
    insta::assert_snapshot!(lines(&read("{}", &[]).warnings));
}

#[test]
fn nothing_right() {
    let json = r#"{
        "name": "An application with a name that goes on",
        "short-description": "Something that is described in so many words that nobody reads on",
        "version": "one",
        "icon": "/../icon.png",
        "accent-color": "reddish",
        "changelog": "changes.md",
        "authors": [
            { "name": "A", "email": "a at example.com", "url": "javascript:alert(1)" },
            "somebody",
            {}
        ],
        "website": "example.com",
        "code": "https://user:secret@example.com/",
        "funding": ["https://example.com/"],
        "license": "do what you want",
        "license-file": "docs\\LICENSE",
        "release-date": "2026-02-30",
        "schema": 7,
        "migrations": "many",
        "unknown": {}
    }"#;
    let checked = read(json, &[]);
    insta::assert_snapshot!(lines(&checked.warnings));
    let first = serde_json::to_value(&checked.warnings[0]).unwrap();
    insta::assert_json_snapshot!(first);
    let blocking = lines(&manifest::blocking(&checked.warnings));
    assert_eq!(blocking.lines().count(), 1, "{blocking}");
    assert!(blocking.starts_with("version invalid"));
}

#[test]
fn wrong_types() {
    let json = r#"{ "name": 1, "short-description": [], "version": {}, "icon": true, "authors": "A", "license": 2 }"#;
    insta::assert_snapshot!(lines(&read(json, &[]).warnings));
}

#[test]
fn files_that_do_not_suit() {
    let json = r#"{
        "name": "Notes", "short-description": "Notes\nfor all", "version": "1.0.0", "license-file": "LICENSE",
        "icon": "icon.png", "changelog": "log"
    }"#;
    let files: &[(&str, &[u8])] = &[("icon.png", b"GIF89a"), ("log", b"caf\xe9")];
    insta::assert_snapshot!(lines(&read(json, files).warnings));
}

#[test]
fn everything_right() {
    let json = "\u{feff}{
        \"name\": \" Notes \", \"short-description\": \"Notes for all\", \"version\": \"v1.2\",
        \"entrypoint\": \"/src/../main.ts\", \"ds-api\": 1,
        \"icon\": \"icon.svg\", \"accent-color\": \"rgb(255 0 128 / 50%)\",
        \"authors\": [{ \"name\": \"The Notes team\", \"email\": \"notes@example.com\", \"url\": \"https://example.com\" }],
        \"website\": \"https://example.com/a b\", \"code\": null,
        \"license\": \"MIT OR Apache-2.0\", \"license-file\": \"LICENSE\", \"release-date\": \"2026-02-28\"
    }";
    let files: &[(&str, &[u8])] = &[
        ("icon.svg", b"<svg/>"),
        ("changelog.txt", b""),
        ("LICENSE", b""),
    ];
    let checked = read(json, files);
    assert_eq!(lines(&checked.warnings), "");
    assert_eq!(checked.api, ApiVersion::V1);
    insta::assert_json_snapshot!(checked.manifest);
}

#[test]
fn lengths_are_counted_as_people_count() {
    let name = "👩‍👩‍👧‍👦".repeat(30);
    let json = |name: &str| format!(r#"{{ "name": "{name}", "version": "1.0.0" }}"#);
    let told = |name: &str| lines(&read(&json(name), &[]).warnings).contains("name big");
    assert!(!told(&name));
    assert!(told(&format!("{name}!")));
}

#[tokio::test]
async fn migrations() {
    let world = crate::support::World::new();
    let script = crate::support::Script::Says(crate::support::learned(&[1, 3, -3, 5, -5, -4]));
    world.engine.script(script);
    let installed = world.install(&Tar::app().gz()).await.unwrap();
    let about: Vec<_> = installed
        .warnings
        .into_iter()
        .filter(|w| w.field == "migrations")
        .collect();
    insta::assert_snapshot!(lines(&about));
}
