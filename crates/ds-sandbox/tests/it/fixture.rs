//! Apps made for one test, and sandboxes that run them.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{ApiVersion, AppspaceDir, AppspaceId, ProxyId, SandboxId};
use ds_sandbox::{
    AppCode, AppspaceMounts, Body, Call, DenoEngine, Engine, EngineConfig, Limits, Sandbox,
    SandboxSpec, StartError, Task, User, Users, UsersError, empty_body, find_deno,
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tempfile::TempDir;

/// What every fixture app of API 0 begins with: routes that are only a path and a handler.
const PRELUDE: &str = r#"
const ds = globalThis.DROPSERVER;
const route = (method, path, handler, auth = { allow: "public" }) =>
  ({ type: "function", method, path: { path, end: true }, auth, handler, handlerName: handler.name });
const text = (ctx, body, init) => ctx.req.respondWith(new Response(body, init));
const app = (routes, migrations) => {
  ds.appRoutes.setCallback(() => routes);
  ds.migrations.setCallback(migrations && (() => migrations));
};
"#;

/// An engine, one app and one appspace, in a directory of their own.
pub(crate) struct Fixture {
    pub(crate) engine: Arc<DenoEngine>,
    pub(crate) root: TempDir,
    pub(crate) appspace: AppspaceMounts,
    pub(crate) limits: Limits,
    api: ApiVersion,
}

impl Fixture {
    /// An app of API 0: `code` after the prelude.
    pub(crate) async fn new(code: &str) -> Self {
        Self::with(&format!("{PRELUDE}{code}"), ApiVersion::V0).await
    }

    /// An app of API 0 that brings its library: just `code`.
    pub(crate) async fn v0_without_prelude(code: &str) -> Self {
        Self::with(code, ApiVersion::V0).await
    }

    /// An app of API 1: just `code`.
    pub(crate) async fn v1(code: &str) -> Self {
        Self::with(code, ApiVersion::V1).await
    }

    /// An app of API 0, in an engine that is made like this.
    pub(crate) async fn with_engine(code: &str, config: EngineConfig) -> Self {
        Self::made(&format!("{PRELUDE}{code}"), ApiVersion::V0, config).await
    }

    async fn with(code: &str, api: ApiVersion) -> Self {
        Self::made(code, api, EngineConfig::default()).await
    }

    pub(crate) async fn made(code: &str, api: ApiVersion, config: EngineConfig) -> Self {
        let root = tempfile::tempdir().unwrap();
        let deno = find_deno(None).await.expect("these tests need Deno");
        let runtime = root.path().join("runtime");
        let fixture = Self {
            engine: Arc::new(DenoEngine::new(deno, &runtime, config).await.unwrap()),
            appspace: appspace(&root, "a"),
            root,
            limits: Limits {
                start: Duration::from_secs(15),
                response: Duration::from_secs(15),
                ..Limits::default()
            },
            api,
        };
        fixture.write("app.js", code);
        fixture
    }

    /// Adds a file to the app.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.run().join("app").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn run(&self) -> PathBuf {
        self.root.path().join("run")
    }

    pub(crate) fn spec(&self, task: Task) -> SandboxSpec {
        SandboxSpec {
            id: SandboxId::new(),
            code: AppCode {
                run: self.run(),
                entry: "app/app.js".into(),
                script: None,
                compiled: None,
                api: self.api,
                node_modules: false,
            },
            task,
            appspace: (task != Task::Learn).then(|| self.appspace.clone()),
            limits: self.limits.clone(),
        }
    }

    pub(crate) async fn try_start(&self, task: Task) -> Result<Box<dyn Sandbox>, StartError> {
        self.engine.start(self.spec(task)).await
    }

    pub(crate) async fn serve(&self) -> Box<dyn Sandbox> {
        self.try_start(Task::Serve).await.unwrap()
    }

    /// How a start fails, in words.
    pub(crate) async fn start_error(&self) -> String {
        match self.try_start(Task::Serve).await {
            Ok(_) => panic!("it started"),
            Err(error) => error.to_string(),
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.appspace.dir.log()).unwrap_or_default()
    }

    /// Waits until the appspace's log contains something.
    pub(crate) async fn logged(&self, what: &str) {
        eventually(&format!("{what:?} in the log"), || {
            self.log().contains(what)
        })
        .await;
    }

    /// How many runs there are; a launcher that waits has not made its socket yet.
    pub(crate) fn runs(&self) -> usize {
        let runs = fs::read_dir(self.root.path().join("runtime/runs")).unwrap();
        let launched = |run: &fs::DirEntry| run.path().join("s/c").exists();
        runs.flatten().filter(launched).count()
    }

    /// Whether the process that the log names last still runs.
    pub(crate) fn process_lives(&self) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process()));
        // One that nobody has waited for yet has ended all the same.
        status.is_ok_and(|status| !status.contains("State:\tZ"))
    }

    /// The launcher of that process: its parent.
    pub(crate) fn launcher(&self) -> rustix::process::Pid {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        let parent = parent.unwrap().trim().parse().unwrap();
        rustix::process::Pid::from_raw(parent).unwrap()
    }

    fn process(&self) -> String {
        let log = self.log();
        let (_, named) = log.rsplit_once("(process ").expect("a start in the log");
        named.split(')').next().unwrap().to_owned()
    }
}

pub(crate) fn appspace(root: &TempDir, name: &str) -> AppspaceMounts {
    let dir = AppspaceDir::new(root.path().join("appspaces").join(name));
    dir.create().unwrap();
    AppspaceMounts {
        id: AppspaceId::new(),
        address: "notes.example.com".parse().unwrap(),
        dir,
        users: Arc::new(Members),
        outlet: None,
    }
}

/// Members whose data is large enough to need more than one read from a socket.
pub(crate) struct Members;

pub(crate) fn member(id: &str) -> User {
    User {
        proxy_id: id.parse().unwrap(),
        display_name: format!("{id} ☃ {}", "x".repeat(200_000)),
        avatar: "a.jpg".into(),
        permissions: vec!["edit".into()],
        is_owner: id == "owner00",
    }
}

#[async_trait]
impl Users for Members {
    async fn user(&self, id: &ProxyId) -> Result<Option<User>, UsersError> {
        match id.as_str() {
            "broken" => Err(UsersError("the members could not be read".into())),
            "nobody" => Ok(None),
            id => Ok(Some(member(id))),
        }
    }

    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(["owner00", "member1"].map(member).into())
    }
}

/// A call of a route by anybody.
pub(crate) fn call(route: u32, path_and_query: &str) -> Call {
    Call {
        route,
        params: serde_json::json!({}),
        path_and_query: path_and_query.into(),
        origin: "https://notes.example.com".into(),
        proxy_id: None,
        scope: None,
    }
}

pub(crate) fn request() -> Request<Body> {
    Request::new(empty_body())
}

/// Status and body of a whole response.
pub(crate) async fn whole(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

pub(crate) async fn get(sandbox: &dyn Sandbox, route: u32) -> (u16, String) {
    let response = sandbox.request(call(route, "/"), request()).await;
    whole(response.unwrap()).await
}

/// Waits for a condition, and says which when it does not come about.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}
