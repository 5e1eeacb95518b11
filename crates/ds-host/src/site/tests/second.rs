//! What follows a password.

use axum::http::StatusCode;
use ds_auth::people::RoleStore as _;
use ds_core::Timestamp;

use super::{
    EMAIL, PASSWORD, Site,
    account::{code, turn_codes_on},
};

/// A site where Ada is asked for codes, and nobody is logged in; the secret, and codes on paper.
async fn with_codes() -> (Site, String, Vec<String>) {
    let mut site = Site::as_ada().await;
    let (secret, paper) = turn_codes_on(&site).await;
    site.cookie = None;
    (site, secret, paper)
}

/// Gives the password; the browser has the cookie of a half login then, and no session.
async fn half(site: &mut Site, next: &str) {
    let form = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
    let got = site.post("/login", &form).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert!(
        got.location().starts_with("/login/second?next="),
        "{}",
        got.location()
    );
    let set = got.set_cookies();
    assert_eq!(set.len(), 1, "{set:?}");
    assert!(set[0].starts_with("ds-half="), "{set:?}");
    for word in ["HttpOnly", "SameSite=Lax", "Max-Age=300", "Path=/"] {
        assert!(set[0].contains(word), "{set:?}");
    }
    site.cookie = Some(got.cookie("ds-half"));
    assert_eq!(
        site.get("/").await.location(),
        "/login",
        "nobody is logged in yet"
    );
}

#[tokio::test]
async fn a_code_follows_the_password() {
    let (mut site, secret, _) = with_codes().await;
    half(&mut site, "/apps").await;
    let page = site.get("/login/second?next=%2Fapps").await;
    assert!(page.body.contains("One more step") && page.body.contains("value=\"/apps\""));
    assert!(!page.body.contains("Use a passkey"));
    let wrong = site
        .post("/login/second", &[("code", "000000"), ("next", "/apps")])
        .await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("That code is wrong") && wrong.body.contains("value=\"/apps\""));

    let good = code(&secret, 1);
    let form = [("code", good.as_str()), ("next", "/apps")];
    let half_cookie = site.cookie.clone();
    let got = site.post("/login/second", &form).await;
    assert_eq!((got.status.as_u16(), got.location()), (303, "/apps"));
    let set = got.set_cookies();
    assert!(
        set.iter().any(|one| one.starts_with("ds-half=; ")),
        "{set:?}"
    );
    site.cookie = Some(got.cookie("ds-account"));
    assert_eq!(site.get("/apps").await.status, 200);

    // It is over, and the code is used up.
    site.cookie = half_cookie;
    let again = site.post("/login/second", &form).await;
    assert_eq!(again.location(), "/login?next=%2Fapps");
    half(&mut site, "/").await;
    assert_eq!(site.post("/login/second", &form).await.status, 403, "used");
}

#[tokio::test]
async fn a_code_on_paper_is_good_once() {
    let (mut site, _, paper) = with_codes().await;
    for (code, status) in [(&paper[0], 303), (&paper[0], 403), (&paper[9], 303)] {
        half(&mut site, "/").await;
        let got = site.post("/login/second", &[("code", code)]).await;
        assert_eq!(got.status, status, "{code}");
    }
}

#[tokio::test]
async fn nothing_leads_past_it() {
    let (mut site, secret, _) = with_codes().await;
    let good = code(&secret, 1);
    let form = [("code", good.as_str())];
    assert_eq!(site.get("/login/second").await.location(), "/login");
    assert_eq!(site.post("/login/second", &form).await.location(), "/login");
    for forged in ["ds-half=x", "ds-half=", "ds-account=x"] {
        site.cookie = Some(forged.into());
        assert_eq!(
            site.get("/login/second").await.location(),
            "/login",
            "{forged}"
        );
        assert_eq!(site.post("/login/second", &form).await.location(), "/login");
    }
    half(&mut site, "/").await;
    // The half login is no session, whatever it is called.
    let token = site
        .cookie
        .clone()
        .unwrap()
        .replace("ds-half", "ds-account");
    let half_cookie = site.cookie.replace(token);
    assert_eq!(site.get("/").await.location(), "/login");
    site.cookie = half_cookie;
    for next in ["//evil.example", "https://evil.example", "/\\evil"] {
        let page = site.get(&format!("/login/second?next={next}")).await;
        assert!(page.body.contains("name=\"next\" value=\"/\""), "{next}");
    }
    // What their account is asked for is not begun by others, and a blocked one not finished.
    let ada = site.accounts().await[0].id;
    let bob = site.account("bob@example.com").await;
    site.kept.set_admin(bob, true).await.unwrap();
    site.kept
        .set_blocked(ada, Some(Timestamp(1)))
        .await
        .unwrap();
    let got = site.post("/login/second", &form).await;
    assert_eq!(got.location(), "/login", "{}", got.body);
}

