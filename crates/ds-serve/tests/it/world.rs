//! Two appspaces of one app, whose code is scripted.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use ds_auth::{AuthError, Authenticator, Visitor};
use ds_core::{
    Access, AccountId, Address, ApiVersion, AppspaceDir, AppspaceId, Gate, ProxyId,
    usage::{Meter, NoMeter},
};
use ds_routes::{Handler, Route, RouteId, RouteTable, StaticRoots};
use ds_sandbox::{
    AppCode, Body, Limits, PoolConfig, Sandboxes, User, Users, UsersError, empty_body,
};
use ds_serve::{Appspaces, Directory, DirectoryError, Parts, Site, Terms};
use ds_testkit::{ScriptedEngine, sample};
use http::{HeaderMap, Method, Request, Response};

pub(crate) const A: &str = "a.example.com";
pub(crate) const B: &str = "b.example.com";

pub(crate) struct World {
    pub(crate) engine: ScriptedEngine,
    pub(crate) sandboxes: Arc<Sandboxes>,
    appspaces: Appspaces,
    sites: Arc<Sites>,
}

struct Sites(HashMap<Address, Arc<Site>>);

#[async_trait]
impl Directory for Sites {
    async fn at(&self, address: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        Ok(self.0.get(address).cloned())
    }
}

struct Nobody;

#[async_trait]
impl Authenticator for Nobody {
    async fn identify(&self, _: AppspaceId, _: &HeaderMap) -> Result<Visitor, AuthError> {
        Ok(Visitor::Anonymous)
    }
}

#[async_trait]
impl Users for Nobody {
    async fn user(&self, _: &ProxyId) -> Result<Option<User>, UsersError> {
        Ok(None)
    }
    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(Vec::new())
    }
}

impl World {
    pub(crate) fn new(engine: ScriptedEngine, config: PoolConfig) -> Self {
        Self::with(engine, config, &Limits::default(), Arc::new(NoMeter))
    }

    pub(crate) fn with(
        engine: ScriptedEngine,
        config: PoolConfig,
        limits: &Limits,
        meter: Arc<dyn Meter>,
    ) -> Self {
        let sandboxes = Sandboxes::new(Arc::new(engine.clone()), config);
        let site = |address: &str| (address.parse().unwrap(), Arc::new(site(address, limits)));
        let sites = [A, B].map(site);
        let sites = Arc::new(Sites(sites.into()));
        Self {
            appspaces: Appspaces::new(Parts {
                directory: Arc::clone(&sites) as Arc<dyn Directory>,
                authenticator: Arc::new(Nobody),
                door: None,
                sandboxes: Arc::clone(&sandboxes),
                meter,
                scheme: "https",
                grace: Duration::from_secs(5),
            }),
            engine,
            sandboxes,
            sites,
        }
    }

    pub(crate) fn gate(&self, address: &str) -> Gate {
        self.site(address).gate.clone()
    }

    pub(crate) fn site(&self, address: &str) -> &Site {
        &self.sites.0[&address.parse().unwrap()]
    }

    /// The answer to a program that sends something.
    pub(crate) fn post(&self, body: Body) -> impl Future<Output = Response<Body>> + use<> {
        let request = Request::post("/").header("host", A);
        self.appspaces.serve(request.body(body).unwrap())
    }

    /// The answer to a browser that goes to an appspace's front page.
    pub(crate) fn get(&self, address: &str) -> impl Future<Output = Response<Body>> + use<> {
        let request = Request::builder()
            .uri("/")
            .header("host", address)
            .header("accept", "text/html");
        self.appspaces.serve(request.body(empty_body()).unwrap())
    }
}

pub(crate) fn site(address: &str, limits: &Limits) -> Site {
    let owner = AccountId::new();
    let version = sample::version(&sample::app(owner, "App"), "1.0.0");
    let appspace = sample::appspace(owner, &version, address);
    let home = |number, method| Route {
        id: RouteId(number),
        method,
        pattern: "/".into(),
        end: true,
        access: Access::Public,
        handler: Handler::Function {
            name: String::new(),
        },
    };
    let routes = vec![home(0, Method::GET), home(1, Method::POST)];
    Site {
        gate: Gate::new(appspace.id),
        appspace,
        routes: Arc::new(RouteTable::compile(routes).unwrap()),
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
        users: Arc::new(Nobody),
        terms: Terms::new(limits.clone(), None),
        preview: None,
    }
}
