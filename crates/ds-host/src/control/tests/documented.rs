//! What programs are told is in the guide.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    control::wire::{Failure, Problem},
    ops::ErrorKind,
    run::Ready,
};

fn guide() -> String {
    let guide = "../../docs/guide/src/command-line.md";
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(guide)).unwrap()
}

/// The replies, as the tests of what `--json` prints keep them.
fn replies() -> Vec<Value> {
    let snapshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/control/tests/snapshots");
    let files = fs::read_dir(snapshots).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .map(|text| {
            let (_, reply) = text.split_once("\n---\n").unwrap();
            serde_json::from_str(reply).unwrap()
        })
        .collect()
}

/// Every object's name and its fields; one that is a field itself goes by `versions`.
fn fields(name: &str, value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (field, value) in object {
                found.insert((name.to_owned(), field.clone()));
                let is_version = field.starts_with("version");
                fields(if is_version { "versions" } else { field }, value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(name, item, found)),
        _ => {}
    }
}

/// The part of the guide about an object.
fn section<'g>(guide: &'g str, name: &str) -> &'g str {
    let mut sections = guide.split("\n### ").skip(1);
    let is_its = |section: &&str| {
        let title = section.lines().next().unwrap().to_lowercase();
        title.contains(&format!("`{name}`")) || title.starts_with(&format!("{name} "))
    };
    sections
        .find(is_its)
        .unwrap_or_else(|| panic!("nothing is said about {name}"))
}

#[test]
fn every_field_is_in_the_guide() {
    let guide = guide();
    let mut found = BTreeSet::new();
    for reply in replies() {
        for (name, value) in reply.as_object().unwrap() {
            assert!(guide.contains(&format!("{{\"{name}\": ")), "{name}");
            fields(name, value, &mut found);
        }
    }
    let failure = Failure {
        error: Problem {
            kind: String::new(),
            message: String::new(),
            hint: None,
        },
    };
    let ready = Ready {
        site: String::new(),
        appspaces: String::new(),
        listen: "127.0.0.1:0".parse().unwrap(),
        redirect_http: None,
        setup: None,
        data_dir: "/".into(),
    };
    for (name, value) in [
        ("error", serde_json::to_value(failure.error).unwrap()),
        ("ready", serde_json::to_value(ready).unwrap()),
    ] {
        fields(name, &value, &mut found);
    }
    assert!(found.len() > 35, "{found:?}");
    for (name, field) in found {
        let row = format!("\n| `{field}` | ");
        assert!(section(&guide, &name).contains(&row), "{name}: {field}");
    }
}

#[test]
fn every_kind_of_error_is_in_the_guide() {
    let guide = guide();
    for kind in ErrorKind::ALL {
        let row = format!("\n| `{}` | {} | ", kind.name(), kind.exit_code());
        assert!(guide.contains(&row), "{row}");
    }
}
