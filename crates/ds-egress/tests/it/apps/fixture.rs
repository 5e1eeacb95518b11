//! The app of `tests/apps/egress` in a sandbox.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use ds_apps::{
    modules::Modules,
    prepare::{Prepare, prepare},
};
use ds_core::{
    ApiVersion, AppVersionDir, AppspaceDir, AppspaceId, ProxyId, SandboxId, usage::NoMeter,
};
use ds_egress::{Egress, EgressConfig, Grant, Secret};
use ds_net::AddressFilter;
use ds_sandbox::{
    AppspaceMounts, Call, DenoEngine, Engine as _, EngineConfig, Limits, Outlet, OutletSockets,
    Sandbox, SandboxSpec, Task, User, Users, UsersError, empty_body, find_deno,
};
use http::Request;
use http_body_util::BodyExt as _;
use tempfile::TempDir;

use crate::{
    sandbox::{Answers, until},
    server::Https,
};

pub(super) const VALUE: &str = "sk-0123456789";
pub(super) const HOSTS: [&str; 3] = ["api.example.com", "secret.example.com", "*.example.org"];

struct Nobody;

#[async_trait]
impl Users for Nobody {
    async fn user(&self, _: &ProxyId) -> Result<Option<User>, UsersError> {
        Ok(None)
    }
    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(Vec::new())
    }
}

/// An outlet whose sandbox trusts the test's server, too, as it would one on the internet.
struct Trusting(Arc<dyn Outlet>, String);

impl Outlet for Trusting {
    fn ports(&self) -> Vec<u16> {
        self.0.ports()
    }
    fn trusted(&self) -> Option<String> {
        Some(self.0.trusted().unwrap_or_default() + &self.1)
    }
    fn serve(&self, sockets: OutletSockets) -> Box<dyn Send + Sync> {
        self.0.serve(sockets)
    }
}

/// The app, running.
pub(super) struct App {
    sandbox: Box<dyn Sandbox>,
    dir: AppspaceDir,
    _engine: DenoEngine,
    _root: TempDir,
}

impl App {
    pub(super) async fn start(server: &Https) -> Self {
        let root = tempfile::tempdir().unwrap();
        let deno = find_deno(None).await.expect("these tests need Deno");
        let runtime = root.path().join("runtime");
        let engine = DenoEngine::new(deno, &runtime, EngineConfig::default())
            .await
            .unwrap();
        let version = AppVersionDir::new(root.path().join("version"));
        copy(&package(), &version.package());
        let modules = Modules::new(Vec::new(), None);
        let prepared = prepare(Prepare {
            dir: &version,
            entrypoint: "app.ts",
            api: ApiVersion::V1,
            modules: &modules,
        });
        let dir = AppspaceDir::new(root.path().join("appspace"));
        dir.create().unwrap();
        let id = AppspaceId::new();
        let spec = SandboxSpec {
            id: SandboxId::new(),
            code: prepared.await.unwrap().code,
            task: Task::Serve,
            appspace: Some(AppspaceMounts {
                id,
                address: "clients.example.net".parse().unwrap(),
                dir: dir.clone(),
                users: Arc::new(Nobody),
                outlet: Some(outlet(id, server)),
            }),
            limits: Limits::default(),
        };
        let sandbox = match engine.start(spec).await {
            Ok(sandbox) => sandbox,
            Err(error) => panic!("{}", ds_core::error_chain(&error)),
        };
        Self {
            sandbox,
            dir,
            _engine: engine,
            _root: root,
        }
    }

    /// What a client of the app gets.
    pub(super) async fn ask(&self, client: &str, url: &str) -> String {
        let call = Call {
            route: 0,
            params: serde_json::json!({ "client": client }),
            path_and_query: format!("/{client}?url={url}"),
            origin: "https://clients.example.net".into(),
            proxy_id: None,
            scope: None,
        };
        let answer = self.sandbox.request(call, Request::new(empty_body())).await;
        let body = answer
            .unwrap()
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.dir.log()).unwrap_or_default()
    }

    pub(super) async fn logs(&self, line: &str) {
        until(|| self.log().contains(line), &|| {
            format!("{line}: {}", self.log())
        })
        .await;
    }
}

/// What the owner approved: what the manifest asks for, and a secret for one host.
fn outlet(appspace: AppspaceId, server: &Https) -> Arc<dyn Outlet> {
    let address = server.address;
    let egress = Egress::new(EgressConfig {
        filter: AddressFilter::new(vec!["127.0.0.1/32".parse().unwrap()]),
        resolver: Arc::new(Answers(move |name: &str| {
            let inside = "169.254.169.254:443".parse().unwrap();
            Ok(vec![if name == "inside.example.org" {
                inside
            } else {
                address
            }])
        })),
        authorities: vec![server.pem.clone()],
        ..EgressConfig::default()
    });
    let manifest = ds_apps::manifest::read(&package()).unwrap();
    assert_eq!(manifest.manifest.egress.len(), 4, "{:?}", manifest.warnings);
    let hosts = vec!["secret.example.com".parse().unwrap()];
    let grant = Grant {
        appspace,
        rules: manifest.manifest.egress,
        secrets: vec![Secret::new("KEY", VALUE, hosts).unwrap()],
    };
    let outlet = egress.outlet(grant, Arc::new(NoMeter)).unwrap();
    let pem = String::from_utf8(server.pem.clone()).unwrap();
    Arc::new(Trusting(outlet, pem))
}

fn package() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/apps/egress");
    let has = package.join("node_modules/undici").is_dir();
    assert!(
        has,
        "run `npm ci` in tests/apps/egress (`cargo xtask test` does)"
    );
    package
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        let to = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
