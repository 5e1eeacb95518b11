//! Questions of clients, and codes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{
    AccountId, ManualClock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use serde_json::json;
use url::Url;

use super::*;
use crate::dropid::{
    Local,
    pkce::Derived,
    signing::{Expected, Jwks, verify},
};
use crate::{Epoch, Standing};

const CLIENT: &str = "https://a.example/.dropserver/client";
const BACK: &str = "https://a.example/.dropserver/callback";
const ISSUER: &str = "https://b.example/";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn query(change: &[(&str, Option<&str>)]) -> String {
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
        pairs.extend(value.map(|value| (*name, value)));
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs).finish()
}

fn ask(query: &str, document: Option<&ClientDocument>) -> Result<Request, RequestError> {
    Asked::read(query, Local::Refused)?.check(document, ISSUER)
}

#[test]
fn a_good_question() {
    let request = ask(&query(&[]), None).unwrap();
    assert_eq!(request.client.host(), "a.example");
    assert!(request.wants_profile);
    let code = Token::random();
    let to = request.granted(&code, ISSUER);
    let expect = format!(
        "{BACK}?code={}&state=s&iss=https%3A%2F%2Fb.example%2F",
        code.reveal()
    );
    assert_eq!(to.as_str(), expect);
    let to = request.declined(ISSUER);
    let expect = format!("{BACK}?error=access_denied&state=s&iss=https%3A%2F%2Fb.example%2F");
    assert_eq!(to.as_str(), expect);
    let with_query = query(&[("redirect_uri", Some("https://a.example/?a=1"))]);
    let to = ask(&with_query, None).unwrap().declined(ISSUER);
    assert!(
        to.as_str().starts_with("https://a.example/?a=1&error="),
        "{to}"
    );
    assert!(!ask(&query(&[("scope", None)]), None).unwrap().wants_profile);
}

#[test]
fn errors_are_shown_until_it_is_known_whose_the_address_is() {
    let check = |query: &str| {
        let refused = ask(query, None);
        assert!(
            matches!(refused, Err(RequestError::Shown(_))),
            "{query}: {refused:?}"
        );
    };
    let with = |name: &str, value: Option<&str>| query(&[(name, value)]);
    check(&with("client_id", None));
    check(&with("redirect_uri", None));
    for client in [
        "",
        "a.example",
        "http://a.example/",
        "https://127.0.0.1/",
        "https://localhost:8080/",
        "https://10.0.0.7/",
        "https://a.example/#x",
        "https://u:p@a.example/",
        "https://a.example/../x",
        "javascript:alert(1)",
        "https://[::1]/",
    ] {
        check(&with("client_id", Some(client)));
    }
    for redirect in [
        "https://evil.example/",
        "http://a.example/",
        "https://a.example:8443/",
        "/callback",
        "",
        "https://a.example@evil.example/",
        "https://a.example.evil.example/",
        "javascript:alert(1)",
        "https://a.example\\@evil.example/",
        "https://b.a.example/",
        "//a.example/",
        "app://x",
        "https://a.example/#x",
        "https://a.example/%2e%2e/x",
    ] {
        check(&with("redirect_uri", Some(redirect)));
        let both = query(&[
            ("redirect_uri", Some(redirect)),
            ("response_type", Some("token")),
        ]);
        check(&both);
    }
    for twice in [
        "client_id=x",
        "redirect_uri=x",
        "state=x",
        "code_challenge=x",
        "scope=x",
        "me=x&me=y",
    ] {
        check(&format!("{}&{twice}", query(&[])));
    }
}

