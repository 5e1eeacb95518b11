//! What is asked over the network, and what is not.

use std::time::Duration;

use axum::{
    Extension,
    body::Bytes,
    http::header,
    response::{AppendHeaders, Redirect},
    routing::{get, post},
};
use ds_auth::dropid::AUTHORIZE_PATH;

use super::*;
use crate::site::Domain;

fn names(domain: &str, https: bool) -> Names {
    let site = format!("drop.{domain}").parse().unwrap();
    Names::new(site, domain.parse().unwrap(), https, 3000)
}

fn bounds() -> Bounds {
    Bounds {
        time: Duration::from_secs(5),
        bytes: 20,
        redirects: 1,
        accept: "text/html",
    }
}

fn site() -> Router {
    let link = (header::LINK, "</m>; rel=\"indieauth-metadata\"");
    Router::new()
        .route("/ada", get(async move || (AppendHeaders([link]), "hello")))
        .route("/moved", get(async || Redirect::to("/ada")))
        .route("/twice", get(async || Redirect::to("/moved")))
        .route("/away", get(async || Redirect::to("https://evil.example/")))
        .route("/large", get(async || "x".repeat(21)))
        .route(AUTHORIZE_PATH, post(async |body: Bytes| body))
        .route("/login", post(async || "let in"))
}

#[tokio::test]
async fn this_host_asks_itself_without_a_network() {
    let names = names("localhost", false);
    let web = Outgoing::new(&names, &[], Vec::new()).unwrap();
    let web = web.with_own_site(&names, site(), None);
    let at = |path: &str| Url::parse(&format!("http://drop.localhost:3000{path}")).unwrap();
    let got = web.get(&at("/moved"), bounds()).await.unwrap();
    assert_eq!(got.seen, [at("/moved"), at("/ada")]);
    assert_eq!(got.links, ["</m>; rel=\"indieauth-metadata\""]);
    assert_eq!(got.body, b"hello");
    for bad in ["/twice", "/away", "/large", "/missing"] {
        assert!(web.get(&at(bad), bounds()).await.is_err(), "{bad}");
    }
    let form = [("code", "a b"), ("x", "&")];
    let body = web
        .post(&at(AUTHORIZE_PATH), &form, bounds())
        .await
        .unwrap();
    assert_eq!(body, b"code=a+b&x=%26");
    let elsewhere = web.post(&at("/login"), &form, bounds()).await;
    assert!(elsewhere.is_err(), "forms of people are sent by people");
    // Nothing listens there: what is not this site goes out.
    for other in [
        "http://drop.localhost:1/ada",
        "https://drop.localhost:3000/ada",
    ] {
        let other = Url::parse(other).unwrap();
        assert!(web.get(&other, bounds()).await.is_err(), "{other}");
    }
}

#[tokio::test]
async fn domains_of_dropids_are_asked_without_a_network_too() {
    let names = names("example.com", true);
    let domains = Domains::new(&names, vec!["ada.example".parse().unwrap()]);
    let page = async |Extension(at): Extension<Domain>| at.0.to_string();
    let pages = Router::new().route("/", get(page));
    let web = Outgoing::new(&names, &[], Vec::new()).unwrap();
    let web = web.with_own_site(&names, site(), Some((domains, pages)));
    let get = async |url: &str| web.get(&Url::parse(url).unwrap(), bounds()).await;
    let at_home = get("https://ada.example:3000/").await.unwrap();
    assert_eq!(at_home.body, b"ada.example");
    // Nobody answers there: these are others.
    for other in [
        "https://ada.example/",
        "https://b.example:3000/",
        "http://ada.example:3000/",
    ] {
        assert!(get(other).await.is_err(), "{other}");
    }
}

/// Whether an address is asked at all: where nothing listens, the error tells.
async fn is_asked(names: &Names, allow: &[IpNet], url: &str) -> bool {
    let web = Outgoing::new(names, allow, Vec::new()).unwrap();
    let failed = web.get(&Url::parse(url).unwrap(), bounds()).await;
    let chain = ds_core::error_chain(&failed.unwrap_err());
    !(chain.contains("not on the public internet") || chain.contains("is not asked"))
}

#[tokio::test]
async fn names_of_this_computer_are_for_hosts_on_this_computer() {
    let check = async |names: &Names, allow: &[&str], url: &str, expect: bool| {
        let allow: Vec<IpNet> = allow.iter().map(|net| net.parse().unwrap()).collect();
        assert_eq!(is_asked(names, &allow, url).await, expect, "{url}");
    };
    let (home, tls, public) = (
        names("localhost", false),
        names("localhost", true),
        names("example.com", true),
    );
    check(&home, &[], "http://b.localhost:1/", true).await;
    check(&home, &[], "https://b.localhost:1/", true).await;
    check(&home, &[], "http://10.255.255.1:1/", false).await;
    check(&tls, &[], "https://b.localhost:1/", true).await;
    check(&tls, &[], "http://b.localhost:1/", false).await;
    for url in [
        "https://b.localhost:1/",
        "https://localhost:1/",
        "https://127.0.0.1:1/",
        "https://[::1]:1/",
        "http://b.localhost:1/",
    ] {
        check(&public, &[], url, false).await;
    }
    check(&public, &["127.0.0.0/8"], "https://127.0.0.1:1/", true).await;
    check(&public, &["127.0.0.0/8"], "http://127.0.0.1:1/", false).await;
    check(&public, &["127.0.0.0/8"], "https://[::1]:1/", false).await;
}
