//! From the account site to an appspace.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use ds_core::{AppspaceStore as _, secret::Token};

use super::{EMAIL, PASSWORD, Site};

#[tokio::test]
async fn where_the_way_leads() {
    let (mut site, _) = Site::with_ada().await;
    let bob = site
        .state
        .accounts
        .create("bob@example.com", PASSWORD.into(), false);
    bob.await.unwrap();
    let state = Token::random().hash();
    let state = state.as_str();
    let check = async |site: &Site, query: &str, status: u16, to: &str, says: &str| {
        let got = site.get(&format!("/appspacelogin?{query}")).await;
        assert_eq!(got.status, status, "{query}");
        assert!(
            got.location().starts_with(to),
            "{query}: {}",
            got.location()
        );
        assert!(!to.is_empty() || got.location().is_empty(), "{query}");
        assert!(got.body.contains(says), "{query}: {}", got.body);
    };
    let notes = "http://notes.localhost:3000/.dropserver/login?";
    let to_login = "/login?next=%2Fappspacelogin%3Fappspace%3Dnotes%2Elocalhost";
    check(&site, "appspace=notes.localhost", 303, to_login, "").await;
    check(&site, "appspace=none.localhost", 404, "", "none.localhost").await;

    site.log_in(EMAIL, PASSWORD).await;
    check(
        &site,
        "appspace=notes.localhost",
        303,
        &format!("{notes}path=%2F"),
        "",
    )
    .await;
    check(
        &site,
        "appspace=NOTES.localhost:3000",
        303,
        &format!("{notes}path=%2F"),
        "",
    )
    .await;
    let path = "appspace=notes.localhost&path=%2Fa%3Fb%3Dc%26d";
    check(
        &site,
        path,
        303,
        &format!("{notes}path=%2Fa%3Fb%3Dc%26d"),
        "",
    )
    .await;
    check(
        &site,
        &format!("{path}&state={state}"),
        303,
        &format!("{notes}token="),
        "",
    )
    .await;
    for bad in ["", "short", "%00", &"x".repeat(44), &"=".repeat(43)] {
        let query = format!("appspace=notes.localhost&state={bad}");
        check(&site, &query, 303, &format!("{notes}path="), "").await;
    }
    for elsewhere in [
        "%2F%2Fevil.example",
        "%2F%5Cevil",
        "https:%2F%2Fevil",
        "x",
        "",
        "%2F%09%2Fevil",
    ] {
        let query = format!("appspace=notes.localhost&path={elsewhere}");
        check(&site, &query, 303, &format!("{notes}path=%2F"), "").await;
        assert_eq!(
            site.get(&format!("/appspacelogin?{query}"))
                .await
                .location(),
            format!("{notes}path=%2F")
        );
    }
    check(&site, "appspace=none.localhost", 404, "", "none.localhost").await;
    check(&site, "appspace=evil.example", 404, "", "evil.example").await;
    check(&site, "appspace=%3Cscript%3E", 404, "", "&#60;script&#62;").await;
    check(&site, "appspace=dropserver.localhost", 404, "", "").await;
    check(&site, "", 400, "", "").await;
    check(&site, "path=/", 400, "", "").await;

    site.log_in("bob@example.com", PASSWORD).await;
    check(&site, "appspace=notes.localhost", 403, "", "not a member").await;
    check(
        &site,
        &format!("{path}&state={state}"),
        403,
        "",
        "bob@example.com",
    )
    .await;
}

/// A page elsewhere makes browsers ask for whatever it likes; it begins no login with that.
#[tokio::test]
async fn only_pages_that_people_open_go_on() {
    let site = Site::as_ada().await;
    let state = Token::random().hash();
    for (mode, dest, status) in [
        ("navigate", "document", StatusCode::SEE_OTHER),
        ("no-cors", "empty", StatusCode::FORBIDDEN),
        ("navigate", "iframe", StatusCode::FORBIDDEN),
    ] {
        for state in ["", state.as_str()] {
            let path = format!("/appspacelogin?appspace=notes.localhost&state={state}");
            let request = Request::get(path)
                .header("sec-fetch-mode", mode)
                .header("sec-fetch-dest", dest);
            let got = site.send(request, Body::empty()).await;
            assert_eq!(got.status, status, "{mode} {dest}");
            assert_eq!(got.body.contains("tab of its own"), status == 403);
        }
    }
}

#[tokio::test]
async fn a_token_is_for_one_browser_and_one_appspace() {
    let site = Site::as_ada().await;
    let state = Token::random();
    let at = |name: &str| format!("{name}.localhost").parse().unwrap();
    let notes = site.memory.at(&at("notes")).await.unwrap().unwrap();
    let old = site.memory.at(&at("old")).await.unwrap().unwrap();
    let token = async || {
        let hash = state.hash();
        let path = format!(
            "/appspacelogin?appspace=notes.localhost&state={}",
            hash.as_str()
        );
        let got = site.get(&path).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER);
        let url: url::Url = got.location().parse().unwrap();
        let (_, token) = url.query_pairs().find(|(name, _)| name == "token").unwrap();
        Token::presented(&token)
    };
    let tokens = &site.state.login_tokens;
    assert!(
        tokens
            .redeem(&token().await, notes.id, &Token::random())
            .is_none()
    );
    assert!(tokens.redeem(&token().await, old.id, &state).is_none());
    let good = token().await;
    let login = tokens.redeem(&good, notes.id, &state).unwrap();
    let member = site.memory.members.lock().unwrap()[0].clone();
    assert_eq!(
        (login.account.account, login.proxy_id),
        (member.1, member.2.proxy_id)
    );
    assert!(tokens.redeem(&good, notes.id, &state).is_none());
}

#[tokio::test]
async fn who_logs_out_everywhere_is_not_on_their_way_either() {
    let site = Site::as_ada().await;
    let notes = "notes.localhost".parse().unwrap();
    let notes = site.memory.at(&notes).await.unwrap().unwrap();
    let (state, tokens) = (Token::random(), &site.state.login_tokens);
    let hash = state.hash();
    let path = format!(
        "/appspacelogin?appspace=notes.localhost&state={}",
        hash.as_str()
    );
    let url: url::Url = site.get(&path).await.location().parse().unwrap();
    let (_, token) = url.query_pairs().find(|(name, _)| name == "token").unwrap();
    site.post("/logout/everywhere", &[]).await;
    let arrived = tokens.redeem(&Token::presented(&token), notes.id, &state);
    assert_eq!(arrived, None);
}

#[tokio::test]
async fn logging_in_on_the_way_arrives() {
    let (mut site, _) = Site::with_ada().await;
    let first = site
        .get("/appspacelogin?appspace=notes.localhost&path=%2Fa")
        .await;
    let form = site.get(first.location()).await;
    assert!(
        form.body
            .contains("to continue to <strong>notes.localhost</strong>")
    );
    let next = "/appspacelogin?appspace=notes.localhost&path=%2Fa";
    assert!(
        form.body.contains(&next.replace('&', "&#38;")),
        "{}",
        form.body
    );
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
    let got = site.post("/login", &fields).await;
    assert_eq!(got.location(), next);
    site.cookie = Some(
        got.header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned(),
    );
    let arrived = site.get(got.location()).await;
    assert_eq!(
        arrived.location(),
        "http://notes.localhost:3000/.dropserver/login?path=%2Fa"
    );
}
