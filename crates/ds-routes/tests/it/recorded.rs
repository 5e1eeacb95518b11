//! What path-to-regexp 6.2.1 answers, recorded: pattern, `end`, path, and the parameters, `null` for no
//! match, or `"invalid"` for a pattern it does not take. Non-ASCII patterns were recorded with its
//! `encode` option set to percent-encoding.

use ds_routes::Pattern;
use serde_json::Value;

#[test]
fn answers_as_recorded() {
    let table = include_str!("data/path-to-regexp-6.2.1.json");
    let rows: Vec<(String, bool, String, Value)> = serde_json::from_str(table).unwrap();
    assert!(rows.len() > 400);
    for (pattern, end, path, expect) in rows {
        let answer = match Pattern::compile(&pattern, end) {
            Ok(pattern) => serde_json::to_value(pattern.matches(&path)).unwrap(),
            Err(_) => "invalid".into(),
        };
        assert_eq!(answer, expect, "{pattern} (end: {end}) on {path}");
    }
}
