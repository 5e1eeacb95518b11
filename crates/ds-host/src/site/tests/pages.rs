//! What every page has, and what some show.

use axum::http::{Method, StatusCode};

use super::Site;
use crate::site::assets;

#[tokio::test]
async fn every_answer_is_guarded() {
    let site = Site::as_ada().await;
    let css = assets::url("site.css");
    let paths = [
        "/",
        "/login",
        "/apps",
        "/appspaces/new",
        "/appspaces/notes",
        "/none",
        "/setup/x",
        "/logout",
        &css,
    ];
    for path in paths {
        let got = site.get(path).await;
        let policy = got.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self';"),
            "{path}: {policy}"
        );
        for part in [
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self' http://*.localhost:3000",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(got.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            got.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        let kept = if path == css {
            "public, max-age=31536000, immutable"
        } else {
            "no-store"
        };
        assert_eq!(got.header("cache-control"), kept, "{path}");
        assert!(
            !got.body.contains("style=\""),
            "{path}: the policy forbids inline styles"
        );
        assert!(!got.body.contains("<script>"), "{path}");
    }
}

#[tokio::test]
async fn heads_are_answered_without_a_body() {
    let site = Site::as_ada().await;
    for path in [
        "/",
        "/apps",
        "/appspaces/new",
        "/appspaces/notes",
        "/favicon.ico",
        "/none",
    ] {
        let (got, head) = (site.get(path).await, site.method(Method::HEAD, path).await);
        assert_eq!(head.status, got.status, "{path}");
        assert_eq!(
            head.header("content-type"),
            got.header("content-type"),
            "{path}"
        );
        if got.status == 200 {
            assert_eq!(head.body, "", "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_pages_and_methods_say_so() {
    let site = Site::as_ada().await;
    let check = async |method: Method, path: &str, status: u16, says: &str| {
        let got = site.method(method, path).await;
        assert_eq!(got.status, status, "{path}");
        assert!(got.body.contains(says), "{path}: {}", got.body);
        assert!(got.body.contains("<h1>"), "{path}");
    };
    check(Method::GET, "/none", 404, "No page here").await;
    check(Method::GET, "/apps/x/y/z", 404, "No page here").await;
    check(Method::GET, "/apps/x/icon", 404, "No page here").await;
    check(Method::PUT, "/apps", 405, "does not work here").await;
    check(
        Method::GET,
        "/appspaces/notes/pause",
        405,
        "does not work here",
    )
    .await;
    check(Method::GET, "/setup", 400, "not complete").await;
}

#[tokio::test]
async fn what_the_owner_sees() {
    let mut site = Site::as_ada().await;
    let home = site.get("/").await.body;
    assert!(home.contains("notes.localhost:3000") && home.contains("2.0.0"));
    assert!(home.contains("state asleep"));
    assert!(
        home.contains("state closed") && home.contains("Its data is &#60;old&#62;."),
        "{home}"
    );
    assert!(
        !home.contains("appspacelogin?appspace=old."),
        "closed ones have no door"
    );
    let apps = site.get("/apps").await.body;
    assert!(apps.contains("Writes &#60;things&#62; down") && apps.contains("Change &#38; delete"));
    assert!(apps.contains("<code>edit</code>"));

    let bob = site
        .state
        .accounts
        .create("bob@example.com", super::PASSWORD.into(), false);
    bob.await.unwrap();
    site.log_in("bob@example.com", super::PASSWORD).await;
    let home = site.get("/").await.body;
    assert!(home.contains("bob@example.com") && !home.contains("notes.localhost"));
    assert!(!site.get("/apps").await.body.contains("<h2>notes</h2>"));
    assert_eq!(
        site.post("/appspaces/notes/pause", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn icons_are_shown_to_their_owner() {
    let mut site = Site::as_ada().await;
    let version = site.memory.apps.lock().unwrap()[0].1[0].clone();
    let path = format!("/apps/{}/icon", version.id);
    assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND);
    let package = site
        .state
        .data
        .app_version(version.app, version.id)
        .package();
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("icon.png"), b"\x89PNG\r\n\x1a\nrest").unwrap();
    let got = site.get(&path).await;
    assert_eq!(
        (got.status, got.header("content-type")),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(
        got.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    site.cookie = None;
    assert_eq!(site.get(&path).await.status, StatusCode::SEE_OTHER);
}
