//! Which route answers.

use ds_core::Access;
use ds_routes::{Handler, ParamValue, Route, RouteId, RouteTable, StaticRoot};
use http::Method;

fn route(id: u32, method: &Method, pattern: &str, end: bool, is_static: bool) -> Route {
    let handler = if is_static {
        Handler::Static {
            root: StaticRoot::App,
            path: String::new(),
        }
    } else {
        Handler::Function {
            name: String::new(),
        }
    };
    Route {
        id: RouteId(id),
        method: method.clone(),
        pattern: pattern.to_owned(),
        end,
        access: Access::Public,
        handler,
    }
}

fn table() -> RouteTable {
    RouteTable::compile(vec![
        route(0, &Method::GET, "/", true, false),
        route(1, &Method::GET, "/x/new", true, false),
        route(2, &Method::GET, "/x/:id", true, false),
        route(3, &Method::POST, "/x/:id", true, false),
        route(4, &Method::GET, "/files", false, true),
        route(5, &Method::HEAD, "/files/probe", true, false),
        route(6, &Method::GET, "/x/:late+", true, false),
        route(7, &Method::POST, "/files", false, true),
    ])
    .unwrap()
}

#[test]
fn the_first_declared_wins() {
    let table = table();
    let check = |method: Method, path: &str, expect: Option<u32>| {
        let found = table.find(&method, path).map(|found| found.route.id.0);
        assert_eq!(found, expect, "{method} {path}");
    };
    check(Method::GET, "/", Some(0));
    check(Method::GET, "/x/new", Some(1));
    check(Method::GET, "/X/NEW/", Some(1));
    check(Method::GET, "/x/1", Some(2));
    check(Method::POST, "/x/new", Some(3));
    check(Method::GET, "/x/1/2", Some(6));
    check(Method::GET, "/files", Some(4));
    check(Method::GET, "/files/a/b", Some(4));
    check(Method::GET, "/filesystem", None);
    check(Method::PUT, "/x/1", None);
    // HEAD: its own route first, then static GET routes, never functions or static POST routes.
    check(Method::HEAD, "/files/probe", Some(5));
    check(Method::HEAD, "/files/other", Some(4));
    check(Method::HEAD, "/x/1", None);
}

#[test]
fn params_stay_encoded() {
    let table = table();
    let found = table.find(&Method::GET, "/x/a%2Fb\u{e9}").unwrap();
    let expect = ParamValue::One("a%2Fb%C3%A9".into());
    assert_eq!(found.params.get("id"), Some(&expect));
}

#[test]
fn says_which_route_is_wrong() {
    let check = |routes: Vec<Route>, expect: &str| {
        let error = RouteTable::compile(routes).unwrap_err();
        assert_eq!(error.to_string(), expect);
    };
    let get = Method::GET;
    check(
        vec![
            route(0, &get, "/", true, false),
            route(1, &get, "/:", true, false),
        ],
        "route 1 (GET /:) cannot be used",
    );
    check(
        vec![route(0, &get, "/a/:b", true, true)],
        "route 0 (GET /a/:b) is static, so its path must be plain text without parameters, groups or \
         modifiers; to serve everything below it, set `end: false`",
    );
    let many = (0..=2000)
        .map(|id| route(id, &get, "/", true, false))
        .collect();
    check(many, "the app has 2001 routes; at most 2000 are supported");
    let big = (0..100)
        .map(|id| route(id, &get, "/:a([^/]{4000})", true, false))
        .collect();
    check(
        big,
        "the app's path patterns are too complex together; use simpler regular expressions or fewer routes",
    );
}
