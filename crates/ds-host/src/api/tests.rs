//! The API, over real stores; and that the guide knows all of it.

use std::{fs, path::Path};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

mod people;

use super::{ROOT, endpoints};
use crate::site::tests::api_site;

/// An API, and a token of Ada, who has `notes` and `old`.
struct Api {
    router: Router,
    token: String,
    cookie: String,
    _dir: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Api {
    async fn new(scope: &str) -> Self {
        let (state, ada, cookie, dir) = api_site().await;
        let ada = state.ops.standing(ada).await.unwrap();
        let made = state.ops.make_token(ada, "test", scope, Some(1));
        let (_, token) = made.await.unwrap();
        Self {
            router: crate::site::router(state),
            token,
            cookie,
            _dir: dir,
        }
    }

    async fn send(&self, method: &Method, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{ROOT}{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.raw(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&Method::GET, path, &Value::Null).await
    }

    async fn raw(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }
}

/// A path of the table with something in its places.
fn filled(path: &str) -> String {
    path.replace("{name}", "notes")
        .replace("{id}", &"0".repeat(32))
        .replace("{secret}", "KEY")
        .replace("{key}", "k")
        .replace("{person}", "ada@example.com")
        .replace("{invitation}", "i")
        .replace("{member}", "m")
        .replace("{permission}", "edit")
        .replace("{snapshot}", "latest")
}

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let api = Api::new("manage").await;
    for endpoint in endpoints() {
        let uri = format!("{ROOT}{}", filled(endpoint.path));
        let builder = || Request::builder().method(&endpoint.method).uri(&uri);
        let cookie = builder().header(header::COOKIE, &api.cookie);
        let basic = builder().header(header::AUTHORIZATION, "Basic YTpi");
        let wrong = format!("Bearer dst_{}", "x".repeat(43));
        let wrong = builder().header(header::AUTHORIZATION, wrong);
        for request in [builder(), cookie, basic, wrong] {
            let answer = api.raw(request.body(Body::empty()).unwrap()).await;
            let kind = answer.body["error"]["kind"].as_str();
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{uri}");
            assert_eq!(kind, Some("unauthorized"), "{uri}");
            assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
}

#[tokio::test]
async fn a_token_that_may_look_changes_nothing() {
    let api = Api::new("read").await;
    for endpoint in endpoints() {
        let path = filled(endpoint.path);
        let answer = api.send(&endpoint.method, &path, &Value::Null).await;
        let may = endpoint.who == super::Who::Read;
        let is_refused = answer.status == StatusCode::FORBIDDEN;
        assert_eq!(is_refused, !may, "{} {path}", endpoint.method);
        assert!(!may || endpoint.method == Method::GET, "{path}");
        // There are no moves in these tests.
        let may_fail = path == "/moves";
        assert!(
            may_fail || answer.status != StatusCode::INTERNAL_SERVER_ERROR,
            "{path}"
        );
        let found = api.send(&Method::HEAD, &path, &Value::Null).await.status;
        assert!(endpoint.method != Method::GET || found != StatusCode::ACCEPTED);
    }
    let spaces = api.get("/appspaces").await.body;
    assert_eq!(spaces["appspaces"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_asked_is_done() {
    let api = Api::new("manage").await;
    let me = api.get("/account").await.body;
    assert_eq!(me["account"]["email"], "ada@example.com");
    assert_eq!(
        (&me["token"]["scope"], &me["token"]["secret"]),
        (&json!("manage"), &Value::Null)
    );
    let paused = api
        .send(&Method::POST, "/appspaces/notes/pause", &Value::Null)
        .await;
    assert_eq!(paused.body["appspace"]["status"], "paused");
    assert_eq!(
        api.get("/appspaces/notes").await.body["appspace"]["status"],
        "paused"
    );

    let chosen = api
        .send(
            &Method::PUT,
            "/appspaces/notes/upgrades",
            &json!({"mode": "automatic"}),
        )
        .await;
    assert_eq!(chosen.body["upgrades"]["mode"], "automatic");
    let limits = json!({"memory_mib": 100, "heap_mib": null});
    let set = api
        .send(&Method::PATCH, "/appspaces/notes/limits", &limits)
        .await;
    let rows = set.body["limits"].as_array().unwrap().clone();
    assert!(
        rows.iter()
            .any(|row| row["name"] == "memory_mib" && row["value"] == 100),
        "{rows:?}"
    );

    let gone = api
        .send(&Method::DELETE, "/appspaces/old", &Value::Null)
        .await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
}

/// A method, a path, a body, and what is answered.
const NONSENSE: &str = r#"GET /nothing null 404 not-found
GET /appspaces/nobody null 404 not-found
GET /jobs/x null 422 invalid
GET /appspaces/notes/usage?days=x null 422 invalid
GET /appspaces/notes/usage?day=1 null 422 invalid
PUT /appspaces null 405 method
POST /appspaces {"app":"notes"} 422 invalid
POST /appspaces {"app":"notes","address":"a","x":1} 422 invalid
POST /appspaces [1] 422 invalid
POST /appspaces/import null 422 invalid
POST /appspaces/import?address=fresh null 422 invalid
POST /apps null 422 invalid
PATCH /appspaces/notes/limits {"x":1} 422 invalid
PUT /appspaces/notes/upgrades {"mode":"x"} 422 invalid
POST /appspaces/notes/keys {"name":""} 422 invalid
POST /appspaces/notes/keys {"name":"x","scope":"all"} 422 invalid
POST /appspaces/notes/keys {"name":"x","path":"/a"} 422 invalid
DELETE /appspaces/notes/keys/x null 422 invalid
GET /people?page=1 null 422 invalid
GET /people/nobody@example.com null 404 not-found
POST /invitations {"email":"x"} 422 invalid
POST /invitations {"email":"ada@example.com"} 409 conflict
GET /log?kind=x null 422 invalid"#;

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let api = Api::new("manage").await;
    let check = async |method: Method, path: &str, body: Value, status: u16, kind: &str| {
        let answer = api.send(&method, path, &body).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{path} {body}: {}",
            answer.body
        );
        let error = &answer.body["error"];
        assert_eq!(error["kind"], kind, "{path} {error}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    };
    for row in NONSENSE.lines() {
        let [method, path, body, status, kind] =
            row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let body = serde_json::from_str(body).unwrap();
        check(
            method.parse().unwrap(),
            path,
            body,
            status.parse().unwrap(),
            kind,
        )
        .await;
    }
    let long = json!({"app": "x".repeat(70_000), "address": "a"});
    check(Method::POST, "/appspaces", long, 413, "too-large").await;
    let head = api
        .send(&Method::HEAD, "/appspaces/notes/archive", &Value::Null)
        .await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    let body = Request::post(format!("{ROOT}/appspaces"))
        .header(header::AUTHORIZATION, format!("Bearer {}", api.token))
        .body("{".into());
    assert_eq!(api.raw(body.unwrap()).await.status.as_u16(), 422);
}

#[tokio::test]
async fn pages_do_not_take_tokens() {
    let api = Api::new("manage").await;
    let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {}", api.token));
    let answer = api.raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[test]
fn the_guide_has_all_of_it() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/src/api.md");
    let guide = fs::read_to_string(guide).unwrap();
    for endpoint in endpoints() {
        let row = format!(
            "\n| `{} {}` | {} | {} | ",
            endpoint.method,
            endpoint.path,
            endpoint.who.word(),
            endpoint.status.as_u16()
        );
        assert!(guide.contains(&row), "{row}");
        assert!(
            super::filter(&endpoint.method) != super::filter(&Method::GET)
                || endpoint.method == Method::GET
        );
    }
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let is_row = |line: &&str| {
        methods
            .iter()
            .any(|method| line.starts_with(&format!("| `{method} /")))
    };
    assert_eq!(guide.lines().filter(is_row).count(), endpoints().count());
    for kind in crate::ops::ErrorKind::ALL {
        let row = format!("\n| {} | `{}` | ", kind.status().as_u16(), kind.name());
        assert!(guide.contains(&row), "{row}");
    }
}
