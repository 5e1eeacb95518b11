//! `cors` and `csp`: what an app asks of browsers.

use ds_core::web::{Cors, Csp, CspDirective, MOST, WebOrigin};
use serde_json::Value;

use super::{
    Problem,
    fields::{Fields, shown},
};

/// The sites whose scripts may use the app. What is none is left out; without any it is as if nothing were said.
pub(super) fn cors(fields: &mut Fields<'_>) -> Option<Cors> {
    const FIELD: &str = "cors";
    let origins = match fields.raw(FIELD) {
        Value::Null => return None,
        Value::Object(mut object) => object.remove("origins").unwrap_or_default(),
        other => other,
    };
    let list = match origins {
        Value::Array(list) => list,
        Value::String(one) if one == "*" => vec![Value::String(one)],
        other => {
            let message = "`cors` is not written like `{ \"origins\": [\"https://app.example\"] }`";
            fields.warn(FIELD, Problem::Invalid, &shown(&other), message);
            return None;
        }
    };
    let mut origins: Vec<WebOrigin> = Vec::new();
    for value in list.iter().take(MOST) {
        let text = value.as_str().unwrap_or_default();
        match text.parse() {
            Ok(origin) if origins.contains(&origin) => {}
            Ok(origin) => origins.push(origin),
            Err(error) => fields.warn(FIELD, Problem::Invalid, &shown(value), error.to_string()),
        }
    }
    too_many(fields, FIELD, list.len());
    (!origins.is_empty()).then_some(Cors { origins })
}

/// What the app's pages load from elsewhere. The owner is told of each.
pub(super) fn csp(fields: &mut Fields<'_>) -> Csp {
    const FIELD: &str = "csp";
    let object = match fields.raw(FIELD) {
        Value::Null => return Csp::new(),
        Value::Object(object) => object,
        other => {
            let message =
                "`csp` is not written like `{ \"connect-src\": [\"https://api.example.com\"] }`";
            fields.warn(FIELD, Problem::Invalid, &shown(&other), message);
            return Csp::new();
        }
    };
    let mut csp = Csp::new();
    for (name, list) in object {
        let Some(directive) = CspDirective::named(&name) else {
            let all = CspDirective::ALL.map(CspDirective::as_str).join("`, `");
            let message = format!("`csp` can widen `{all}`, and nothing else");
            fields.warn(FIELD, Problem::Invalid, &name, message);
            continue;
        };
        let sources = sources(fields, directive, &list);
        if !sources.is_empty() {
            csp.insert(directive, sources);
        }
    }
    for (directive, sources) in &csp {
        for source in sources {
            let message = directive.meaning(source);
            fields.warn(FIELD, Problem::Notice, &source.to_string(), message);
        }
    }
    csp
}

fn sources(
    fields: &mut Fields<'_>,
    directive: CspDirective,
    list: &Value,
) -> Vec<ds_core::web::CspSource> {
    const FIELD: &str = "csp";
    let Some(list) = list.as_array() else {
        let message = format!("`{}` in `csp` is not a list of sources", directive.as_str());
        fields.warn(FIELD, Problem::Invalid, &shown(list), message);
        return Vec::new();
    };
    let mut sources = Vec::new();
    for value in list.iter().take(MOST) {
        match directive.source(value.as_str().unwrap_or_default()) {
            Ok(source) if sources.contains(&source) => {}
            Ok(source) => sources.push(source),
            Err(error) => fields.warn(FIELD, Problem::Invalid, &shown(value), error.to_string()),
        }
    }
    too_many(fields, FIELD, list.len());
    sources
}

fn too_many(fields: &mut Fields<'_>, field: &str, count: usize) {
    if count > MOST {
        let message =
            format!("`{field}` has a list of more than {MOST}; those after it are left out");
        fields.warn(field, Problem::Big, &count.to_string(), message);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn fields(json: Value) -> Fields<'static> {
        let Value::Object(object) = json else {
            unreachable!("an object is one");
        };
        Fields::new(object, Path::new("/"))
    }

    #[test]
    fn who_may_use_it() {
        use Problem::{Big, Invalid};
        let check = |value: Value, expect: &[&str], warned: &[Problem]| {
            let mut fields = fields(json!({ "cors": value }));
            let cors = super::cors(&mut fields);
            let got: Vec<String> = cors
                .into_iter()
                .flat_map(|cors| cors.origins)
                .map(String::from)
                .collect();
            assert_eq!(got, expect, "{value}");
            let problems: Vec<Problem> = fields
                .into_warnings()
                .iter()
                .map(|one| one.problem)
                .collect();
            assert_eq!(problems, warned, "{value}");
        };
        check(json!(null), &[], &[]);
        check(json!({"origins": "*"}), &["*"], &[]);
        check(json!({"origins": ["*"]}), &["*"], &[]);
        check(json!("*"), &["*"], &[]);
        check(
            json!({"origins": ["https://a.example", "https://a.example"]}),
            &["https://a.example"],
            &[],
        );
        check(
            json!({"origins": ["https://a.example", "b", 7]}),
            &["https://a.example"],
            &[Invalid, Invalid],
        );
        check(json!({"origins": []}), &[], &[]);
        check(json!({"origins": 7}), &[], &[Invalid]);
        check(json!({"origins": "https://a.example"}), &[], &[Invalid]);
        check(json!({}), &[], &[Invalid]);
        let many: Vec<String> = (0..30).map(|n| format!("https://h{n}.example")).collect();
        let kept: Vec<&str> = many.iter().take(MOST).map(String::as_str).collect();
        check(json!({ "origins": many }), &kept, &[Big]);
    }

    #[test]
    fn what_its_pages_load() {
        use Problem::{Invalid, Notice};
        let check = |value: Value, expect: Value, warned: &[Problem]| {
            let mut fields = fields(json!({ "csp": value }));
            let csp = super::csp(&mut fields);
            assert_eq!(json!(csp), expect, "{value}");
            let problems: Vec<Problem> = fields
                .into_warnings()
                .iter()
                .map(|one| one.problem)
                .collect();
            assert_eq!(problems, warned, "{value}");
        };
        check(json!(null), json!({}), &[]);
        check(json!("x"), json!({}), &[Invalid]);
        let one = json!({"connect-src": ["https://api.example.com"]});
        check(one.clone(), one.clone(), &[Notice]);
        check(
            json!({"connect-src": ["https://api.example.com"], "frame-ancestors": ["https://a.example"]}),
            one,
            &[Invalid, Notice],
        );
        check(json!({"img-src": "https:"}), json!({}), &[Invalid]);
        check(
            json!({"img-src": ["https:", "x"]}),
            json!({"img-src": ["https:"]}),
            &[Invalid, Notice],
        );
    }

    #[test]
    fn the_owner_is_told_what_it_means() {
        let mut fields = fields(json!({"csp": {"script-src": ["https://cdn.example.com"]}}));
        csp(&mut fields);
        let told = &fields.into_warnings()[0].message;
        assert!(told.contains("run scripts from cdn.example.com"), "{told}");
    }
}