#[test]
fn errors_go_back_to_whose_it_is() {
    let long = "x".repeat(513);
    let check = |name: &str, value: Option<&str>, error: &str| {
        let refused = ask(&query(&[(name, value)]), None);
        let Err(RequestError::Back { to, .. }) = refused else {
            panic!("{name} {value:?}: {refused:?}");
        };
        let pairs: HashMap<_, _> = to.query_pairs().into_owned().collect();
        assert!(to.as_str().starts_with(BACK));
        assert_eq!(pairs["error"], error, "{name}");
        assert_eq!(pairs["iss"], ISSUER);
        assert_eq!(pairs.contains_key("state"), name != "state");
    };
    check("response_type", None, "unsupported_response_type");
    check("response_type", Some("token"), "unsupported_response_type");
    check(
        "response_type",
        Some("code id_token"),
        "unsupported_response_type",
    );
    check("code_challenge_method", None, "invalid_request");
    check("code_challenge_method", Some("plain"), "invalid_request");
    check("code_challenge", None, "invalid_request");
    check("code_challenge", Some("short"), "invalid_request");
    check("nonce", Some(&long), "invalid_request");
    check("state", None, "invalid_request");
    check("state", Some(&long), "invalid_request");
}

fn document(value: &serde_json::Value) -> Result<ClientDocument, DocumentError> {
    let client = ClientId::read(CLIENT, Local::Refused).unwrap();
    ClientDocument::read(&client, value.to_string().as_bytes())
}

#[test]
fn what_clients_say_of_themselves() {
    let good = json!({
        "client_id": CLIENT, "client_name": "No\u{202e}tes", "client_uri": "https://a.example/",
        "redirect_uris": ["https://other.example/cb", "app://x"],
    });
    let read = document(&good).unwrap();
    assert_eq!(read.name.as_deref(), Some("No tes"));
    let elsewhere = query(&[("redirect_uri", Some("https://other.example/cb"))]);
    assert!(ask(&elsewhere, Some(&read)).is_ok());
    assert!(ask(&elsewhere, None).is_err());
    for near in [
        "https://other.example/cb/",
        "https://other.example/cb?x",
        "https://OTHER.example/cb",
        "app://x",
    ] {
        assert!(
            ask(&query(&[("redirect_uri", Some(near))]), Some(&read)).is_err(),
            "{near}"
        );
    }
    let own = crate::dropid::client::Client::at(&Url::parse("https://a.example").unwrap());
    assert!(document(&own.unwrap().document("Notes")).is_ok());

    let check = |name: &str, value: serde_json::Value| {
        let mut changed = good.clone();
        changed[name] = value;
        assert!(document(&changed).is_err(), "{changed}");
    };
    check("client_id", json!("https://a.example/"));
    check("client_id", json!(null));
    check("client_uri", json!("https://evil.example/"));
    check("client_secret", json!("x"));
    check("redirect_uris", json!("https://a.example/"));
    check("redirect_uris", json!(vec!["https://a.example/"; 51]));
}

#[derive(Default)]
struct Fake(Mutex<HashMap<TokenHash, Grant>>);

