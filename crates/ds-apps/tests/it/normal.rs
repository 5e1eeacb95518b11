//! Whatever a manifest says, what is made of it is normal: read again, it stays as it is.

use std::fs;

use ds_apps::{Problem, manifest};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FIELDS: [&str; 17] = [
    "name",
    "short-description",
    "version",
    "entrypoint",
    "icon",
    "accent-color",
    "changelog",
    "authors",
    "website",
    "code",
    "funding",
    "license",
    "license-file",
    "release-date",
    "schema",
    "migrations",
    "unknown",
];

fn values() -> impl Strategy<Value = Value> {
    let known = [
        "v1.2",
        "1.2.3-a+b",
        " Notes ",
        "/src//app.ts",
        "a/../b.js",
        "..",
        "icon.svg",
        "changelog.txt",
        "teal",
        "hsl(120deg 100% 25%)",
        "https://example.com/a b?c#d",
        "HTTP://EXAMPLE.com:80",
        "MIT",
        "MIT OR Apache-2.0",
        "2026-01-31",
        "notes@example.com",
        "\u{1} x \u{1}",
        "",
    ];
    let text = prop_oneof![
        3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => any::<String>().prop_map(|text| text.chars().take(60).collect()),
    ];
    let author = (text.clone(), text.clone(), text.clone())
        .prop_map(|(name, email, url)| json!([{ "name": name, "email": email, "url": url }, 1]));
    prop_oneof![
        5 => text.prop_map(Value::from),
        1 => author,
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!({ "a": [true] })),
    ]
}

fn read(package: &std::path::Path, json: &Value) -> Option<manifest::Checked> {
    fs::write(package.join("dropapp.json"), json.to_string()).unwrap();
    manifest::read(package).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_twice(chosen in proptest::collection::vec((proptest::sample::select(FIELDS.to_vec()), values()), 0..17)) {
        let package = tempfile::tempdir().unwrap();
        fs::write(package.path().join("icon.svg"), "<svg/>").unwrap();
        fs::write(package.path().join("changelog.txt"), "").unwrap();
        let json: Map<String, Value> = chosen.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        if let Some(first) = read(package.path(), &Value::Object(json)) {
            let again = serde_json::to_value(&first.manifest).unwrap();
            let second = read(package.path(), &again).expect("what was checked can be read");
            prop_assert_eq!(&second.manifest, &first.manifest);
            let wrong = |warning: &&ds_apps::Warning| matches!(warning.problem, Problem::Invalid | Problem::NotFound);
            prop_assert_eq!(second.warnings.iter().find(wrong), None);
        }
    }
}