#[tokio::test]
async fn a_new_password_ends_logins_under_way() {
    let (mut site, secret, _) = with_codes().await;
    half(&mut site, "/").await;
    let ada = site.accounts().await.remove(0);
    let new = "another horse entirely".to_owned();
    let changed = site
        .state
        .ops
        .change_password(&ada, PASSWORD.into(), new, None);
    changed.await.unwrap();
    let good = code(&secret, 1);
    let got = site.post("/login/second", &[("code", &good)]).await;
    assert_eq!(got.location(), "/login");
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let (mut site, secret, _) = with_codes().await;
    let good = code(&secret, 1);
    let guess = if good == "000000" { "111111" } else { "000000" };
    let mut tries = 0;
    loop {
        half(&mut site, "/").await;
        let got = site.post("/login/second", &[("code", guess)]).await;
        tries += 1;
        assert!(tries < 30, "nobody stops it");
        if got.status != 403 {
            assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(got.header("retry-after").parse::<u64>().unwrap() >= 1);
            break;
        }
    }
    // Not even the right one, for a while.
    let got = site.post("/login/second", &[("code", &good)]).await;
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn passkeys_are_asked_for_as_browsers_want_it() {
    let (mut site, _, _) = with_codes().await;
    let got = site.json("/login/passkey/begin", "{}").await;
    assert_eq!(got.status, 200, "{}", got.body);
    let begun: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    let wanted = &begun["options"]["publicKey"];
    assert_eq!(wanted["rpId"], "dropserver.localhost");
    assert_eq!(wanted["userVerification"], "required");
    assert_eq!(wanted["allowCredentials"].as_array().unwrap().len(), 0);
    assert_eq!(begun["ceremony"].as_str().unwrap().len(), 43);
    let none = site.json("/login/second/passkey/begin", "{}").await;
    assert_eq!(none.status, 404, "nobody's password was given");
    half(&mut site, "/").await;
    let none = site.json("/login/second/passkey/begin", "{}").await;
    assert_eq!(none.status, 403, "they have none: {}", none.body);
    for body in ["", "{}", "[]", "{\"ceremony\":\"x\",\"credential\":{}}"] {
        for path in ["/login/passkey", "/login/second/passkey"] {
            let got = site.json(path, body).await;
            assert_eq!(got.status, 422, "{path} {body}");
            assert!(got.body.starts_with("{\"problem\":"), "{}", got.body);
        }
    }
    let made_up = serde_json::json!({
        "ceremony": begun["ceremony"], "next": "/",
        "credential": { "id": "AAAA", "rawId": "AAAA", "type": "public-key", "extensions": {},
            "response": { "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA", "userHandle": "AAAA" } },
    });
    let got = site.json("/login/passkey", &made_up.to_string()).await;
    assert_eq!(got.status, 403, "{}", got.body);
    assert!(got.set_cookies().is_empty());
    let got = site.json("/login/passkey", &made_up.to_string()).await;
    assert_eq!(got.status, 404, "used up");
}

#[tokio::test]
async fn there_is_a_way_for_those_without_an_account() {
    let (site, _) = Site::with_ada().await;
    let check = async |next: &str, expect: Option<&str>| {
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let body = site.get(&format!("/login?next={query}")).await.body;
        match expect {
            Some(link) => assert!(
                body.contains(&format!("<a href=\"{link}\"")),
                "{next}: {body}"
            ),
            None => assert!(!body.contains("/.dropserver/"), "{next}"),
        }
    };
    let enter = "http://notes.localhost:3000/.dropserver/enter?path=";
    let to = |rest: &str| format!("/appspacelogin?appspace=notes.localhost{rest}");
    check(&to(""), Some(&format!("{enter}%2F"))).await;
    check(&to("&path=%2Fa%3Fb"), Some(&format!("{enter}%2Fa%3Fb"))).await;
    check(
        &to("&path=%2F%2Fevil.example"),
        Some(&format!("{enter}%2F")),
    )
    .await;
    check(
        &to("&path=%22%3E%3Cscript%3E&state=x"),
        Some(&format!("{enter}%2F")),
    )
    .await;
    check("/appspacelogin?appspace=evil.example", None).await;
    check("/appspacelogin?appspace=notes.localhost.evil.example", None).await;
    check("/apps", None).await;
    check("/", None).await;
}
