//! An appspace at `notes.localhost:3000`, and a browser.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::body::to_bytes;
use ds_auth::{AccountStore as _, Sessions, people::SecondSteps};
use ds_core::{
    ApiVersion, AppspaceDir, Clock, Gate, LoginKind, ManualClock, Member, MemberLogin,
    MemberLogins as _, MemberStore as _, ProxyId,
};
use ds_routes::{RouteTable, StaticRoots};
use ds_sandbox::{AppCode, Body, Limits, User, Users, UsersError, empty_body, full_body};
use ds_serve::{Entrance as _, ServeError, Site, Terms};
use ds_testkit::{Memory, sample};
use http::{HeaderMap, Request, Response, StatusCode, header};

use super::servers::Servers;
use crate::{
    entrance::{Entrance, EntranceState, LoginParts, Logins, OriginalLogins},
    mail::{Letter, MailError, Mailer},
    site::tests::api_site,
};

pub(super) const ORIGIN: &str = "http://notes.localhost:3000";

/// Letters that were sent.
#[derive(Default)]
pub(super) struct Box_(pub(super) Mutex<Vec<Letter>>);

#[async_trait]
impl Mailer for Box_ {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.0.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

struct NoUsers;

#[async_trait]
impl Users for NoUsers {
    async fn user(&self, _: &ProxyId) -> Result<Option<User>, UsersError> {
        Ok(None)
    }
    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(Vec::new())
    }
}

pub(super) struct World {
    pub(super) memory: Memory,
    pub(super) clock: Arc<ManualClock>,
    pub(super) servers: Arc<Servers>,
    pub(super) letters: Arc<Box_>,
    pub(super) state: EntranceState,
    pub(super) site: Arc<Site>,
    entrance: Entrance,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn location(&self) -> &str {
        let to = self.headers.get(header::LOCATION);
        to.map_or("", |to| to.to_str().unwrap())
    }
}

/// Cookies of one origin.
#[derive(Clone, Default)]
pub(super) struct Browser(Vec<(String, String)>);

impl Browser {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    pub(super) fn value(&self, name: &str) -> String {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone()).unwrap()
    }

    fn header(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for set in headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(own, _)| own != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(true, false).await
    }

    pub(super) async fn with(mail: bool, original: bool) -> Self {
        let (mut site_state, _, _, dir) = api_site().await;
        let (memory, clock) = (Memory::new(), sample::clock());
        let store = Arc::new(memory.clone());
        site_state.members = store.clone();
        site_state.account_store = store.clone();
        site_state.sessions = Sessions::new(store.clone(), store.clone(), clock.clone());
        let servers = Arc::new(Servers::new(clock.clone()).await);
        let letters = Arc::new(Box_::default());
        let clock_too: Arc<dyn Clock> = clock.clone();
        let original = original.then(|| {
            let client = ds_net::Client::new(ds_net::Config::default()).unwrap();
            OriginalLogins::new(client, Arc::clone(&clock_too))
        });
        let logins = Logins::new(LoginParts {
            names: site_state.ops.names().clone(),
            members: store.clone(),
            known: crate::ops::KnownWays::new(&store),
            pending: store.clone(),
            letters: store.clone(),
            second_steps: SecondSteps::new(store.clone(), store),
            web: servers.clone(),
            mailer: mail.then(|| letters.clone() as Arc<dyn Mailer>),
            original,
            clock: clock_too,
        });
        let state = EntranceState {
            site: site_state,
            logins: Arc::new(logins),
            links: crate::entrance::links::LinkRates::new(clock.clone()),
        };
        Self {
            memory,
            clock,
            servers,
            letters,
            entrance: Entrance::new(state.clone()),
            state,
            site: Arc::new(site()),
            _dir: dir,
        }
    }

    pub(super) async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        let path = path.strip_prefix(ORIGIN).unwrap_or(path);
        self.send(browser, Request::get(path), String::new()).await
    }

    /// A form of our own page.
    pub(super) async fn post(
        &self,
        browser: &mut Browser,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        let body = fields.extend_pairs(form).finish();
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        self.send(browser, request, body).await
    }

    /// What the door is answered.
    pub(super) async fn answer(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError> {
        self.entrance.answer(Arc::clone(&self.site), request).await
    }

    pub(super) async fn send(
        &self,
        browser: &mut Browser,
        request: http::request::Builder,
        body: String,
    ) -> Answer {
        let request = request
            .header(header::COOKIE, browser.header())
            .header(header::ACCEPT, "text/html");
        let body = if body.is_empty() {
            empty_body()
        } else {
            full_body(body)
        };
        let request = request.body(body).unwrap();
        let answer = self.answer(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = to_bytes(axum::body::Body::new(body), 1 << 20)
            .await
            .unwrap();
        browser.keep(&head.headers);
        Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// A member who logs in so.
    pub(super) async fn member(&self, name: &str, kind: LoginKind, login: &str) -> Member {
        let member = sample::member(name);
        let id = self.site.appspace.id;
        self.memory.add_member(id, &member, None).await.unwrap();
        let login = MemberLogin {
            kind,
            name: login.to_owned(),
            signed_by: String::new(),
        };
        let added = self.memory.add_login(id, &member.proxy_id, &login);
        added.await.unwrap();
        member
    }

    /// An account whose owner is a member.
    pub(super) async fn account(&self, email: &str) -> (ds_auth::Account, Member) {
        let (account, member) = (sample::account(email), sample::member("Bob"));
        let stored = self.memory.add_account(&account, "hash");
        stored.await.unwrap();
        let id = self.site.appspace.id;
        let added = self.memory.add_member(id, &member, Some(account.id));
        added.await.unwrap();
        (account, member)
    }

    /// Who a browser is here.
    pub(super) async fn who(&self, browser: &Browser) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, browser.header().parse().unwrap());
        let read = self
            .state
            .site
            .cookies
            .read(&headers, ds_auth::cookie::Kind::Member);
        let found = self
            .state
            .site
            .sessions
            .member(self.site.appspace.id, &read?)
            .await;
        Some(found.unwrap()?.display_name.clone())
    }
}

fn site() -> Site {
    let owner = ds_core::AccountId::new();
    let version = sample::version(&sample::app(owner, "App"), "1.0.0");
    let appspace = sample::appspace(owner, &version, "notes.localhost");
    Site {
        gate: Gate::new(appspace.id),
        appspace,
        routes: Arc::new(RouteTable::compile(Vec::new()).unwrap()),
        roots: StaticRoots {
            app: PathBuf::new(),
            appspace: PathBuf::new(),
            avatars: PathBuf::new(),
        },
        dir: AppspaceDir::new(Path::new("nowhere").to_owned()),
        code: AppCode {
            run: PathBuf::new(),
            entry: "app/app.js".into(),
            script: None,
            compiled: None,
            api: ApiVersion::V1,
            node_modules: false,
        },
        users: Arc::new(NoUsers),
        terms: Terms::new(Limits::default(), None),
        preview: None,
    }
}
