//! DropIDs: their pages, what clients ask, and what people are asked before a client is told who they are.

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use ds_auth::{
    dropid::Handle,
    people::{AccountChange, RoleStore as _},
};
use serde_json::Value;
use url::Url;

use super::{Answer, ORIGIN, Site};
use crate::dropids::RESERVED;

const CLIENT: &str = "https://notes.a.example/.dropserver/client";
const BACK: &str = "https://notes.a.example/.dropserver/callback";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// A picture of one pixel.
pub(super) const PNG: &[u8] = b"\
    \x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\
    \x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\x0d\x49\x44\x41\x54\x78\xda\x63\x64\xf8\xcf\x50\
    \x0f\x00\x03\x86\x01\x80\x5a\x34\x7d\x6b\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

/// A client's question, with other values for some of its names.
pub(super) fn query(change: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile"),
        ("nonce", "n"),
    ];
    for (name, value) in change {
        pairs.retain(|(own, _)| own != name);
        pairs.push((name, value));
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).finish()
}

impl Site {
    async fn ask(&self, change: &[(&str, &str)]) -> Answer {
        self.get(&format!("/dropid/authorize?{}", query(change)))
            .await
    }

    /// Makes Ada a DropID.
    pub(super) async fn dropid(&self, handle: &str) {
        let form = [("handle", handle), ("name", "Ada <3"), ("public", "yes")];
        let made = self.post("/dropids", &form).await;
        assert_eq!(made.location(), "/dropids", "{}", made.body);
    }

    /// Says yes, and gives the code.
    async fn code(&self, more: &[(&str, &str)]) -> String {
        let query = query(&[]);
        let mut form = vec![("query", &*query), ("answer", "yes"), ("dropid", ID)];
        form.extend(more);
        let went = self.post("/dropid/consent", &form).await;
        assert_eq!(went.status, StatusCode::SEE_OTHER, "{}", went.body);
        let to = Url::parse(went.location()).unwrap();
        let pairs: HashMap<_, _> = to.query_pairs().into_owned().collect();
        assert!(to.as_str().starts_with(BACK), "{to}");
        assert_eq!(
            (&*pairs["state"], &*pairs["iss"]),
            ("s", "http://dropserver.localhost:3000/")
        );
        pairs["code"].clone()
    }

    /// What a client's server sends.
    async fn redeem(&self, code: &str, change: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", CLIENT),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in change {
            pairs.retain(|(own, _)| own != name);
            pairs.push((name, value));
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let request = Request::post("/dropid/authorize")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let form = Body::from(form.extend_pairs(pairs).finish());
        let answer = self.send(request, form).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }
}

