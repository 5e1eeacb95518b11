//! Listings as apps give them, good and hostile.

use ds_core::Access;
use ds_routes::{Handler, Route, RouteId, StaticRoot, parse_listing};
use http::Method;
use serde_json::Value;
use serde_json::json;

/// A good route, with some keys replaced.
fn with(changes: &Value) -> Value {
    let mut route = json!({
        "method": "get", "path": {"path": "/x/:id", "end": true},
        "auth": {"allow": "authorized", "permission": "edit", "permissions": "create"},
        "type": "function", "options": {"name": "show"}, "more": [1],
    });
    for (key, value) in changes.as_object().unwrap() {
        route[key] = value.clone();
    }
    json!([route])
}

#[test]
fn reads_what_apps_declare() {
    let check = |changes: Value, expect: &dyn Fn(&Route) -> bool| {
        let routes = parse_listing(&with(&changes)).unwrap();
        assert!(expect(&routes[0]), "{changes}: {:?}", routes[0]);
    };
    let edit = Access::Authorized {
        permission: Some("edit".parse().unwrap()),
    };
    check(json!({}), &|route| {
        *route
            == Route {
                id: RouteId(0),
                method: Method::GET,
                pattern: "/x/:id".into(),
                end: true,
                access: edit.clone(),
                handler: Handler::Function {
                    name: "show".into(),
                },
            }
    });
    check(json!({"method": "PaTcH"}), &|route| {
        route.method == Method::PATCH
    });
    check(json!({"path": {"path": "/x"}}), &|route| route.end);
    check(json!({"path": {"path": "/x", "end": false}}), &|route| {
        !route.end
    });
    check(json!({"auth": {"allow": "public"}}), &|route| {
        route.access == Access::Public
    });
    check(
        json!({"auth": {"allow": "authorized", "permission": ""}}),
        &|route| route.access == Access::Authorized { permission: None },
    );
    check(json!({"options": null}), &|route| {
        route.handler
            == Handler::Function {
                name: String::new(),
            }
    });
    check(
        json!({"path": {"path": "/s"}, "type": "static", "options": {"path": "@avatars/"}}),
        &|route| {
            let path = String::new();
            route.handler
                == Handler::Static {
                    root: StaticRoot::Avatars,
                    path,
                }
        },
    );
    assert_eq!(parse_listing(&json!([])).unwrap(), []);
}

#[test]
fn says_what_is_wrong_and_where() {
    let check = |listing: Value, parts: &[&str]| {
        let error = parse_listing(&listing).unwrap_err();
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            said = format!("{said}: {error}");
            cause = error.source();
        }
        for part in parts {
            assert!(said.contains(part), "{listing}: {said}");
        }
    };
    let files =
        |path: Value| json!({"path": {"path": "/s"}, "type": "static", "options": {"path": path}});
    check(json!({}), &["not a list"]);
    check(json!([1]), &["route 0 (? ?)", "not an object"]);
    check(
        with(&json!({"method": 1})),
        &["route 0 (? /x/:id)", "no `method`"],
    );
    check(
        with(&json!({"method": "brew"})),
        &["route 0 (BREW /x/:id)", "`brew`"],
    );
    check(with(&json!({"path": "/x"})), &["(GET ?)", "no path"]);
    check(
        with(&json!({"path": {"path": "x".repeat(1025)}})),
        &["longer than 1024"],
    );
    check(with(&json!({"path": {"path": "/", "end": 1}})), &["`end`"]);
    check(
        with(&json!({"path": {"path": "/("}})),
        &["route 0 (GET /()", "never closed"],
    );
    check(
        with(&json!({"auth": null})),
        &["whom it is for", "authorized"],
    );
    check(with(&json!({"auth": {"allow": "all"}})), &["`all`"]);
    check(
        with(&json!({"auth": {"allow": "authorized", "permission": "a b"}})),
        &["`a b`"],
    );
    check(
        with(&json!({"auth": {"allow": "authorized", "permission": 1}})),
        &["not text"],
    );
    check(
        with(&json!({"auth": {"allow": "public", "permission": "a"}})),
        &["everybody"],
    );
    check(with(&json!({"type": "dynamic"})), &["`dynamic`"]);
    check(with(&json!({"type": null})), &["no `type`"]);
    check(
        with(&json!({"options": {"name": {}}})),
        &["name of its handler"],
    );
    check(with(&files(json!("/etc/passwd"))), &["@app/"]);
    check(with(&files(json!("@app/../x"))), &["`..`"]);
    check(with(&files(json!(null))), &["which files"]);
    let mut params = files(json!("@app/"));
    params["path"]["path"] = "/s/:x".into();
    check(with(&params), &["route 0 (GET /s/:x)", "plain text"]);
    check(Value::Array(vec![json!(0); 2001]), &["2001 routes"]);
}
