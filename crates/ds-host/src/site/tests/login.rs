//! Logging in and out.

use axum::http::{Method, StatusCode};

use super::{EMAIL, PASSWORD, Site};

const LOCAL: &str = "/appspacelogin?appspace=notes.localhost&path=%2F";

async fn check(site: &Site, form: &[(&str, &str)], status: u16, to: &str, says: &str) {
    let got = site.post("/login", form).await;
    let label = format!("{form:?}");
    assert_eq!(got.status, status, "{label}");
    assert_eq!(got.location(), to, "{label}");
    assert!(got.body.contains(says), "{label}: {}", got.body);
    let set = got.header("set-cookie");
    assert_eq!(set.starts_with("ds-account="), status == 303, "{label}");
    assert!(!got.body.contains(PASSWORD), "{label}");
}

#[tokio::test]
async fn whom_the_form_lets_in() {
    let (site, _) = Site::with_ada().await;
    let right = [("email", EMAIL), ("password", PASSWORD)];
    check(&site, &right, 303, "/", "").await;
    check(
        &site,
        &[right[0], right[1], ("next", "/apps")],
        303,
        "/apps",
        "",
    )
    .await;
    check(
        &site,
        &[right[0], right[1], ("next", LOCAL)],
        303,
        LOCAL,
        "",
    )
    .await;
    check(&site, &[right[0], right[1], ("next", "")], 303, "/", "").await;
    check(
        &site,
        &[("email", "ADA@Example.com"), right[1]],
        303,
        "/",
        "",
    )
    .await;
    check(
        &site,
        &[("email", " ada@example.com "), right[1]],
        303,
        "/",
        "",
    )
    .await;
    check(&site, &[right[0], right[1], ("other", "x")], 303, "/", "").await;
    check(&site, &[right[1], right[0]], 303, "/", "").await;
}

#[tokio::test]
async fn whom_the_form_refuses() {
    let (site, _) = Site::with_ada().await;
    let wrong = "do not belong together";
    let right = [("email", EMAIL), ("password", PASSWORD)];
    check(
        &site,
        &[right[0], ("password", "wrong horse")],
        401,
        "",
        wrong,
    )
    .await;
    check(&site, &[right[0], ("password", "")], 401, "", wrong).await;
    check(
        &site,
        &[("email", "bob@example.com"), right[1]],
        401,
        "",
        wrong,
    )
    .await;
    check(&site, &[("email", ""), right[1]], 401, "", wrong).await;
    check(&site, &[("email", "no address"), right[1]], 401, "", wrong).await;
    check(
        &site,
        &[("email", "\"><script>"), right[1]],
        401,
        "",
        "&#34;&#62;&#60;script&#62;",
    )
    .await;
    check(
        &site,
        &[("email", "a@b.c"), right[1], ("next", "/apps")],
        401,
        "",
        "value=\"/apps\"",
    )
    .await;
    check(
        &site,
        &[("email", "a@b.c"), right[1], ("next", LOCAL)],
        401,
        "",
        "notes.localhost</strong>",
    )
    .await;
    check(
        &site,
        &[("email", "a@b.c"), right[1], ("next", "//x")],
        401,
        "",
        "value=\"/\"",
    )
    .await;
    check(&site, &[right[0]], 400, "", "not complete").await;
    check(&site, &[right[1]], 400, "", "not complete").await;
    check(&site, &[], 400, "", "not complete").await;
    check(
        &site,
        &[right[0], right[0], right[1]],
        400,
        "",
        "not complete",
    )
    .await;
    let long = "x".repeat(70_000);
    check(
        &site,
        &[right[0], ("password", &long)],
        413,
        "",
        "too large",
    )
    .await;
}

