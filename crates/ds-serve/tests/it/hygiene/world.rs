//! Two appspaces of one host, with members whose sessions and tokens are real, and an app that tells what it saw.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use ds_auth::{
    Cookies, LoginTokens, MemberTokens, NewMemberToken, SessionAuthenticator, Sessions, TokenKind,
    cookie::Kind,
};
use ds_core::{Access, Address, AppspaceId, Manifest, Member, MemberStore as _, usage::NoMeter};
use ds_routes::{Handler, Route, RouteId, RouteTable};
use ds_sandbox::{Body, BoxError, Limits, PoolConfig, Sandboxes, full_body};
use ds_serve::{Appspaces, Directory, DirectoryError, Door, Parts, Site, Terms, Web};
use ds_testkit::{Memory, ScriptedEngine, sample};
use futures_util::stream;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use serde_json::{Value, json};

use crate::world::{A, B, site};

pub(super) const ORIGIN: &str = "https://a.example.com";
pub(super) const SIBLING: &str = "https://b.example.com";
pub(super) const STRANGER: &str = "https://evil.example";
pub(super) const FRIEND: &str = "https://app.example";

/// What the app sends with each answer, though it may not.
pub(super) const HOSTILE: [(&str, &str); 14] = [
    ("set-cookie", "own=1; Path=/"),
    ("set-cookie", "__Host-own=1; Path=/; Secure"),
    ("set-cookie", "wide=1; Domain=example.com"),
    ("set-cookie", "wide2=1; dOmAiN = .example.com; Path=/"),
    ("set-cookie", "__Host-ds-member=stolen; Path=/; Secure"),
    ("set-cookie", "ds-member=stolen; Path=/"),
    ("set-cookie", "__Host-ds-login=x; Path=/; Secure"),
    ("set-cookie", "=ds-member=stolen"),
    ("access-control-allow-origin", STRANGER),
    ("access-control-allow-credentials", "true"),
    ("access-control-expose-headers", "*"),
    ("clear-site-data", "\"cookies\""),
    ("x-dropserver-user", "x"),
    ("timing-allow-origin", "*"),
];

pub(super) struct World {
    appspaces: Appspaces,
    pub(super) tokens: MemberTokens,
    pub(super) memory: Arc<Memory>,
    /// The logins under way.
    pub(super) logins: Arc<LoginTokens>,
    /// The first appspace.
    pub(super) here: AppspaceId,
    /// Ada's session at the first appspace, as a cookie.
    pub(super) ada: String,
    /// Bob's session at the other.
    pub(super) bob_elsewhere: String,
    /// A key at the first, which may `edit`.
    pub(super) key: String,
    /// A key at the other.
    pub(super) key_elsewhere: String,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// What the app saw, if it was asked.
    pub(super) fn seen(&self) -> Option<Value> {
        serde_json::from_slice::<Value>(&self.body)
            .ok()
            .filter(|seen| seen.get("who").is_some())
    }

    /// Who the app was told it is.
    pub(super) fn who(&self) -> Option<String> {
        self.seen()?["who"].as_str().map(ToOwned::to_owned)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

struct Sites(HashMap<Address, Arc<Site>>);

#[async_trait]
impl Directory for Sites {
    async fn at(&self, address: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        Ok(self.0.get(address).cloned())
    }
}

fn routes() -> RouteTable {
    let mut all = Vec::new();
    let members = Access::Authorized { permission: None };
    let edit = Access::Authorized {
        permission: Some("edit".parse().unwrap()),
    };
    for (path, access) in [
        ("/public", Access::Public),
        ("/members", members),
        ("/edit", edit),
    ] {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            all.push(Route {
                id: RouteId(u32::try_from(all.len()).unwrap()),
                method,
                pattern: path.into(),
                end: true,
                access: access.clone(),
                handler: Handler::Function {
                    name: String::new(),
                },
            });
        }
    }
    RouteTable::compile(all).unwrap()
}

/// An app that tells what it saw, and sets what it must not.
fn engine() -> ScriptedEngine {
    ScriptedEngine::new().answering(|call, request| {
        let said = |name: &str| {
            let all = request.headers().get_all(name).iter();
            let all: Vec<&str> = all.map(|value| value.to_str().unwrap()).collect();
            all.join(" | ")
        };
        let who = call.proxy_id.as_ref().map_or("nobody", |id| id.as_str());
        let seen = json!({
            "who": who,
            "scope": call.scope,
            "cookie": said("cookie"),
            "authorization": said("authorization"),
        });
        if request.headers().contains_key("x-stream") {
            let silent = stream::pending::<Result<Frame<Bytes>, BoxError>>();
            return Ok(Response::new(StreamBody::new(silent).boxed_unsync()));
        }
        let mut response = Response::builder();
        for (name, value) in HOSTILE {
            response = response.header(name, value);
        }
        Ok(response.body(full_body(seen.to_string())).unwrap())
    })
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(&json!({})).await
    }

