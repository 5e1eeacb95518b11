//! The whole site, over stores in memory.

mod account;
mod address;
mod appspace;
mod arrives;
mod changes;
mod contacts;
mod dropids;
mod fakes;
mod login;
mod overtaken;
mod pages;
mod passkeys;
mod people;
mod profile;
mod resets;
mod second;
mod setup;
mod sso;
mod tokens;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use ds_auth::{Accounts, ApiTokens, Cookies, LoginTokens, Sessions};
use ds_core::{
    AccountId, Address, ApiVersion, App, AppId, AppVersion, Appspace, AppspaceId, AppspaceStore,
    DataDir, Member, ProxyId, Schema, SystemClock, Timestamp, VersionId,
};
use tower::ServiceExt as _;

use self::fakes::{FakeAppspaces, FakeInstalls, Memory};
use super::{SiteState, router};
use crate::dropids::tests::{FakeWeb, over};
use crate::ops::{
    Names, Ops, Own, Parts, People, Upgrades,
    tests::{fixture, work::work},
};

const ORIGIN: &str = "http://dropserver.localhost:3000";
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery";

/// A site to talk to as a browser would.
struct Site {
    router: Router,
    memory: Arc<Memory>,
    /// What appspaces used, and run on.
    kept: Arc<ds_testkit::Memory>,
    state: SiteState,
    /// Other people's pages.
    web: Arc<FakeWeb>,
    cookie: Option<String>,
    data_dir: tempfile::TempDir,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.header("location")
    }
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
    fn set_cookies(&self) -> Vec<&str> {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        all.map(|value| value.to_str().unwrap()).collect()
    }
    /// A cookie that was set, as a browser sends it back.
    fn cookie(&self, name: &str) -> String {
        let named = format!("{name}=");
        let all = self.set_cookies();
        let set = all.iter().find(|one| one.starts_with(&named));
        let set = set.unwrap_or_else(|| panic!("no {name} in {all:?}"));
        set.split(';').next().unwrap().to_owned()
    }
}

impl Site {
    /// A site nobody has an account on.
    fn bare() -> Self {
        Self::bare_with(None)
    }

    /// The same, with mail.
    fn bare_with(post: Option<crate::mail::Post>) -> Self {
        let memory = Arc::new(Memory::default());
        let kept = Arc::new(ds_testkit::Memory::new());
        let clock = Arc::new(SystemClock);
        let data = tempfile::tempdir().unwrap();
        let accounts = Arc::new(Accounts::new(kept.clone(), clock.clone()));
        let names = Names::new(
            "dropserver.localhost".parse().unwrap(),
            "localhost".parse().unwrap(),
            false,
            3000,
        );
        let dir = DataDir::new(data.path());
        dir.create().unwrap();
        let sessions =
            Sessions::with_list(kept.clone(), memory.clone(), kept.clone(), clock.clone());
        let has_mail = post.is_some();
        let login_tokens = Arc::new(LoginTokens::new(clock.clone()));
        let own = Own::new(&kept, &names, login_tokens.clone(), clock.clone());
        let web = Arc::new(FakeWeb::default());
        let dropids = over(
            &kept,
            kept.clone(),
            &names,
            &dir,
            web.clone(),
            clock.clone(),
        );
        let state = SiteState {
            ops: Ops::new(Parts {
                names,
                accounts: accounts.clone(),
                account_store: kept.clone(),
                apps: memory.clone(),
                routes: memory.clone(),
                appspaces: memory.clone(),
                members: memory.clone(),
                sessions: sessions.clone(),
                installs: Arc::new(FakeInstalls(memory.clone())),
                lifecycle: Arc::new(FakeAppspaces(memory.clone())),
                terms: fixture::terms(&kept, clock.clone()),
                archives: fixture::no_archives(),
                backups: None,
                post,
                people: People::new(&kept, clock.clone(), has_mail),
                own,
                dropids,
                membership: crate::ops::Membership::new(&kept, &kept),
                keys: crate::ops::Keys::new(&kept, memory.clone(), &sessions, clock.clone()),
                tokens: Arc::new(ApiTokens::new(kept.clone(), clock.clone())),
                upgrades: Upgrades::new(kept.clone()),
                data: dir.clone(),
                work: work(&kept, memory.clone(), &dir),
            }),
            accounts,
            account_store: kept.clone(),
            sessions,
            login_tokens,
            cookies: Cookies { secure: false },
            appspaces: memory.clone(),
            members: memory.clone(),
            data: dir,
        };
        Self {
            router: router(state.clone()),
            memory,
            kept,
            state,
            web,
            cookie: None,
            data_dir: data,
        }
    }