#[tokio::test]
async fn no_link_leads_elsewhere() {
    let (mut site, _) = Site::with_ada().await;
    let elsewhere = [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        "/\r\nset-cookie: a=b",
        "/a b",
        ".",
        "?next=x",
        "#x",
        "/%\u{0}",
        "http:/evil.example",
        "/\u{2028}/evil.example",
    ];
    for next in elsewhere {
        let form = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let got = site.post("/login", &form).await;
        assert_eq!(
            (got.status, got.location()),
            (StatusCode::SEE_OTHER, "/"),
            "{next:?}"
        );
    }
    site.log_in(EMAIL, PASSWORD).await;
    for next in elsewhere {
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let got = site.get(&format!("/login?next={query}")).await;
        assert_eq!(
            (got.status, got.location()),
            (StatusCode::SEE_OTHER, "/"),
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn the_form_is_for_those_who_need_it() {
    let check = |got: &super::Answer, status: u16, to: &str, says: &str| {
        assert_eq!((got.status.as_u16(), got.location()), (status, to));
        assert!(got.body.contains(says), "{}", got.body);
    };
    let bare = Site::bare();
    check(&bare.get("/login").await, 200, "", "set-up link");
    check(&bare.get("/").await, 200, "", "set-up link");
    let (mut site, _) = Site::with_ada().await;
    check(&site.get("/login").await, 200, "", "<h1>Log in</h1>");
    check(
        &site.get("/login?next=/apps").await,
        200,
        "",
        "value=\"/apps\"",
    );
    check(&site.get("/").await, 303, "/login", "");
    check(&site.get("/apps").await, 303, "/login?next=%2Fapps", "");
    check(
        &site.get("/appspaces/new?version=x").await,
        303,
        "/login?next=%2Fappspaces%2Fnew%3Fversion%3Dx",
        "",
    );
    check(&site.post("/appspaces/new", &[]).await, 303, "/login", "");
    check(
        &site.post("/appspaces/notes/pause", &[]).await,
        303,
        "/login",
        "",
    );
    site.cookie = Some("ds-account=forged".into());
    check(&site.get("/").await, 303, "/login", "");
    site.log_in(EMAIL, PASSWORD).await;
    check(&site.get("/login").await, 303, "/", "");
    check(&site.get("/login?next=/apps").await, 303, "/apps", "");
    check(&site.get("/").await, 200, "", "Your appspaces");
}

#[tokio::test]
async fn the_page_names_only_our_own_appspaces() {
    let (site, _) = Site::with_ada().await;
    let check = async |appspace: &str, named: bool| {
        let next = format!("/appspacelogin?appspace={appspace}");
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let got = site.get(&format!("/login?next={query}")).await;
        assert_eq!(got.body.contains("to continue to"), named, "{appspace}");
    };
    check("notes.localhost", true).await;
    check("notes.localhost:3000", true).await;
    check("bank.example.com", false).await;
    check("evillocalhost", false).await;
    check("", false).await;
}

#[tokio::test]
async fn logging_out_ends_the_session() {
    let mut site = Site::as_ada().await;
    let got = site.post("/logout", &[]).await;
    assert_eq!(
        (got.status, got.location()),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(
        got.header("set-cookie")
            .starts_with("ds-account=; Path=/; Max-Age=0")
    );
    // The cookie that somebody may have kept is worth nothing.
    assert_eq!(site.get("/").await.location(), "/login");
    site.cookie = None;
    assert_eq!(site.post("/logout", &[]).await.location(), "/login");
    assert_eq!(site.method(Method::GET, "/logout").await.status, 405);
}

#[tokio::test]
async fn logging_in_anew_ends_the_session_before() {
    let mut site = Site::as_ada().await;
    let before = site.cookie.clone();
    site.log_in(EMAIL, PASSWORD).await;
    assert_ne!(site.cookie, before);
    assert_eq!(site.get("/").await.status, 200);
    site.cookie = before;
    assert_eq!(site.get("/").await.status, 303);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let (site, _) = Site::with_ada().await;
    for email in [EMAIL, "nobody@example.com"] {
        let form = [("email", email), ("password", "guess")];
        let mut tries = 0;
        let slowed = loop {
            let got = site.post("/login", &form).await;
            tries += 1;
            assert!(tries < 30, "nobody stops {email}");
            if got.status != StatusCode::UNAUTHORIZED {
                break got;
            }
        };
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
        let wait: u64 = slowed.header("retry-after").parse().unwrap();
        assert!(wait >= 1);
        assert!(slowed.body.contains("Too many attempts"));
        assert!(slowed.body.contains("<form"));
    }
}
