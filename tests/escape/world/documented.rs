//! The list of attempts for people, in `docs/SECURITY.md`.

use std::{fs, path::Path};

#[test]
fn every_attempt_is_in_the_documentation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("../docs/SECURITY.md")).unwrap();
    let mut attempts = Vec::new();
    for class in fs::read_dir(root.join("escape")).unwrap() {
        let class = class.unwrap();
        let name = class.file_name().into_string().unwrap();
        if name == "world" || !class.path().is_dir() {
            continue;
        }
        for attempt in fs::read_dir(class.path()).unwrap() {
            let attempt = attempt.unwrap().file_name().into_string().unwrap();
            match attempt.strip_suffix(".rs") {
                None | Some("mod") => {}
                Some(attempt) => attempts.push(format!("`{name}/{attempt}`")),
            }
        }
    }
    assert!(attempts.len() >= 60, "{}", attempts.len());
    let missing: Vec<_> = attempts
        .iter()
        .filter(|name| !text.contains(*name))
        .collect();
    assert!(missing.is_empty(), "docs/SECURITY.md lacks {missing:?}");
}
