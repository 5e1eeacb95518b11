//! What people are asked.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::super::{ORIGIN, PASSWORD, Site};
use super::{BACK, ID, query};

#[tokio::test]
async fn a_yes_comes_from_the_page_alone() {
    let mut site = Site::as_ada().await;
    site.dropid("ada").await;
    let form = {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("query", &*query(&[])), ("answer", "yes"), ("dropid", ID)]);
        form.finish()
    };
    let send = async |site: &Site, pairs: &[(&str, &str)]| {
        let mut request = Request::post("/dropid/consent")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        site.send(request, Body::from(form.clone())).await
    };
    for foreign in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-site")],
    ] {
        assert_eq!(
            send(&site, foreign).await.status,
            StatusCode::FORBIDDEN,
            "{foreign:?}"
        );
    }
    let own = [("sec-fetch-site", "same-origin")];
    assert!(send(&site, &own).await.location().starts_with(BACK));

    let no = [("query", &*query(&[])), ("answer", "no")];
    let went = site.post("/dropid/consent", &no).await;
    assert!(
        went.location()
            .starts_with(&format!("{BACK}?error=access_denied&state=s"))
    );
    let elses = [
        ("query", &*query(&[])),
        ("answer", "yes"),
        ("dropid", "dropserver.localhost:3000/bob"),
    ];
    assert_eq!(
        site.post("/dropid/consent", &elses).await.status,
        StatusCode::NOT_FOUND
    );
    let lured = query(&[("redirect_uri", "https://evil.example/")]);
    let lured = [("query", &*lured), ("answer", "yes"), ("dropid", ID)];
    let lured = site.post("/dropid/consent", &lured).await;
    assert_eq!(lured.status, StatusCode::UNPROCESSABLE_ENTITY);

    site.account("bob@example.com").await;
    site.log_in("bob@example.com", PASSWORD).await;
    assert_eq!(
        send(&site, &own).await.status,
        StatusCode::NOT_FOUND,
        "it is not Bob's"
    );
    site.cookie = None;
    assert!(send(&site, &own).await.location().starts_with("/login"));
}
