//! Their pages and pictures, and what somebody may be called.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use ds_auth::dropid::Handle;
use serde_json::Value;

use super::super::{ORIGIN, PASSWORD, Site};
use super::{ID, PNG};
use crate::dropids::RESERVED;

#[tokio::test]
async fn what_the_host_says_of_itself() {
    let site = Site::bare();
    let said = site.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(said.header("content-type"), "application/json");
    let said: Value = serde_json::from_str(&said.body).unwrap();
    assert_eq!(said["issuer"], format!("{ORIGIN}/"));
    assert_eq!(
        said["authorization_endpoint"],
        format!("{ORIGIN}/dropid/authorize")
    );
    assert_eq!(said["jwks_uri"], format!("{ORIGIN}/.well-known/jwks.json"));
    let keys = site.get("/.well-known/jwks.json").await;
    let keys: Value = serde_json::from_str(&keys.body).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert!(keys["keys"][0].get("d").is_none(), "the private half stays");
    let queries = site.kept.queries();
    site.get("/.well-known/jwks.json").await;
    assert_eq!(site.kept.queries(), queries, "keys are remembered");
}

#[tokio::test]
async fn nobody_gets_the_name_of_a_page() {
    let site = Site::bare();
    let routes = format!("{:?}", site.router);
    let paths = routes.split('"').filter_map(|text| text.strip_prefix('/'));
    let first = paths.map(|path| path.split('/').next().unwrap_or_default());
    let first: std::collections::BTreeSet<&str> = first.collect();
    for known in ["login", "apps", "dropids", "contacts", "remote", "api"] {
        assert!(first.contains(known), "{known} is not among {first:?}");
    }
    for name in first {
        let may_be_one = Handle::is_canonical(name) && !name.is_empty();
        assert!(
            !may_be_one || RESERVED.contains(&name),
            "somebody could be called {name}"
        );
    }
}

#[tokio::test]
async fn the_public_page() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    let page = site.get("/ada").await;
    assert_eq!(page.status, StatusCode::OK);
    let links = page.headers.get_all(header::LINK).iter();
    let links: Vec<_> = links.map(|link| link.to_str().unwrap()).collect();
    // What IndieAuth has now, and what older clients look for.
    let expect = [
        (
            "/.well-known/oauth-authorization-server",
            "indieauth-metadata",
        ),
        ("/dropid/authorize", "authorization_endpoint"),
        ("/dropid/authorize", "token_endpoint"),
    ];
    let expect = expect.map(|(path, relation)| format!("<{ORIGIN}{path}>; rel=\"{relation}\""));
    assert_eq!(links, expect);
    for expect in [
        "h-card",
        "class=\"p-name\">Ada &#60;3<",
        "rel=\"me\" href=\"http://dropserver.localhost:3000/ada\"",
    ] {
        assert!(page.body.contains(expect), "{expect} in {}", page.body);
    }
    for missing in [
        "/Ada",
        "/ada/",
        "/%61da",
        "/bob",
        "/ADA",
        "/ad",
        "/dropserver",
    ] {
        assert_eq!(
            site.get(missing).await.status,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    let hide = [("dropid", ID), ("name", "Countess")];
    assert_eq!(
        site.post("/dropids/change", &hide).await.location(),
        "/dropids"
    );
    let hidden = site.get("/ada").await;
    assert_eq!(hidden.status, StatusCode::OK);
    assert!(!hidden.body.contains("Countess") && !hidden.body.contains("h-card"));
    assert!(hidden.headers.contains_key(header::LINK));
}

#[tokio::test]
async fn dropids_that_are_refused() {
    let mut site = Site::as_ada().await;
    let check = async |site: &Site, handle: &str, domain: &str, expect: StatusCode| {
        let form = [("handle", handle), ("domain", domain)];
        let answer = site.post("/dropids", &form).await;
        assert_eq!(answer.status, expect, "{form:?} {}", answer.body);
    };
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    check(&site, "", "", invalid).await;
    check(&site, "login", "", invalid).await;
    check(&site, "a.b", "", invalid).await;
    check(&site, "ada", "evil.example", invalid).await;
    check(&site, "Ada", "", StatusCode::SEE_OTHER).await;
    check(&site, "ada", "", StatusCode::CONFLICT).await;
    check(&site, "", "ada.example:3000", StatusCode::SEE_OTHER).await;
    site.account("bob@example.com").await;
    site.log_in("bob@example.com", PASSWORD).await;
    check(&site, "ada", "", StatusCode::CONFLICT).await;
    check(&site, "", "ada.example:3000", StatusCode::FORBIDDEN).await;
    let change = [("dropid", ID), ("name", "Bob"), ("public", "yes")];
    assert_eq!(
        site.post("/dropids/change", &change).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn pictures_are_made_anew_and_served_as_what_they_are() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    let upload = async |bytes: &[u8]| {
        let mut body =
            format!("--x\r\nContent-Disposition: form-data; name=\"dropid\"\r\n\r\n{ID}\r\n")
                .into_bytes();
        body.extend(
            b"--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.svg\"\r\n\r\n",
        );
        body.extend(bytes);
        body.extend(b"\r\n--x--\r\n");
        let request = Request::post("/dropids/picture")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        site.send(request, Body::from(body)).await
    };
    let refused = upload(b"<svg onload=alert(1)>").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let taken = upload(PNG).await;
    assert_eq!(taken.location(), "/dropids", "{}", taken.body);
    let page = site.get("/ada").await.body;
    let at = page.find("/dropids/pictures/").unwrap();
    let path = page[at..].split('"').next().unwrap().to_owned();
    let picture = site.get(&path).await;
    assert_eq!(picture.status, StatusCode::OK);
    assert!(matches!(
        picture.header("content-type"),
        "image/png" | "image/jpeg"
    ));
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(
        picture.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    for bad in [
        "/dropids/pictures/..%2fhost.db",
        "/dropids/pictures/x.png",
        "/dropids/pictures/host.db",
    ] {
        assert_eq!(site.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
    upload(PNG).await;
    assert_eq!(
        site.get(&path).await.status,
        StatusCode::NOT_FOUND,
        "the one before is gone"
    );
}
