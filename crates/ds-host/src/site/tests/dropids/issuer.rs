//! What clients ask, what they are told, and how often.

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use ds_auth::people::{AccountChange, RoleStore as _};
use std::net::SocketAddr;

use super::super::Site;
use super::{BACK, CHALLENGE, CLIENT, ID, query};

#[tokio::test]
async fn a_login_from_the_question_to_the_answer() {
    let mut site = Site::as_ada().await;
    let cookie = site.cookie.take();
    let stranger = site.ask(&[]).await;
    assert!(
        stranger
            .location()
            .starts_with("/login?next=%2Fdropid%2Fauthorize")
    );
    site.cookie = cookie;

    let document = format!(r#"{{"client_id": "{CLIENT}", "client_name": "No<tes"}}"#);
    site.web.put(CLIENT, "application/json", document);
    let first = site.ask(&[]).await;
    assert!(first.body.contains("You have no DropID yet"));
    let at = first.body.find("name=\"next\" value=\"").unwrap() + 19;
    let next = first.body[at..]
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let made = [("handle", "ada"), ("public", "yes"), ("next", &*next)];
    assert_eq!(site.post("/dropids", &made).await.location(), next);

    let asked = site
        .ask(&[("me", "http://dropserver.localhost:3000/ada")])
        .await;
    assert_eq!(asked.status, StatusCode::OK);
    let policy = asked.header("content-security-policy");
    assert!(
        policy.ends_with("form-action 'self' https://notes.a.example"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"));
    for expect in [
        "<h1>notes<wbr>.a<wbr>.example</h1>",
        "“No&#60;tes”",
        CLIENT,
        ID,
        "not logged in there before",
        "on my home page",
    ] {
        assert!(asked.body.contains(expect), "{expect} in {}", asked.body);
    }
    assert!(!asked.body.contains("The answer goes to"));
    let other = site.ask(&[("me", "https://b.example/ada")]).await;
    assert!(
        other.body.contains("<strong>b.example/ada</strong>"),
        "{}",
        other.body
    );

    let code = site.code(&[("share", "yes"), ("home", "yes")]).await;
    let (status, answer) = site.redeem(&code, &[]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["me"], "http://dropserver.localhost:3000/ada");
    assert_eq!(answer["profile"]["name"], "ada");
    assert_eq!(answer["id_token"].as_str().unwrap().split('.').count(), 3);
    assert!(answer.get("access_token").is_none());
    let (status, again) = site.redeem(&code, &[]).await;
    assert_eq!(
        (status, &again["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_grant".into())
    );

    assert!(site.get("/dropids").await.body.contains("notes.a.example"));
    assert!(
        site.ask(&[])
            .await
            .body
            .contains("You have logged in there before")
    );
    let home = site.get("/").await.body;
    assert!(
        home.contains("Elsewhere") && home.contains("https://notes.a.example/"),
        "{home}"
    );
    assert!(
        !site.ask(&[]).await.body.contains("on my home page"),
        "it is there"
    );
    site.post("/dropids/sites/forget", &[("client", CLIENT)])
        .await;
    assert!(site.get("/dropids").await.body.contains("Nowhere yet"));

    let plain = site.code(&[]).await;
    let (_, answer) = site.redeem(&plain, &[]).await;
    assert!(answer.get("profile").is_none(), "{answer}");
}

#[tokio::test]
async fn codes_are_for_who_they_were_given_to() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    for (name, value) in [
        ("client_id", "https://evil.example/.dropserver/client"),
        ("redirect_uri", "https://notes.a.example/"),
        ("code_verifier", CHALLENGE),
    ] {
        let code = site.code(&[]).await;
        let (status, answer) = site.redeem(&code, &[(name, value)]).await;
        assert_eq!(
            (status, &answer["error"]),
            (StatusCode::BAD_REQUEST, &"invalid_grant".into())
        );
        let (status, _) = site.redeem(&code, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "it is used up");
    }
    let refused = site.redeem("x", &[("grant_type", "refresh_token")]).await;
    assert_eq!(refused.1["error"], "unsupported_grant_type");
    let json = Request::post("/dropid/authorize").header(header::CONTENT_TYPE, "application/json");
    let refused = site.send(json, Body::from("{}")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let page = Request::post("/dropid/authorize").header(header::ORIGIN, "https://evil.example");
    assert_eq!(
        site.send(page, Body::empty()).await.status,
        StatusCode::FORBIDDEN
    );

    let (early, late) = (site.code(&[]).await, site.code(&[]).await);
    assert_eq!(site.redeem(&early, &[]).await.0, StatusCode::OK);
    let ada = site.accounts().await[0].id;
    let bob = site.account("bob@example.com").await;
    let kept = &*site.kept;
    kept.set_admin(bob, true).await.unwrap();
    let since = Some(ds_core::Timestamp(0));
    assert_eq!(
        kept.set_blocked(ada, since).await.unwrap(),
        AccountChange::Done
    );
    assert_eq!(
        site.redeem(&late, &[]).await.0,
        StatusCode::BAD_REQUEST,
        "blocked meanwhile"
    );
}

#[tokio::test]
async fn errors_are_shown_until_it_is_known_where_to_send_them() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    let shown = async |change: &[(&str, &str)]| {
        let answer = site.ask(change).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{change:?}"
        );
        assert!(answer.location().is_empty());
    };
    shown(&[("redirect_uri", "https://evil.example/")]).await;
    shown(&[
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
    ])
    .await;
    shown(&[("client_id", "javascript:alert(1)")]).await;
    shown(&[("client_id", "https://10.0.0.1/")]).await;
    shown(&[("client_id", "http://notes.a.example/.dropserver/client")]).await;
    let twice = site
        .get(&format!("/dropid/authorize?{}&state=x", query(&[])))
        .await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        site.get("/dropid/authorize").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let sent = site.ask(&[("response_type", "token")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(sent.location().starts_with(&format!(
        "{BACK}?error=unsupported_response_type&state=s&iss="
    )));
    let plain = site.ask(&[("code_challenge_method", "plain")]).await;
    assert!(
        plain
            .location()
            .starts_with(&format!("{BACK}?error=invalid_request"))
    );

    let listed =
        format!(r#"{{"client_id": "{CLIENT}", "redirect_uris": ["https://other.example/cb"]}}"#);
    site.web.put(CLIENT, "application/json", listed);
    let elsewhere = site
        .ask(&[("redirect_uri", "https://other.example/cb")])
        .await;
    assert!(
        elsewhere
            .body
            .contains("The answer goes to <strong>other.example</strong>")
    );
    assert!(
        elsewhere
            .header("content-security-policy")
            .ends_with("'self' https://other.example")
    );
}

#[tokio::test]
async fn each_network_asks_so_often() {
    let site = Site::as_ada().await;
    let ask = async |from: &str| {
        let from: SocketAddr = from.parse().unwrap();
        let request = Request::get("/dropid/authorize").extension(ConnectInfo(from));
        site.send(request, Body::empty()).await
    };
    for _ in 0..60 {
        assert_ne!(
            ask("192.0.2.1:1").await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
    }
    let refused = ask("192.0.2.1:2").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    assert_ne!(
        ask("192.0.2.2:1").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}
