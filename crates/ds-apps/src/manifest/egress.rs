//! `egress`: the hosts an app asks to reach.

use ds_core::EgressRule;
use serde_json::Value;

use super::{
    Problem,
    fields::{Fields, shown},
};

const FIELD: &str = "egress";

/// The rules. What is none is left out, and what was said before; nothing is reached by mistake for that.
pub(super) fn egress(fields: &mut Fields<'_>) -> Vec<EgressRule> {
    let list = match fields.raw(FIELD) {
        Value::Null => return Vec::new(),
        Value::Array(list) => list,
        other => {
            let message = "`egress` is not a list of hosts, like `[\"api.example.com\"]`";
            fields.warn(FIELD, Problem::Invalid, &shown(&other), message);
            return Vec::new();
        }
    };
    let mut rules = Vec::new();
    for value in &list {
        match rule(value) {
            Ok(rule) if rules.contains(&rule) => {}
            Ok(rule) if rules.len() < EgressRule::MOST => rules.push(rule),
            Ok(rule) => {
                let message = format!(
                    "`egress` names more than {} hosts; this one and those after it are left out",
                    EgressRule::MOST
                );
                fields.warn(FIELD, Problem::Big, &rule.to_string(), message);
                break;
            }
            Err(message) => fields.warn(FIELD, Problem::Invalid, &shown(value), message),
        }
    }
    rules
}

fn rule(value: &Value) -> Result<EgressRule, String> {
    let Value::String(text) = value else {
        return Err("an entry of `egress` is not a text, like `\"api.example.com\"`".to_owned());
    };
    text.parse::<EgressRule>()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn check(egress: &Value, expect: &[&str], warned: &[(Problem, &str)]) {
        let Value::Object(object) = json!({ "egress": egress }) else {
            unreachable!("an object is one");
        };
        let mut fields = Fields::new(object, Path::new("/"));
        let rules: Vec<String> = super::egress(&mut fields)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(rules, expect, "{egress}");
        let warnings = fields.into_warnings();
        let got: Vec<_> = warnings
            .iter()
            .map(|one| (one.problem, one.bad_value.as_str()))
            .collect();
        assert_eq!(got, warned, "{egress}");
        assert!(warnings.iter().all(|one| one.field == FIELD));
    }

    #[test]
    fn lists() {
        use Problem::{Big, Invalid};
        check(&json!(null), &[], &[]);
        check(&json!([]), &[], &[]);
        check(
            &json!(["api.example.com:443", "*.Example.org:80", "API.example.com"]),
            &["api.example.com", "*.example.org:80"],
            &[],
        );
        check(
            &json!("api.example.com"),
            &[],
            &[(Invalid, "api.example.com")],
        );
        check(
            &json!(["*", 7, "https://example.com", "127.0.0.1", "a.example"]),
            &["a.example"],
            &[
                (Invalid, "*"),
                (Invalid, "7"),
                (Invalid, "https://example.com"),
                (Invalid, "127.0.0.1"),
            ],
        );
        let many: Vec<String> = (0..70).map(|n| format!("h{n}.example")).collect();
        let kept: Vec<&str> = many.iter().take(64).map(String::as_str).collect();
        check(&json!(many), &kept, &[(Big, "h64.example")]);
        let again: Vec<&str> = kept.iter().chain(&kept).copied().collect();
        check(&json!(again), &kept, &[]);
    }

    #[test]
    fn the_message_says_what_to_write() {
        let error = rule(&json!("https://example.com/v1")).unwrap_err();
        assert!(error.contains("without `https://`"), "{error}");
    }
}
