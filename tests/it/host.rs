//! A host for one test.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use ds_core::{AccountId, AppspaceId, DataDir};
use ds_host::{
    compose::Host,
    config::Config,
    listen::{self, Limits, Stop},
    ops::{AppspaceSummary, Installed, Names, OpError, Source},
};
use ds_testkit::client::Client;
use hyper::service::service_fn;
use tempfile::TempDir;

pub(crate) const EMAIL: &str = "owner@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running host with one account, and everything below its surface.
pub(crate) struct TestHost {
    pub(crate) host: Host,
    pub(crate) address: SocketAddr,
    pub(crate) owner: AccountId,
    pub(crate) data: DataDir,
    stop: Stop,
    _dir: TempDir,
}

impl TestHost {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::new(dir.path().join("data"));
        data.create().unwrap();
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Config::default()
        };
        // A host of a test has little to do; nothing needs to wait for it.
        config.sandbox.warm = 0;
        change(&mut config);
        let bound = listen::bind(config.listen).await.unwrap();
        let address = bound.address;
        let names = Names::new(
            config.site_host.clone(),
            config.domain.clone(),
            false,
            address.port(),
        );
        let host = Host::open(&config, &data, names).await.unwrap();
        let owner = host
            .ops
            .create_account(EMAIL, PASSWORD.into(), true)
            .await
            .unwrap()
            .id;

        let (stop, dispatch) = (Stop::default(), host.dispatch.clone());
        let handler = service_fn(move |request| {
            let dispatch = dispatch.clone();
            async move { Ok::<_, Infallible>(dispatch.answer(request).await) }
        });
        stop.spawn(bound.serve(None, handler, Limits::default(), stop.clone()));
        Self {
            host,
            address,
            owner,
            data,
            stop,
            _dir: dir,
        }
    }

    /// A test app.
    pub(crate) fn app(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("apps")
            .join(name)
    }

    /// The tree of remote modules of the test apps.
    pub(crate) fn modules() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("modules")
    }

    pub(crate) async fn install(&self, app: &str) -> Result<Installed, OpError> {
        let source = Source::Folder(Self::app(app));
        self.host
            .ops
            .install(self.owner, source, Some(Self::modules()))
            .await
    }

    pub(crate) async fn create(&self, app: &str, label: &str) -> Result<AppspaceSummary, OpError> {
        self.host.ops.create_appspace(self.owner, app, label).await
    }

    /// Installs a test app and makes an appspace of it.
    pub(crate) async fn with_appspace(&self, app: &str, label: &str) {
        let installed = self.install(app).await.unwrap();
        self.create(&installed.app.name, label).await.unwrap();
    }

    /// An address of the account site.
    pub(crate) fn site(&self, path: &str) -> String {
        self.at("dropserver", path)
    }

    /// An address of an appspace.
    pub(crate) fn at(&self, label: &str, path: &str) -> String {
        format!("http://{label}.localhost:{}{path}", self.address.port())
    }

    /// A browser that has seen nothing.
    pub(crate) fn browser(&self) -> Client {
        Client::new(self.address).with_header("accept", "text/html,*/*")
    }

    /// A program that has no session.
    pub(crate) fn program(&self) -> Client {
        Client::new(self.address)
    }

    /// A browser whose person has logged in.
    pub(crate) async fn logged_in(&self) -> Client {
        let mut browser = self.browser();
        let form = [("email", EMAIL), ("password", PASSWORD)];
        let answer = browser.post_form(&self.site("/login"), &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// A browser with a session at an appspace.
    pub(crate) async fn member_of(&self, label: &str) -> Client {
        let mut browser = self.logged_in().await;
        let host = format!("{label}.localhost");
        let way_in = self.site(&format!("/appspacelogin?appspace={host}"));
        browser.get(&way_in).await;
        assert!(
            browser.cookies(&host).contains_key("ds-member"),
            "no session at {host}"
        );
        browser
    }

    /// Waits until a request is inside an appspace.
    pub(crate) async fn wait_until_inside(&self, appspace: AppspaceId) {
        while self
            .host
            .gate(appspace)
            .is_none_or(|gate| gate.leases() == 0)
        {
            tokio::task::yield_now().await;
        }
    }

    /// How many statements were sent to any database, and how many sandboxes were started.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.host.queries(), self.host.sandboxes_started())
    }

    pub(crate) async fn end(self) {
        self.host.close_gates();
        self.stop.drain(std::time::Duration::from_secs(5)).await;
        self.host.close().await;
    }
}
