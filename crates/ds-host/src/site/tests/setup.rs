//! The first account.

use axum::http::StatusCode;

use super::{EMAIL, PASSWORD, Site};

async fn link(site: &Site) -> String {
    let link = site.state.ops.setup_link().await.unwrap().unwrap();
    let path = link.strip_prefix(super::ORIGIN).unwrap();
    let got = site.get(path).await;
    if got.status == StatusCode::SEE_OTHER {
        got.location().to_owned()
    } else {
        path.to_owned()
    }
}

#[tokio::test]
async fn the_link_makes_one_account_and_logs_in() {
    let mut site = Site::bare();
    let path = link(&site).await;
    assert!(path.starts_with("/setup/"));
    let got = site.get(&path).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.body.contains("Create account"));

    let check = async |email: &str, password: &str, again: &str, says: &str| {
        let form = [("email", email), ("password", password), ("again", again)];
        let got = site.post(&path, &form).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(got.body.contains(says), "{says}: {}", got.body);
        assert!(got.body.contains("role=\"alert\""), "{says}");
        assert!(site.accounts().await.is_empty(), "{says}");
    };
    check(EMAIL, PASSWORD, "something else", "differ").await;
    check(EMAIL, "short", "short", "too short").await;
    check(EMAIL, EMAIL, EMAIL, "must not be your email").await;
    check("ada", PASSWORD, PASSWORD, "ada").await;

    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    let got = site.post(&path, &form).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"));
    let cookie = got.header("set-cookie").split(';').next().unwrap();
    site.cookie = Some(cookie.to_owned());
    assert!(site.get("/").await.body.contains("First, an app"));
    assert!(site.accounts().await[0].is_admin);

    for got in [site.get(&path).await, site.post(&path, &form).await] {
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        assert!(got.body.contains("used already"));
    }
    assert_eq!(site.accounts().await.len(), 1);
}

#[tokio::test]
async fn other_links_make_nothing() {
    let site = Site::bare();
    let right = link(&site).await;
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    for path in [
        "/setup/x",
        "/setup/%00",
        "/setup/..%2f",
        &right[..right.len() - 1],
    ] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        let got = site.post(path, &form).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(site.accounts().await.is_empty());
}