    /// A site with the account of Ada, her app `notes` in two versions, and her appspaces `notes` and `old`.
    async fn with_ada() -> (Self, AccountId) {
        Self::bare().and_ada().await
    }

    async fn and_ada(self) -> (Self, AccountId) {
        let site = self;
        let made = site.state.accounts.create(EMAIL, PASSWORD.into(), true);
        let ada = made.await.unwrap().id;
        let (app, one) = app(ada, "notes", "1.0.0");
        let (_, mut two) = self::app(ada, "notes", "2.0.0");
        two.app = app.id;
        for name in ["notes", "old"] {
            let address: Address = format!("{name}.localhost").parse().unwrap();
            let space = appspace(ada, address, &two);
            let member = (space.id, ada, member("ada", true));
            site.memory.members.lock().unwrap().push(member);
            AppspaceStore::add(&*site.kept, &space).await.unwrap();
            site.memory.appspaces.lock().unwrap().push(space);
        }
        let mut apps = site.memory.apps.lock().unwrap();
        apps.push((app, vec![one, two]));
        drop(apps);
        (site, ada)
    }

    /// The same, with Ada logged in.
    async fn as_ada() -> Self {
        let (mut site, _) = Self::with_ada().await;
        site.log_in(EMAIL, PASSWORD).await;
        site
    }

    /// Logs Ada in from another browser, and goes on there.
    async fn log_in_elsewhere(&mut self) {
        self.cookie = None;
        let body = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::post("/login")
            .header(
                header::USER_AGENT,
                "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            )
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.send(request, Body::from(body)).await;
        self.cookie = Some(answer.cookie("ds-account"));
    }

    /// Makes an account with the usual password.
    async fn account(&self, email: &str) -> AccountId {
        let made = self.state.accounts.create(email, PASSWORD.into(), false);
        made.await.unwrap().id
    }

    /// What a script of our own page sends.
    async fn json(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_owned())).await
    }

    async fn accounts(&self) -> Vec<ds_auth::Account> {
        self.state.account_store.accounts().await.unwrap()
    }

    async fn log_in(&mut self, email: &str, password: &str) {
        let form = [("email", email), ("password", password)];
        let answer = self.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        self.cookie = Some(cookie.to_owned());
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// A form of our own page.
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        let body = fields.extend_pairs(form).finish();
        let request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    async fn send(&self, mut request: axum::http::request::Builder, body: Body) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(body).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 4 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn method(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        self.send(request.header(header::ORIGIN, ORIGIN), Body::empty())
            .await
    }
}

fn app(owner: AccountId, name: &str, version: &str) -> (App, AppVersion) {
    let app = App {
        id: AppId::new(),
        owner,
        name: name.into(),
        created: Timestamp(0),
    };
    let manifest = serde_json::json!({
        "name": name, "version": version, "entrypoint": "app.ts", "icon": "icon.png",
        "short-description": "Writes <things> down",
        "permissions": [{ "name": "edit", "description": "Change & delete" }],
    });
    let version = AppVersion {
        id: VersionId::new(),
        app: app.id,
        version: version.parse().unwrap(),
        api: ApiVersion::V1,
        schema: Schema(0),
        manifest: serde_json::from_value(manifest).unwrap(),
        created: Timestamp(0),
    };
    (app, version)
}

fn appspace(owner: AccountId, address: Address, version: &AppVersion) -> Appspace {
    Appspace {
        id: AppspaceId::new(),
        owner,
        address,
        app: version.app,
        version_id: version.id,
        version: version.version.clone(),
        paused: false,
        created: Timestamp(0),
    }
}

fn member(name: &str, is_owner: bool) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.into(),
        avatar: String::new(),
        permissions: std::collections::BTreeSet::default(),
        is_owner,
    }
}

/// A site for the API: with Ada logged in, and her cookie.
pub(crate) async fn api_site() -> (SiteState, AccountId, String, tempfile::TempDir) {
    let (mut site, ada) = Site::with_ada().await;
    site.log_in(EMAIL, PASSWORD).await;
    let cookie = site.cookie.unwrap();
    (site.state, ada, cookie, site.data_dir)
}
