//! Who a request is taken to come from, and what of it the app gets.

use std::time::Duration;

use http_body_util::BodyExt as _;

use super::world::{FRIEND, ORIGIN, SIBLING, STRANGER, World};

#[tokio::test]
async fn changes_that_other_sites_send_are_refused() {
    let world = World::new().await;
    let ada = ("cookie", world.ada.as_str());
    let check = async |method: &str, path: &str, headers: &[(&str, &str)], status: u16| {
        let answer = world.ask(method, path, headers).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{method} {path} {headers:?}"
        );
        assert_eq!(
            answer.seen().is_some(),
            status == 200,
            "{method} {path} {headers:?}"
        );
    };
    let same = ("sec-fetch-site", "same-origin");
    for method in ["POST", "PUT", "DELETE"] {
        check(method, "/members", &[ada, ("origin", ORIGIN), same], 200).await;
        check(method, "/members", &[ada, ("origin", ORIGIN)], 200).await;
        check(method, "/members", &[ada, same], 200).await;
        check(method, "/members", &[ada, ("sec-fetch-site", "none")], 200).await;
        // A client that is no browser says nothing of it.
        check(method, "/members", &[ada], 200).await;
        // Another appspace of this host is another site.
        for from in [
            SIBLING,
            STRANGER,
            "null",
            "https://dropserver.example.com",
            "http://a.example.com",
            "https://a.example.com:444",
        ] {
            check(method, "/members", &[ada, ("origin", from)], 403).await;
            check(method, "/public", &[ada, ("origin", from)], 403).await;
        }
        for site in ["cross-site", "same-site", "nonsense"] {
            check(method, "/members", &[ada, ("sec-fetch-site", site)], 403).await;
            check(
                method,
                "/members",
                &[ada, ("origin", ORIGIN), ("sec-fetch-site", site)],
                403,
            )
            .await;
        }
        // Who brings nothing with them changes what anybody may.
        check(method, "/public", &[("origin", STRANGER)], 200).await;
    }
    // Looking is harmless: the other site's script cannot read the answer.
    check(
        "GET",
        "/members",
        &[ada, ("origin", STRANGER), ("sec-fetch-site", "cross-site")],
        200,
    )
    .await;
}

#[tokio::test]
async fn websockets_of_other_sites_are_refused() {
    let world = World::new().await;
    let socket = [
        ("cookie", world.ada.as_str()),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (origin, status) in [
        (STRANGER, 403),
        (SIBLING, 403),
        ("null", 403),
        (ORIGIN, 200),
    ] {
        let mut headers = socket.to_vec();
        headers.push(("origin", origin));
        let answer = world.ask("GET", "/members", &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{origin}");
    }
}

#[tokio::test]
async fn changes_to_the_hosts_own_pages_are_refused_too() {
    let world = World::new().await;
    let ada = ("cookie", world.ada.as_str());
    for (headers, status) in [
        (vec![ada, ("origin", STRANGER)], 403),
        (
            vec![ada, ("origin", SIBLING), ("sec-fetch-site", "same-site")],
            403,
        ),
        // A token does not help: those pages are for people.
        (
            vec![
                ada,
                ("origin", STRANGER),
                ("authorization", world.key.as_str()),
            ],
            403,
        ),
        (vec![ada, ("origin", ORIGIN)], 303),
    ] {
        let answer = world.ask("POST", "/.dropserver/logout", &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_cookie_is_good_at_its_own_appspace_and_never_seen_by_the_app() {
    let world = World::new().await;
    let plain = world.ada.trim_start_matches("__Host-").to_owned();
    let two = format!("{}; __Host-ds-member=other", world.ada);
    let mixed = format!(
        "theme=dark; {}; __Host-ds-login=x; ds-account=y; lang=de",
        world.ada
    );
    for (cookie, who, seen) in [
        (world.ada.as_str(), "ada", ""),
        (&mixed, "ada", "theme=dark; lang=de"),
        (&world.bob_elsewhere, "nobody", ""),
        // Without the prefix a sibling site could have set it.
        (&plain, "nobody", ""),
        (&two, "nobody", ""),
        ("__Host-ds-member=x", "nobody", ""),
        ("__host-ds-member=x", "nobody", "__host-ds-member=x"),
    ] {
        let answer = world.ask("GET", "/public", &[("cookie", cookie)]).await;
        let app = answer.seen().unwrap();
        assert_eq!(
            (app["who"].as_str(), app["cookie"].as_str()),
            (Some(who), Some(seen)),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn programs_come_with_a_token() {
    let world = World::new().await;
    let wrong = "Bearer ds_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (key, elsewhere) = (world.key.as_str(), world.key_elsewhere.as_str());
    for (token, status, who, passed) in [
        (key, 200, Some("adakey"), ""),
        (wrong, 401, None, ""),
        ("Bearer ds_", 401, None, ""),
        (elsewhere, 401, None, ""),
        (
            "Bearer of-the-app",
            200,
            Some("nobody"),
            "Bearer of-the-app",
        ),
        ("Basic eDp5", 200, Some("nobody"), "Basic eDp5"),
    ] {
        let answer = world
            .ask("GET", "/public", &[("authorization", token)])
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.who().as_deref()),
            (status, who),
            "{token}"
        );
        if let Some(seen) = answer.seen() {
            assert_eq!(seen["authorization"], passed, "{token}");
        }
    }
    // A wrong one is never made good by a cookie, and says where to get a right one.
    let cookie = ("cookie", world.ada.as_str());
    let answer = world
        .ask("GET", "/members", &[cookie, ("authorization", wrong)])
        .await;
    assert_eq!(answer.status.as_u16(), 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(
        challenge,
        "Bearer error=\"invalid_token\", resource_metadata=\"https://a.example.com/.dropserver/oauth/resource\""
    );
    let answer = world.ask("GET", "/members", &[]).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer resource_metadata=")
    );
    // Where it comes from does not matter: it was sent on purpose.
    let headers = [
        ("authorization", key),
        ("origin", FRIEND),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = world.ask("POST", "/edit", &headers).await;
    assert_eq!(
        (answer.status.as_u16(), answer.who().as_deref()),
        (200, Some("adakey"))
    );
    // The app is told what a token may: the member could do more.
    let seen = answer.seen().unwrap();
    assert_eq!(seen["scope"], serde_json::json!(["edit"]));
    let seen = world
        .ask("GET", "/members", &[cookie])
        .await
        .seen()
        .unwrap();
    assert_eq!(seen["scope"], serde_json::Value::Null);
    // Who has both is the token's.
    let answer = world
        .ask("GET", "/members", &[cookie, ("authorization", key)])
        .await;
    assert_eq!(answer.who().as_deref(), Some("adakey"));
}

#[tokio::test]
async fn what_a_key_has_open_ends_when_it_is_removed() {
    let world = World::new().await;
    let key = [("authorization", world.key.as_str()), ("x-stream", "yes")];
    let ada = [("cookie", world.ada.as_str()), ("x-stream", "yes")];
    let by_key = world.open("GET", "/members", &key).await;
    let by_ada = world.open("GET", "/members", &ada).await;
    assert_eq!(
        (by_key.status().as_u16(), by_ada.status().as_u16()),
        (200, 200)
    );
    let all = world.tokens.list(world.here).await.unwrap();
    world.tokens.remove(world.here, all[0].id).await.unwrap();
    let cut = tokio::time::timeout(Duration::from_secs(10), by_key.into_body().collect());
    assert!(cut.await.unwrap().is_err());
    let goes_on = tokio::time::timeout(Duration::from_millis(100), by_ada.into_body().collect());
    assert!(goes_on.await.is_err());
}