#[async_trait]
impl CodeStore for Fake {
    async fn add_code(&self, code: &TokenHash, grant: &Grant, _: Epoch) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(code.clone(), grant.clone());
        Ok(())
    }
    async fn take_code(&self, code: &TokenHash) -> Result<Option<Grant>, StoreError> {
        Ok(self.0.lock().unwrap().remove(code))
    }
    async fn purge_codes(&self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

fn form(code: &str, change: &[(&str, Option<&str>)]) -> String {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in change {
        pairs.retain(|(own, _)| own != name);
        pairs.extend(value.map(|value| (*name, value)));
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

fn codes() -> (Arc<ManualClock>, Codes) {
    let clock = Arc::new(ManualClock::new(Timestamp(0)));
    (clock.clone(), Codes::new(Arc::new(Fake::default()), clock))
}

async fn issue(codes: &Codes) -> Token {
    let request = ask(&query(&[]), None).unwrap();
    let dropid = "b.example/ada".parse().unwrap();
    let somebody = Standing {
        account: AccountId::new(),
        since: Epoch::default(),
    };
    codes.issue(&request, somebody, dropid, true).await.unwrap()
}

#[tokio::test]
async fn a_code_is_good_once_shortly_and_for_its_client() {
    let (clock, codes) = codes();
    let code = issue(&codes).await;
    let redeemed = codes.redeem(&form(code.reveal(), &[])).await.unwrap();
    assert_eq!(redeemed.grant.dropid.to_string(), "b.example/ada");
    let again = codes.redeem(&form(code.reveal(), &[])).await.unwrap_err();
    assert_eq!(again.code(), Some("invalid_grant"));
    let other = Derived::of(&Token::random(), &Token::random());
    for (name, value) in [
        ("client_id", "https://c.example/.dropserver/client"),
        ("client_id", "https://a.example/.dropserver/Client"),
        ("redirect_uri", "https://a.example/"),
        ("redirect_uri", ""),
        ("code_verifier", other.verifier.reveal()),
        ("code_verifier", CHALLENGE),
    ] {
        let code = issue(&codes).await;
        let refused = codes
            .redeem(&form(code.reveal(), &[(name, Some(value))]))
            .await;
        assert!(matches!(refused, Err(TokenError::Grant)), "{name}={value}");
        let after = codes.redeem(&form(code.reveal(), &[])).await;
        assert!(matches!(after, Err(TokenError::Grant)), "{name}: used up");
    }
    let (early, late) = (issue(&codes).await, issue(&codes).await);
    clock.advance(Duration::from_millis(59_999));
    assert!(codes.redeem(&form(early.reveal(), &[])).await.is_ok());
    clock.advance(Duration::from_millis(1));
    assert!(codes.redeem(&form(late.reveal(), &[])).await.is_err());
    assert!(
        codes
            .redeem(&form(Token::random().reveal(), &[]))
            .await
            .is_err()
    );
    assert!(codes.redeem(&form("x", &[])).await.is_err());
}

#[tokio::test]
async fn what_is_no_question_leaves_the_code_good() {
    let (_, codes) = codes();
    let code = issue(&codes).await;
    let check = async |form: String, expect: &str| {
        let refused = codes.redeem(&form).await.unwrap_err();
        assert_eq!(refused.code(), Some(expect), "{form}");
    };
    for missing in ["code", "client_id", "redirect_uri", "code_verifier"] {
        check(form(code.reveal(), &[(missing, None)]), "invalid_request").await;
    }
    check(
        form(code.reveal(), &[("code_verifier", Some("short"))]),
        "invalid_request",
    )
    .await;
    check(
        format!("{}&code=x", form(code.reveal(), &[])),
        "invalid_request",
    )
    .await;
    check(
        form("x", &[("grant_type", Some("refresh_token"))]),
        "unsupported_grant_type",
    )
    .await;
    check(String::new(), "invalid_request").await;
    assert!(codes.redeem(&form(code.reveal(), &[])).await.is_ok());
}

#[tokio::test]
async fn what_a_client_is_told() {
    let (_, codes) = codes();
    let ring = crate::dropid::signing::tests_ring();
    let (key, keys) = (
        ring.current().await.unwrap(),
        ring.published().await.unwrap(),
    );
    let profile = SharedProfile {
        name: "Ada".into(),
        photo: Some("https://b.example/p".into()),
    };
    let me = "https://b.example/ada";
    let code = issue(&codes).await;
    let mut redeemed = codes.redeem(&form(code.reveal(), &[])).await.unwrap();
    let answer = redeemed.answer(me, Some(&profile), ISSUER, &key, Timestamp(0));
    assert_eq!(answer["me"], me);
    assert_eq!(answer["profile"]["name"], "Ada");
    assert_eq!(answer["profile"]["photo"], "https://b.example/p");
    let expected = Expected {
        issuer: ISSUER,
        audience: CLIENT,
        nonce: "n",
        now: Timestamp(0),
    };
    let keys = Jwks::read(keys.document().to_string().as_bytes()).unwrap();
    let claims = verify(answer["id_token"].as_str().unwrap(), &keys, &expected).unwrap();
    assert_eq!(claims.sub, me);
    redeemed.grant.with_profile = false;
    let answer = redeemed.answer(me, Some(&profile), ISSUER, &key, Timestamp(0));
    assert!(answer.get("profile").is_none() && answer.get("access_token").is_none());
}
