//! DropIDs: their pages, what clients ask, and what people are asked before a client is told who they are.

mod consent;
mod issuer;
mod pages;

use std::collections::HashMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;
use url::Url;

use super::{Answer, Site};

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
