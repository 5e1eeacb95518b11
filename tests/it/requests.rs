//! Requests at the door: who gets in, and what reaches the app.

use bytes::Bytes;
use ds_testkit::client::Client;
use http::Method;
use serde_json::Value;

use crate::host::TestHost;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn get(client: &mut Client, url: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let answer = client.send(Method::GET, url, headers, Bytes::new()).await;
    (answer.status.as_u16(), json(&answer.text()))
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_headers_and_cookies_stay_outside() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut member = host.member_of("echo").await;
    let forged = [
        ("x-dropserver-user-proxyid", "mallory"),
        ("X-Dropserver-Call", "e30"),
        ("x-dropserver-route-id", "0"),
        ("connection", "x-secret"),
        ("x-secret", "1"),
        ("accept", "application/json"),
    ];
    let (status, seen) = get(&mut host.program(), &host.at("echo", "/seen/a"), &forged).await;
    assert_eq!(status, 200);
    assert_eq!(seen["memberId"], Value::Null);
    let names = seen["headers"].as_object().unwrap();
    assert!(
        !names
            .keys()
            .any(|name| name.starts_with("x-dropserver") || name == "x-secret")
    );

    let (_, seen) = get(&mut member, &host.at("echo", "/seen/a"), &[]).await;
    assert!(seen["memberId"].is_string());
    let cookie = seen["headers"]["cookie"].as_str().unwrap_or_default();
    assert!(
        !cookie.contains("ds-"),
        "the session reached the app: {cookie}"
    );

    let answer = host.program().get(&host.at("echo", "/cookies")).await;
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(set, ["mine=1; Path=/"]);
    assert!(!answer.headers.contains_key("x-dropserver-forged"));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_and_host_see_the_same_path() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let check = async |path: &str, url: &str, rest: Value| {
        let (status, seen) = get(&mut host.program(), &host.at("echo", path), &[]).await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(seen["url"], host.at("echo", url), "{path}");
        assert_eq!(seen["params"]["rest"], rest, "{path}");
    };
    check(
        "/seen/a/b?c=%20d",
        "/seen/a/b?c=%20d",
        serde_json::json!(["a", "b"]),
    )
    .await;
    check("/seen/%3Fq%25", "/seen/%3Fq%25", serde_json::json!(["?q%"])).await;
    check(
        "/x/../seen/%2e%2e/seen/z",
        "/seen/z",
        serde_json::json!(["z"]),
    )
    .await;
    check(
        "/SEEN/caf%C3%A9",
        "/SEEN/caf%C3%A9",
        serde_json::json!(["café"]),
    )
    .await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_in() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let url = host.at("echo", "/members");

    // A person is sent to log in, and comes back to where they wanted to go.
    let mut browser = host.browser();
    let page = browser.get(&url).await;
    assert_eq!(page.status, 200);
    assert!(
        page.url.contains("/login") && page.text().contains("password"),
        "{}",
        page.url
    );
    let (_, next) = page.url.split_once("next=").expect("the way back is kept");
    let next = url::form_urlencoded::parse(format!("n={next}").as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned();
    let form = [
        ("email", crate::host::EMAIL),
        ("password", crate::host::PASSWORD),
        ("next", next.as_str()),
    ];
    let logged_in = browser.post_form(&host.site("/login"), &form).await;
    assert_eq!(logged_in.status, 303);
    let there = browser.get(&host.site(&logged_in.header("location"))).await;
    assert_eq!(
        (there.status.as_u16(), there.url.as_str()),
        (200, url.as_str())
    );

    // A program is told.
    let mut program = host.program();
    let answer = program.get(&url).await;
    assert_eq!(answer.status, 401);
    assert!(json(&answer.text())["error"]["message"].is_string());
    let edit = host.at("echo", "/edit");
    assert_eq!(program.get(&edit).await.status, 401);
    assert_eq!(program.get(&host.at("echo", "/nothing")).await.status, 404);
    assert_eq!(program.get(&host.at("nobody", "/")).await.status, 404);

    // The owner holds every permission.
    assert_eq!(browser.get(&edit).await.status, 200);

    // Another member does not, until it is granted.
    let ops = &host.host.ops;
    ops.create_account("ada@example.com", "a very long password".into(), false)
        .await
        .unwrap();
    ops.add_member(host.owner, "echo", "ada@example.com", Some("Ada"))
        .await
        .unwrap();
    let mut ada = host.browser();
    let form = [
        ("email", "ada@example.com"),
        ("password", "a very long password"),
    ];
    ada.post_form(&host.site("/login"), &form).await;
    ada.get(&host.site("/appspacelogin?appspace=echo.localhost"))
        .await;
    assert_eq!(ada.get(&url).await.status, 200);
    assert_eq!(ada.get(&edit).await.status, 403);
    ops.grant(host.owner, "echo", "ada@example.com", "edit")
        .await
        .unwrap();
    assert_eq!(ada.get(&edit).await.status, 200);
    ops.revoke(host.owner, "echo", "ada@example.com", "edit")
        .await
        .unwrap();
    assert_eq!(ada.get(&edit).await.status, 403);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_cannot_act_for_a_member() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut member = host.member_of("echo").await;
    let url = host.at("echo", "/members");
    let mut post = async |headers: &[(&str, &str)]| {
        member
            .send(Method::POST, &url, headers, Bytes::new())
            .await
            .status
            .as_u16()
    };
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(post(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(post(&[("origin", "http://evil.localhost")]).await, 403);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_link_works_once_in_the_browser_that_began() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut victim = host.browser();
    let mut attacker = host.logged_in().await;
    // The attacker begins a login and stops before it is redeemed.
    let begun = attacker
        .send(Method::GET, &host.at("echo", "/members"), &[], Bytes::new())
        .await;
    let issued = attacker
        .send(Method::GET, &begun.header("location"), &[], Bytes::new())
        .await;
    let link = issued.header("location");
    assert!(
        link.contains("/.dropserver/login?") && link.contains("token="),
        "{link}"
    );
    let stolen = victim.send(Method::GET, &link, &[], Bytes::new()).await;
    assert_eq!(stolen.status, 400);
    assert!(!victim.cookies("echo.localhost").contains_key("ds-member"));

    // It works where it was begun, and once: not even with the cookie of then again.
    let state = attacker.cookies("echo.localhost")["ds-login"].clone();
    assert_eq!(
        attacker
            .send(Method::GET, &link, &[], Bytes::new())
            .await
            .status,
        303
    );
    assert!(attacker.cookies("echo.localhost").contains_key("ds-member"));
    let cookie = format!("ds-login={state}");
    let again = [("cookie", cookie.as_str())];
    assert_eq!(
        victim
            .send(Method::GET, &link, &again, Bytes::new())
            .await
            .status,
        400
    );
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_in_two_tabs_both_arrive() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut browser = host.logged_in().await;
    let mut step = async |url: &str| {
        let answer = browser.send(Method::GET, url, &[], Bytes::new()).await;
        assert_eq!(answer.status, 303, "{url}");
        answer.header("location")
    };
    let (one, two) = (
        host.at("echo", "/members?tab=1"),
        host.at("echo", "/members?tab=2"),
    );
    let (to_log_in, also) = (step(&one).await, step(&two).await);
    let (back, also_back) = (step(&to_log_in).await, step(&also).await);
    assert_eq!(step(&back).await, "/members?tab=1");
    assert_eq!(step(&also_back).await, "/members?tab=2");
    // So does the one that was already used: whoever it is has a session of their own.
    assert_eq!(step(&back).await, "/members?tab=1");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_appspace_says_when_to_come_back() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut visitor = host.program();
    let url = host.at("echo", "/public.txt");
    assert_eq!(visitor.get(&url).await.status, 200);
    host.host.ops.pause(host.owner, "echo").await.unwrap();
    for client in [&mut visitor, &mut host.browser()] {
        let answer = client.get(&url).await;
        assert_eq!(answer.status, 503);
        assert!(answer.header("retry-after").parse::<u64>().is_ok());
        assert!(answer.text().to_lowercase().contains("paused"));
    }
    host.host.ops.resume(host.owner, "echo").await.unwrap();
    assert_eq!(visitor.get(&url).await.status, 200);
    host.end().await;
}