    /// The first appspace's app has this in its manifest.
    pub(super) async fn with(manifest: &Value) -> Self {
        let (memory, clock) = (Arc::new(Memory::default()), sample::clock());
        let version = "1.0.0".parse().unwrap();
        let mut whole = json!(sample::manifest("App", &version));
        for (field, value) in manifest.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let manifest: Manifest = serde_json::from_value(whole).unwrap();
        let site = |address: &str, web: Web| Site {
            routes: Arc::new(routes()),
            terms: Terms::new(Limits::default(), None).with_web(web),
            ..site(address, &Limits::default())
        };
        let (a, b) = (site(A, Web::of(&manifest)), site(B, Web::default()));
        let sessions = Sessions::new(memory.clone(), memory.clone(), clock.clone());
        let tokens = MemberTokens::new(
            memory.clone(),
            memory.clone(),
            sessions.clone(),
            clock.clone(),
        );
        let cookies = Cookies { secure: true };
        let member = |name: &str, id: &str| Member {
            proxy_id: id.parse().unwrap(),
            permissions: ["edit".parse().unwrap()].into(),
            ..sample::member(name)
        };
        let mut cookies_of = Vec::new();
        let mut keys_of = Vec::new();
        for (site, person) in [(&a, member("Ada", "ada")), (&b, member("Bob", "bob"))] {
            let id = site.appspace.id;
            let key = member("Key", &format!("{}key", person.proxy_id));
            memory.add_member(id, &person, None).await.unwrap();
            memory.add_member(id, &key, None).await.unwrap();
            let session = sessions
                .start_member(id, person.proxy_id, None)
                .await
                .unwrap();
            cookies_of.push(format!(
                "{}={}",
                cookies.name(Kind::Member),
                session.reveal()
            ));
            let made = tokens.make(NewMemberToken {
                appspace: id,
                member: key.proxy_id,
                account: None,
                kind: TokenKind::Key,
                name: "Key".into(),
                scope: None,
                path: String::new(),
                days: None,
            });
            keys_of.push(format!("Bearer {}", made.await.unwrap().1));
        }
        let logins = Arc::new(LoginTokens::new(clock));
        let here = a.appspace.id;
        let sites = [(A, a), (B, b)].map(|(at, site)| (at.parse().unwrap(), Arc::new(site)));
        let authenticator = SessionAuthenticator::new(sessions.clone(), cookies);
        let appspaces = Appspaces::new(Parts {
            directory: Arc::new(Sites(sites.into())),
            authenticator: Arc::new(authenticator.with_tokens(tokens.clone())),
            door: Some(Door {
                site_origin: "https://dropserver.example.com".into(),
                sessions: Arc::new(sessions),
                tokens: Arc::clone(&logins),
                cookies,
                entrance: None,
            }),
            sandboxes: Sandboxes::new(Arc::new(engine()), PoolConfig::default()),
            meter: Arc::new(NoMeter),
            scheme: "https",
            grace: Duration::from_secs(5),
        });
        let [ada, bob_elsewhere] = cookies_of.try_into().unwrap();
        let [key, key_elsewhere] = keys_of.try_into().unwrap();
        Self {
            appspaces,
            tokens,
            memory,
            logins,
            here,
            ada,
            bob_elsewhere,
            key,
            key_elsewhere,
        }
    }

    /// The answer of the first appspace, which may go on.
    pub(super) async fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", A);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.appspaces
            .serve(request.body(full_body("x")).unwrap())
            .await
    }

    /// What the first appspace answers.
    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let (head, body) = self.open(method, path, headers).await.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes().into(),
        }
    }
}
