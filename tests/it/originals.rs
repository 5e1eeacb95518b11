//! Apps written for the original Dropserver, unmodified: every route of two that stand for published ones.

use bytes::Bytes;
use ds_testkit::client::Client;
use http::Method;
use serde_json::{Value, json};

use crate::host::TestHost;

async fn call(client: &mut Client, method: Method, url: &str, body: Value) -> (u16, Value) {
    let headers = [
        ("content-type", "application/json"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = client
        .send(method, url, &headers, body.to_string().into())
        .await;
    let text = answer.text();
    (
        answer.status.as_u16(),
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn pantry() {
    let host = TestHost::start().await;
    host.with_appspace("pantry", "pantry").await;
    let mut owner = host.member_of("pantry").await;
    let at = |path: &str| host.at("pantry", path);

    let (status, me) = call(
        &mut owner,
        Method::GET,
        &at("/api/current-user"),
        Value::Null,
    )
    .await;
    assert_eq!((status, me["displayName"].is_string()), (200, true));
    let (_, users) = call(&mut owner, Method::GET, &at("/api/users"), Value::Null).await;
    assert_eq!(users, json!([me]));

    let salt = json!({ "id": 1, "name": "Salt", "shelf": "spices", "have": true });
    let items = at("/api/items");
    assert_eq!(
        call(&mut owner, Method::GET, &items, Value::Null).await,
        (200, json!([salt]))
    );
    let rice = json!({ "name": "Rice", "shelf": "top", "have": false });
    let (status, rice) = call(&mut owner, Method::POST, &items, rice).await;
    assert_eq!((status, &rice["id"]), (200, &json!(2)));
    assert_eq!(
        call(&mut owner, Method::POST, &items, json!({})).await.0,
        400
    );
    let one = at("/api/items/2");
    let (_, changed) = call(
        &mut owner,
        Method::PUT,
        &one,
        json!({ "name": "Red rice", "shelf": "low" }),
    )
    .await;
    assert_eq!(changed["name"], "Red rice");
    let (_, changed) = call(&mut owner, Method::PATCH, &one, json!({ "have": true })).await;
    assert_eq!(changed["have"], true);
    let (status, error) = call(&mut owner, Method::PATCH, &at("/api/items/99"), json!({})).await;
    assert_eq!((status, error), (500, json!("Error: no item 99")));
    let (_, sorted) = call(
        &mut owner,
        Method::GET,
        &at("/api/items?order=name"),
        Value::Null,
    )
    .await;
    assert_eq!(
        (&sorted[0]["name"], &sorted[1]["name"]),
        (&json!("Red rice"), &json!("Salt"))
    );
    assert_eq!(
        call(&mut owner, Method::DELETE, &one, Value::Null).await.0,
        204
    );

    let index = "<title>Pantry</title>";
    for path in ["/", "/shelves", "/shelves/deep/link", "/add?x=1"] {
        assert!(owner.get(&at(path)).await.text().contains(index), "{path}");
    }
    let script = host.program().get(&at("/assets/index-1a2b.js")).await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    for missing in [
        "/assets/",
        "/assets/none.js",
        "/nothing-here",
        "/avatars/none.jpg",
        "/avatars",
    ] {
        assert_eq!(owner.get(&at(missing)).await.status, 404, "{missing}");
    }
    let hello = host.program().get(&at("/api/hello")).await;
    let hello: Value = serde_json::from_str(&hello.text()).unwrap();
    assert_eq!(hello["proxyId"], Value::Null);
    for path in ["/", "/api/items", "/avatars/a.jpg"] {
        assert_eq!(host.program().get(&at(path)).await.status, 401, "{path}");
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors() {
    let host = TestHost::start().await;
    host.with_appspace("visitors", "visitors").await;
    let mut owner = host.member_of("visitors").await;
    let url = host.at("visitors", "/");
    // Logging in was the first visit.
    let first = owner.get(&url).await.text();
    assert!(
        first.contains("<h1>Hello ") && first.contains("<li>"),
        "{first}"
    );
    let again = owner.send(Method::GET, &url, &[], Bytes::new()).await;
    assert_eq!(again.header("content-type"), "text/html");
    assert_eq!(again.text().matches("<li>").count(), 2, "{}", again.text());
    host.end().await;
}
