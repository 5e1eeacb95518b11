//! What browsers are told with every answer, whatever the app says.

use serde_json::json;

use super::world::{Answer, World};

/// What stands on the answers of a path.
async fn answers(world: &World) -> Vec<(&'static str, Answer)> {
    let cookie = [("cookie", world.ada.as_str())];
    let page = [("accept", "text/html")];
    vec![
        ("the app's", world.ask("GET", "/public", &[]).await),
        (
            "the app's to a member",
            world.ask("GET", "/members", &cookie).await,
        ),
        ("no route", world.ask("GET", "/none", &page).await),
        ("not logged in", world.ask("GET", "/members", &[]).await),
        ("to log in", world.ask("GET", "/members", &page).await),
        (
            "the host's own",
            world.ask("GET", "/.dropserver/logged-out", &page).await,
        ),
    ]
}

#[tokio::test]
async fn every_answer_says_how_it_may_be_used() {
    let world = World::new().await;
    for (what, answer) in answers(&world).await {
        for (name, expect) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("origin-agent-cluster", "?1"),
        ] {
            assert_eq!(answer.header(name), Some(expect), "{what}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ] {
            assert!(policy.contains(part), "{what}: {part} in {policy}");
        }
    }
}

#[tokio::test]
async fn an_app_sets_no_cookie_that_is_not_its_own() {
    let world = World::new().await;
    let answer = world.ask("GET", "/public", &[]).await;
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(set, ["own=1; Path=/", "__Host-own=1; Path=/; Secure"]);
    for name in [
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-expose-headers",
        "timing-allow-origin",
        "clear-site-data",
        "x-dropserver-user",
    ] {
        assert_eq!(answer.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_manifest_widens_the_policy_and_nothing_else() {
    let csp = json!({"csp": {
        "connect-src": ["https://api.example.com", "wss://api.example.com"],
        "img-src": ["https:"],
    }});
    let world = World::with(&csp).await;
    let answer = world.ask("GET", "/public", &[]).await;
    let policy = answer.header("content-security-policy").unwrap();
    for part in [
        "connect-src 'self' https://api.example.com wss://api.example.com;",
        "img-src 'self' data: blob: https:;",
        "script-src 'self' 'wasm-unsafe-eval';",
        "frame-ancestors 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
}
