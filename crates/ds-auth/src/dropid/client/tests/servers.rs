//! Servers of people, some of them lying, and a store.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use ds_core::{AccountId, Clock, StoreError, Timestamp, secret::TokenHash};
use serde_json::{Value, json};
use url::Url;

use super::super::{Bounds, Got, PendingLogin, PendingLoginStore, Web, WebError};
use crate::dropid::{
    Local, Metadata,
    server::{Asked, CodeStore, Codes, Grant, SharedProfile},
    signing::{Claims, KeyRing, SigningKey, sign, tests_ring},
};
use crate::{Epoch, Standing};

/// Logins under way, in memory.
#[derive(Default)]
pub(super) struct Store(Mutex<HashMap<TokenHash, PendingLogin>>);

impl Store {
    pub(super) fn everything(&self) -> String {
        let all = self.0.lock().unwrap();
        let all = all
            .iter()
            .map(|(state, login)| format!("{}{}", state.as_str(), json!(login)));
        all.collect()
    }
}

#[async_trait]
impl PendingLoginStore for Store {
    async fn add_pending_login(&self, s: &TokenHash, l: &PendingLogin) -> Result<(), StoreError> {
        // As a store would: what cannot be read back is no record.
        let l = serde_json::from_value(json!(l)).unwrap();
        self.0.lock().unwrap().insert(s.clone(), l);
        Ok(())
    }
    async fn take_pending_login(&self, s: &TokenHash) -> Result<Option<PendingLogin>, StoreError> {
        Ok(self.0.lock().unwrap().remove(s))
    }
    async fn purge_pending_logins(&self, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

#[derive(Default)]
struct Grants(Mutex<HashMap<TokenHash, Grant>>);

#[async_trait]
impl CodeStore for Grants {
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

/// `b.example` is honest unless told to lie; `evil.example` says whatever it is asked to.
pub(super) struct Servers {
    clock: Arc<dyn Clock>,
    codes: Codes,
    keys: Mutex<(Arc<SigningKey>, Value)>,
    /// Whom the last person said yes as, by code.
    people: Mutex<HashMap<String, String>>,
    signs: AtomicBool,
    lies: Mutex<Value>,
    asked: AtomicUsize,
    asked_inside: AtomicBool,
}

async fn keys() -> (Arc<SigningKey>, Value) {
    let ring: KeyRing = tests_ring();
    let published = ring.published().await.unwrap();
    (
        Arc::new(ring.current().await.unwrap()),
        published.document(),
    )
}

impl Servers {
    pub(super) async fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            codes: Codes::new(Arc::new(Grants::default()), Arc::clone(&clock)),
            clock,
            keys: Mutex::new(keys().await),
            people: Mutex::default(),
            signs: AtomicBool::new(true),
            lies: Mutex::new(json!({})),
            asked: AtomicUsize::new(0),
            asked_inside: AtomicBool::new(false),
        }
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }

    pub(super) fn never_asked_inside(&self) -> bool {
        !self.asked_inside.load(SeqCst)
    }

    pub(super) fn signs(&self, signs: bool) {
        self.signs.store(signs, SeqCst);
    }

    pub(super) fn lies(&self, lies: Value) {
        *self.lies.lock().unwrap() = lies;
    }

    pub(super) async fn new_keys(&self) {
        let new = keys().await;
        *self.keys.lock().unwrap() = new;
    }

    /// A person at the server that was asked says yes; where their browser goes then.
    pub(super) async fn says_yes(&self, asked: &Url, me: &str) -> Url {
        self.says_yes_at(asked.host_str().unwrap(), asked, me).await
    }

    pub(super) async fn says_yes_at(&self, host: &str, asked: &Url, me: &str) -> Url {
        let issuer = format!("https://{host}/");
        let request = Asked::read(asked.query().unwrap(), Local::Refused).unwrap();
        let request = request.check(None, &issuer).unwrap();
        let dropid = "b.example/ada".parse().unwrap();
        let somebody = Standing {
            account: AccountId::new(),
            since: Epoch::default(),
        };
        let code = self
            .codes
            .issue(&request, somebody, dropid, true)
            .await
            .unwrap();
        let people = &mut self.people.lock().unwrap();
        people.insert(code.reveal().to_owned(), me.to_owned());
        request.granted(&code, &issuer)
    }

    fn metadata(&self, host: &str) -> Value {
        let site = Url::parse(&format!("https://{host}")).unwrap();
        let mut document = Metadata::of_site(&site).unwrap().document();
        if !self.signs.load(SeqCst) {
            document["jwks_uri"] = Value::Null;
        }
        document
    }

    fn page(&self, url: &Url) -> Option<Got> {
        let host = url.host_str()?;
        let link = |at: &str| vec![format!("<{at}>; rel=\"indieauth-metadata\"")];
        let html = |body: &str| (vec![], body.to_owned());
        let known = "/.well-known/oauth-authorization-server";
        let (links, body) = match (host, url.path()) {
            ("b.example" | "evil.example", path) if path == known => {
                (vec![], self.metadata(host).to_string())
            }
            ("b.example" | "evil.example", "/.well-known/jwks.json") => {
                (vec![], self.keys.lock().unwrap().1.to_string())
            }
            ("b.example" | "evil.example", _) => (link(known), String::new()),
            // Its own description names the server of b.example, at an endpoint of its own.
            ("twin.example", "/m") => {
                let mut document = self.metadata("b.example");
                document["authorization_endpoint"] = json!("https://twin.example/auth");
                (vec![], document.to_string())
            }
            ("plain.example", _) => html("<p>Hello"),
            ("old.example", _) => html("<link rel=authorization_endpoint href=/auth>"),
            ("broken.example", "/m") => html("{"),
            ("twin.example" | "broken.example", _) => (link("/m"), String::new()),
            ("inner.example", _) => (link("https://127.0.0.1/m"), String::new()),
            ("script.example", _) => (link("javascript:alert(1)"), String::new()),
            _ => return None,
        };
        let mut seen = vec![url.clone()];
        if url.path() == "/moved" {
            seen.push(url.join("/ada").ok()?);
        }
        Some(Got {
            seen,
            links,
            content_type: Some("text/html".into()),
            body: body.into_bytes(),
        })
    }

    async fn redeem(&self, form: &[(&str, &str)]) -> Option<Value> {
        let text = {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(form).finish()
        };
        let redeemed = self.codes.redeem(&text).await.ok()?;
        let code = form.iter().find(|(name, _)| *name == "code")?.1;
        let me = self.people.lock().unwrap().get(code)?.clone();
        let profile = SharedProfile {
            name: "Ada".into(),
            photo: Some("https://b.example/ada.jpg".into()),
        };
        let issuer = "https://b.example/";
        let now = self.clock.now();
        let key = Arc::clone(&self.keys.lock().unwrap().0);
        let mut answer = redeemed.answer(&me, Some(&profile), issuer, &key, now);
        let lies = self.lies.lock().unwrap().clone();
        let grant = &redeemed.grant;
        let claims = Claims::about(&me, issuer, &grant.client_id, grant.nonce.as_deref(), now);
        let mut claims = json!(claims);
        for (name, value) in lies.as_object()? {
            claims[name] = value.clone();
        }
        answer["id_token"] = sign(&serde_json::from_value(claims).ok()?, &key).into();
        if let Some(token) = lies.get("id_token") {
            answer["id_token"] = token.clone();
        }
        Some(answer)
    }
}

fn no_answer(url: &Url) -> WebError {
    WebError {
        host: url.host_str().unwrap_or_default().to_owned(),
        source: "no answer".into(),
    }
}

#[async_trait]
impl Web for Servers {
    async fn get(&self, url: &Url, _: Bounds) -> Result<Got, WebError> {
        self.asked.fetch_add(1, SeqCst);
        if url.scheme() != "https"
            || url
                .host_str()
                .is_none_or(|host| !host.ends_with(".example"))
        {
            self.asked_inside.store(true, SeqCst);
        }
        self.page(url).ok_or_else(|| no_answer(url))
    }

    async fn post(&self, url: &Url, form: &[(&str, &str)], _: Bounds) -> Result<Vec<u8>, WebError> {
        self.asked.fetch_add(1, SeqCst);
        let answer = self.redeem(form).await.ok_or_else(|| no_answer(url))?;
        Ok(answer.to_string().into_bytes())
    }
}
