//! Tokens of the API on their page, and choosing how appspaces get newer versions.

use axum::http::StatusCode;

use super::{PASSWORD, Site};

#[tokio::test]
async fn a_token_is_shown_once() {
    let site = Site::as_ada().await;
    assert!(site.get("/tokens").await.body.contains("There are none"));
    let form = [
        ("name", "Back<up>"),
        ("scope", "manage"),
        ("days", "90"),
        ("password", PASSWORD),
    ];
    let wrong = [form[0], form[1], form[2], ("password", "wrong")];
    let wrong = site.post("/tokens", &wrong).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN, "{}", wrong.body);
    assert!(!wrong.body.contains("dst_"));
    for kept in [
        "value=\"manage\" selected",
        "value=\"90\" selected",
        "Back&#60;up&#62;",
    ] {
        assert!(wrong.body.contains(kept), "{kept}: {}", wrong.body);
    }
    let made = site.post("/tokens", &form).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let at = made.body.find("value=\"dst_").unwrap() + 7;
    let secret = &made.body[at..at + 47];
    let tokens = site.state.ops.tokens();
    let token = tokens.check(secret, None).await.unwrap();
    let again = site.get("/tokens").await.body;
    assert!(!again.contains("dst_") && again.contains("may change things"));
    assert!(!again.contains("Back<up>"), "names are escaped");

    let check = async |name: &str, scope: &str, days: &str| {
        let form = [
            ("name", name),
            ("scope", scope),
            ("days", days),
            ("password", PASSWORD),
        ];
        let refused = site.post("/tokens", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(refused.body.contains("role=\"alert\""), "{form:?}");
    };
    check(" ", "read", "7").await;
    check("x", "all", "7").await;
    check("x", "read", "100000").await;

    let id = token.id.to_string();
    let revoked = site.post("/tokens/revoke", &[("token", &id)]).await;
    assert_eq!(revoked.location(), "/tokens");
    assert!(tokens.check(secret, None).await.is_err());
    let again = site.post("/tokens/revoke", &[("token", &id)]).await;
    assert_eq!(again.location(), "/tokens");
    let (other, _) = Site::with_ada().await;
    assert_eq!(
        other.get("/tokens").await.location(),
        "/login?next=%2Ftokens"
    );
}

#[tokio::test]
async fn newer_versions_by_hand_or_by_themselves() {
    let site = Site::as_ada().await;
    let page = async || site.get("/appspaces/notes").await.body;
    assert!(page().await.contains("Upgrade automatically"));
    let choose = async |mode: &str| {
        site.post("/appspaces/notes/upgrades", &[("mode", mode)])
            .await
    };
    assert_eq!(
        choose("automatic").await.location(),
        "/appspaces/notes#version"
    );
    assert!(page().await.contains("Upgrade by hand"));
    assert_eq!(choose("sometimes").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(choose("manual").await.status, StatusCode::SEE_OTHER);
    assert!(page().await.contains("Upgrade automatically"));
    let nobody = site.post("/appspaces/nobody/upgrades", &[("mode", "manual")]);
    assert_eq!(nobody.await.status, StatusCode::NOT_FOUND);
}
