//! Scripts of other sites: let in by the manifest, with tokens alone.

use serde_json::{Value, json};

use super::world::{FRIEND, ORIGIN, SIBLING, STRANGER, World};

fn friends() -> Value {
    json!({"cors": {"origins": [FRIEND]}})
}

const PREFLIGHT: (&str, &str) = ("access-control-request-method", "PUT");

#[tokio::test]
async fn the_host_answers_browsers_that_ask() {
    let anyone = json!({"cors": {"origins": ["*"]}});
    for (manifest, origin, expect) in [
        (json!({}), FRIEND, None),
        (friends(), FRIEND, Some(FRIEND)),
        (friends(), STRANGER, None),
        (friends(), SIBLING, None),
        (friends(), "null", None),
        (anyone.clone(), STRANGER, Some("*")),
        (anyone, "null", Some("*")),
    ] {
        let world = World::with(&manifest).await;
        let cookie = ("cookie", world.ada.as_str());
        for path in ["/members", "/none", "/public"] {
            let headers = [("origin", origin), PREFLIGHT, cookie];
            let answer = world.ask("OPTIONS", path, &headers).await;
            let status = if expect.is_some() { 204 } else { 403 };
            assert_eq!(answer.status.as_u16(), status, "{manifest} {origin} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), expect);
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            if expect.is_some() {
                let allowed = answer.header("access-control-allow-headers").unwrap();
                assert!(allowed.contains("Authorization"));
                let methods = answer.header("access-control-allow-methods").unwrap();
                assert!(methods.contains("PUT"));
            }
        }
        // Not below the host's own paths.
        let headers = [("origin", origin), PREFLIGHT];
        let answer = world.ask("OPTIONS", "/.dropserver/logout", &headers).await;
        assert_eq!(answer.status.as_u16(), 403);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn what_is_no_question_is_the_apps() {
    let world = World::with(&friends()).await;
    for headers in [
        vec![("origin", FRIEND)],
        vec![PREFLIGHT],
        vec![("origin", ORIGIN), PREFLIGHT],
    ] {
        let answer = world.ask("OPTIONS", "/public", &headers).await;
        assert!(answer.seen().is_some(), "{headers:?}");
    }
}

#[tokio::test]
async fn cookies_count_for_nothing_and_tokens_for_what_they_are() {
    let world = World::with(&friends()).await;
    let (cookie, key) = (
        ("cookie", world.ada.as_str()),
        ("authorization", world.key.as_str()),
    );
    for (origin, credential, method, path, status, who) in [
        (FRIEND, key, "GET", "/members", 200, Some("adakey")),
        (FRIEND, key, "PUT", "/edit", 200, Some("adakey")),
        (FRIEND, cookie, "GET", "/members", 401, None),
        (FRIEND, cookie, "GET", "/public", 200, Some("nobody")),
        (FRIEND, cookie, "POST", "/members", 401, None),
        (FRIEND, cookie, "POST", "/public", 200, Some("nobody")),
        // From elsewhere cookies change nothing either, and what is read cannot be seen there.
        (STRANGER, cookie, "POST", "/members", 403, None),
        (STRANGER, cookie, "GET", "/members", 200, Some("ada")),
        (ORIGIN, cookie, "POST", "/members", 200, Some("ada")),
    ] {
        let answer = world
            .ask(method, path, &[("origin", origin), credential])
            .await;
        let got = (answer.status.as_u16(), answer.who());
        assert_eq!(
            got,
            (status, who.map(ToOwned::to_owned)),
            "{origin} {method} {path}"
        );
        let allowed = (origin == FRIEND).then_some(FRIEND);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            allowed,
            "{origin} {method} {path}"
        );
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(
            answer.header("vary").unwrap().contains("Origin"),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn errors_can_be_read_too() {
    let world = World::with(&friends()).await;
    let headers = [("origin", FRIEND), ("authorization", "Bearer ds_wrong")];
    let answer = world.ask("GET", "/members", &headers).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some(FRIEND));
    assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
}

#[tokio::test]
async fn what_is_for_all_sites_says_so() {
    let world = World::with(&json!({"cors": {"origins": ["*"]}})).await;
    let answer = world.ask("GET", "/public", &[]).await;
    assert_eq!(
        answer.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("vary"), None);
}

#[tokio::test]
async fn what_a_cookie_opened_is_for_its_own_pages_alone() {
    let world = World::with(&json!({"cors": {"origins": ["*"]}})).await;
    let cookie = ("cookie", world.ada.as_str());
    let answer = world.ask("GET", "/members", &[cookie]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.header("cross-origin-resource-policy"),
        Some("same-origin")
    );
}
