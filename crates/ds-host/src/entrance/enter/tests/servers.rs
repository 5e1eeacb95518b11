//! The host of `b.example`, which says what it is told to say.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use ds_auth::{
    Epoch, Standing,
    dropid::{
        Local, Metadata,
        client::{Bounds, Got, Web, WebError},
        server::{Asked, Codes, SharedProfile},
        signing::KeyRing,
    },
};
use ds_core::{AccountId, Clock, ManualClock};
use ds_testkit::Memory;
use serde_json::Value;
use url::Url;

const ISSUER: &str = "https://b.example/";
const KNOWN: &str = "/.well-known/oauth-authorization-server";

pub(super) struct Servers {
    codes: Codes,
    keys: KeyRing,
    clock: Arc<ManualClock>,
    account: AccountId,
    /// Whom a code stands for.
    people: Mutex<HashMap<String, String>>,
    signs: AtomicBool,
    silent: AtomicBool,
    pub(super) asked: AtomicUsize,
}

impl Servers {
    pub(super) async fn new(clock: Arc<ManualClock>) -> Self {
        use ds_auth::AccountStore as _;
        let store = Arc::new(Memory::new());
        let account = ds_testkit::sample::account("ada@b.example");
        store.add_account(&account, "hash").await.unwrap();
        Self {
            codes: Codes::new(store.clone(), clock.clone()),
            keys: KeyRing::new(store, clock.clone()),
            clock,
            account: account.id,
            people: Mutex::default(),
            signs: AtomicBool::new(true),
            silent: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
        }
    }

    /// Signs from now on, or not.
    pub(super) fn signs(&self, signs: bool) {
        self.signs.store(signs, SeqCst);
    }

    /// Answers nothing from now on.
    pub(super) fn is_gone(&self) {
        self.silent.store(true, SeqCst);
    }

    /// A person there is asked, and says yes as `me`: where their browser goes.
    pub(super) async fn says_yes(&self, asked: &str, me: &str) -> String {
        let asked = Url::parse(asked).unwrap();
        assert_eq!(asked.host_str(), Some("b.example"));
        let request = Asked::read(asked.query().unwrap(), Local::Http).unwrap();
        let request = request.check(None, ISSUER).unwrap();
        let dropid = "b.example/ada".parse().unwrap();
        let who = Standing {
            account: self.account,
            since: Epoch(u64::MAX),
        };
        let code = self.codes.issue(&request, who, dropid, true);
        let code = code.await.unwrap();
        let mut people = self.people.lock().unwrap();
        people.insert(code.reveal().to_owned(), me.to_owned());
        request.granted(&code, ISSUER).into()
    }

    /// The person says no.
    pub(super) fn says_no(asked: &str) -> String {
        let asked = Url::parse(asked).unwrap();
        let request = Asked::read(asked.query().unwrap(), Local::Http).unwrap();
        request.check(None, ISSUER).unwrap().declined(ISSUER).into()
    }

    async fn page(&self, url: &Url) -> Option<Got> {
        if url.host_str() != Some("b.example") || url.scheme() != "https" {
            return None;
        }
        let (links, body) = match url.path() {
            "/nothing" => (vec![], "<p>Hello".to_owned()),
            "/.well-known/jwks.json" => {
                let keys = self.keys.published().await.ok()?;
                (vec![], keys.document().to_string())
            }
            KNOWN => {
                let site = Url::parse(ISSUER).ok()?;
                let mut document = Metadata::of_site(&site).ok()?.document();
                if !self.signs.load(SeqCst) {
                    document["jwks_uri"] = Value::Null;
                }
                (vec![], document.to_string())
            }
            _ => (
                vec![format!("<{KNOWN}>; rel=\"indieauth-metadata\"")],
                String::new(),
            ),
        };
        Some(Got {
            seen: vec![url.clone()],
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
            name: "Ada <of B>".into(),
            photo: None,
        };
        let key = self.keys.current().await.ok()?;
        let now = self.clock.now();
        let mut answer = redeemed.answer(&me, Some(&profile), ISSUER, &key, now);
        if !self.signs.load(SeqCst) {
            answer["id_token"] = Value::Null;
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
        if self.silent.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        self.page(url).await.ok_or_else(|| no_answer(url))
    }

    async fn post(&self, url: &Url, form: &[(&str, &str)], _: Bounds) -> Result<Vec<u8>, WebError> {
        self.asked.fetch_add(1, SeqCst);
        let answer = self.redeem(form).await.ok_or_else(|| no_answer(url))?;
        Ok(answer.to_string().into_bytes())
    }
}