const ID: &str = "dropserver.localhost:3000/ada";

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
    site.log_in("bob@example.com", super::PASSWORD).await;
    check(&site, "ada", "", StatusCode::CONFLICT).await;
    check(&site, "", "ada.example:3000", StatusCode::FORBIDDEN).await;
    let change = [("dropid", ID), ("name", "Bob"), ("public", "yes")];
    assert_eq!(
        site.post("/dropids/change", &change).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_login_from_the_question_to_the_answer() {
    let mut site = Site::as_ada().await;
    let cookie = site.cookie.take();
    let stranger = site.ask(&[]).await;
    assert!(
        stranger
            .location()
            .starts_with("/login?next=%2Fdropid%2Fauthorize")
    );
    site.cookie = cookie;

    let document = format!(r#"{{"client_id": "{CLIENT}", "client_name": "No<tes"}}"#);
    site.web.put(CLIENT, "application/json", document);
    let first = site.ask(&[]).await;
    assert!(first.body.contains("You have no DropID yet"));
    let at = first.body.find("name=\"next\" value=\"").unwrap() + 19;
    let next = first.body[at..]
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let made = [("handle", "ada"), ("public", "yes"), ("next", &*next)];
    assert_eq!(site.post("/dropids", &made).await.location(), next);

    let asked = site
        .ask(&[("me", "http://dropserver.localhost:3000/ada")])
        .await;
    assert_eq!(asked.status, StatusCode::OK);
    let policy = asked.header("content-security-policy");
    assert!(
        policy.ends_with("form-action 'self' https://notes.a.example"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"));
    for expect in [
        "<h1>notes.a.example</h1>",
        "“No&#60;tes”",
        CLIENT,
        ID,
        "not logged in there before",
        "on my home page",
    ] {
        assert!(asked.body.contains(expect), "{expect} in {}", asked.body);
    }
    assert!(!asked.body.contains("The answer goes to"));
    let other = site.ask(&[("me", "https://b.example/ada")]).await;
    assert!(
        other.body.contains("<strong>b.example/ada</strong>"),
        "{}",
        other.body
    );

    let code = site.code(&[("share", "yes"), ("home", "yes")]).await;
    let (status, answer) = site.redeem(&code, &[]).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["me"], "http://dropserver.localhost:3000/ada");
    assert_eq!(answer["profile"]["name"], "ada");
    assert_eq!(answer["id_token"].as_str().unwrap().split('.').count(), 3);
    assert!(answer.get("access_token").is_none());
    let (status, again) = site.redeem(&code, &[]).await;
    assert_eq!(
        (status, &again["error"]),
        (StatusCode::BAD_REQUEST, &"invalid_grant".into())
    );

    assert!(site.get("/dropids").await.body.contains("notes.a.example"));
    assert!(
        site.ask(&[])
            .await
            .body
            .contains("You have logged in there before")
    );
    let home = site.get("/").await.body;
    assert!(
        home.contains("Elsewhere") && home.contains("https://notes.a.example/"),
        "{home}"
    );
    assert!(
        !site.ask(&[]).await.body.contains("on my home page"),
        "it is there"
    );
    site.post("/dropids/sites/forget", &[("client", CLIENT)])
        .await;
    assert!(site.get("/dropids").await.body.contains("Nowhere yet"));

    let plain = site.code(&[]).await;
    let (_, answer) = site.redeem(&plain, &[]).await;
    assert!(answer.get("profile").is_none(), "{answer}");
}

#[tokio::test]
async fn codes_are_for_who_they_were_given_to() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    for (name, value) in [
        ("client_id", "https://evil.example/.dropserver/client"),
        ("redirect_uri", "https://notes.a.example/"),
        ("code_verifier", CHALLENGE),
    ] {
        let code = site.code(&[]).await;
        let (status, answer) = site.redeem(&code, &[(name, value)]).await;
        assert_eq!(
            (status, &answer["error"]),
            (StatusCode::BAD_REQUEST, &"invalid_grant".into())
        );
        let (status, _) = site.redeem(&code, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "it is used up");
    }
    let refused = site.redeem("x", &[("grant_type", "refresh_token")]).await;
    assert_eq!(refused.1["error"], "unsupported_grant_type");
    let json = Request::post("/dropid/authorize").header(header::CONTENT_TYPE, "application/json");
    let refused = site.send(json, Body::from("{}")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let page = Request::post("/dropid/authorize").header(header::ORIGIN, "https://evil.example");
    assert_eq!(
        site.send(page, Body::empty()).await.status,
        StatusCode::FORBIDDEN
    );

    let (early, late) = (site.code(&[]).await, site.code(&[]).await);
    assert_eq!(site.redeem(&early, &[]).await.0, StatusCode::OK);
    let ada = site.accounts().await[0].id;
    let bob = site.account("bob@example.com").await;
    let kept = &*site.kept;
    kept.set_admin(bob, true).await.unwrap();
    let since = Some(ds_core::Timestamp(0));
    assert_eq!(
        kept.set_blocked(ada, since).await.unwrap(),
        AccountChange::Done
    );
    assert_eq!(
        site.redeem(&late, &[]).await.0,
        StatusCode::BAD_REQUEST,
        "blocked meanwhile"
    );
}

#[tokio::test]
async fn errors_are_shown_until_it_is_known_where_to_send_them() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    let shown = async |change: &[(&str, &str)]| {
        let answer = site.ask(change).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{change:?}"
        );
        assert!(answer.location().is_empty());
    };
    shown(&[("redirect_uri", "https://evil.example/")]).await;
    shown(&[
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
    ])
    .await;
    shown(&[("client_id", "javascript:alert(1)")]).await;
    shown(&[("client_id", "https://10.0.0.1/")]).await;
    shown(&[("client_id", "http://notes.a.example/.dropserver/client")]).await;
    let twice = site
        .get(&format!("/dropid/authorize?{}&state=x", query(&[])))
        .await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        site.get("/dropid/authorize").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let sent = site.ask(&[("response_type", "token")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(sent.location().starts_with(&format!(
        "{BACK}?error=unsupported_response_type&state=s&iss="
    )));
    let plain = site.ask(&[("code_challenge_method", "plain")]).await;
    assert!(
        plain
            .location()
            .starts_with(&format!("{BACK}?error=invalid_request"))
    );

    let listed =
        format!(r#"{{"client_id": "{CLIENT}", "redirect_uris": ["https://other.example/cb"]}}"#);
    site.web.put(CLIENT, "application/json", listed);
    let elsewhere = site
        .ask(&[("redirect_uri", "https://other.example/cb")])
        .await;
    assert!(
        elsewhere
            .body
            .contains("The answer goes to <strong>other.example</strong>")
    );
    assert!(
        elsewhere
            .header("content-security-policy")
            .ends_with("'self' https://other.example")
    );
}

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
    site.log_in("bob@example.com", super::PASSWORD).await;
    assert_eq!(
        send(&site, &own).await.status,
        StatusCode::NOT_FOUND,
        "it is not Bob's"
    );
    site.cookie = None;
    assert!(send(&site, &own).await.location().starts_with("/login"));
}

#[tokio::test]
async fn each_network_asks_so_often() {
    let site = Site::as_ada().await;
    let ask = async |from: &str| {
        let from: SocketAddr = from.parse().unwrap();
        let request = Request::get("/dropid/authorize").extension(ConnectInfo(from));
        site.send(request, Body::empty()).await
    };
    for _ in 0..60 {
        assert_ne!(
            ask("192.0.2.1:1").await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
    }
    let refused = ask("192.0.2.1:2").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty());
    assert_ne!(
        ask("192.0.2.2:1").await.status,
        StatusCode::TOO_MANY_REQUESTS
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
