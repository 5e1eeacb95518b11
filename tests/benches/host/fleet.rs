//! A data directory with many appspaces of real apps, to be woken.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use ds_core::{Address, Appspace, AppspaceDir, AppspaceId, AppspaceStore as _, DataDir};
use ds_sandbox::Cgroup;
use ds_store::Store;

use crate::{
    deno::HELLO,
    host::{FILES, Host, content},
    probe::Ask,
    setup::{self, Setup},
};

/// How long keeping what was compiled may take, and how often is looked.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// An app to make appspaces of: the name of its package, in lower case, and its modules.
pub(crate) struct App {
    /// Its name, and that of its appspaces: `name-0`, `name-1`, …
    pub(crate) name: &'static str,
    /// Its modules; `app.ts` is the one to begin with. It answers `/hello` and serves `static/` at `/public`.
    pub(crate) modules: Vec<(String, String)>,
}

/// The data directory.
pub(crate) struct Fleet(PathBuf);

impl App {
    /// The app that says hello.
    pub(crate) fn hello() -> Self {
        let modules = [
            ("app.ts", include_str!("app/app.ts")),
            ("hello.ts", include_str!("app/hello.ts")),
        ];
        Self {
            name: "hello",
            modules: modules
                .map(|(file, code)| (file.to_owned(), code.to_owned()))
                .to_vec(),
        }
    }

    fn write(&self, package: &Path) -> Result<()> {
        let manifest = serde_json::json!({
            "name": self.name, "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1,
        });
        setup::write(
            &package.join("dropapp.json"),
            manifest.to_string().as_bytes(),
        )?;
        for (file, code) in &self.modules {
            setup::write(&package.join(file), code.as_bytes())?;
        }
        let (file, size) = FILES[0];
        setup::write(&package.join("static").join(file), &content(size))
    }

    /// Where one of its appspaces answers.
    pub(crate) fn address(&self, number: usize) -> String {
        format!("{}-{number}.localhost", self.name)
    }

    /// A request that wakes an appspace.
    pub(crate) fn waking(&self, host: &Host, number: usize) -> Ask {
        host.asking_at(&self.address(number), "/hello")
    }

    /// Asks for a file, so that the host knows the appspace, which goes on sleeping.
    pub(crate) fn meet(&self, host: &Host, number: usize) -> Result<()> {
        let (file, size) = FILES[0];
        let path = format!("/public/{file}");
        host.asking_at(&self.address(number), &path).expect(size)?;
        Ok(())
    }
}

impl Fleet {
    /// Makes so many appspaces of each app. The first is made as people make them, and has been awake; the others
    /// are copies of it.
    pub(crate) fn make(setup: &Setup, name: &str, apps: &[&App], count: usize) -> Result<Self> {
        let dir = setup.dir(name)?;
        let fleet = Self(dir.join("data"));
        std::fs::create_dir_all(&fleet.0)?;
        let host = fleet.start("warm = 0", None)?;
        host.make_account()?;
        for app in apps {
            let package = dir.join(app.name);
            app.write(&package)?;
            host.ask(&["app", "install", &package.to_string_lossy()], "")?;
            let address = format!("{}-0", app.name);
            let create = ["appspace", "create", "--app", app.name];
            host.ask(&[&create[..], &["--address", &address]].concat(), "")?;
            app.waking(&host, 0).expect(HELLO.len())?;
        }
        drop(host);
        setup.runtime.block_on(fleet.copy(apps, count))?;
        Ok(fleet)
    }

    async fn copy(&self, apps: &[&App], count: usize) -> Result<()> {
        let data = DataDir::new(&self.0);
        let store = Store::open(&data.database()).await?;
        for app in apps {
            let first: Address = app.address(0).parse()?;
            let first = store.at(&first).await?.context("there is no appspace")?;
            for number in 1..count {
                let appspace = Appspace {
                    id: AppspaceId::new(),
                    address: app.address(number).parse()?,
                    ..first.clone()
                };
                let dir = |id| data.appspace(id).root().to_owned();
                setup::copy(&dir(first.id), &dir(appspace.id))?;
                store.add(&appspace).await?;
            }
        }
        store.close().await;
        Ok(())
    }

    /// Waits until something compiled is kept for so many appspaces.
    pub(crate) fn wait_until_compiled(&self, count: usize) -> Result<()> {
        let appspaces = self.0.join("appspaces");
        let until = Instant::now() + PATIENCE;
        loop {
            let dirs = std::fs::read_dir(&appspaces)?.filter_map(Result::ok);
            let kept = dirs.filter(|dir| {
                let compiled = AppspaceDir::new(dir.path()).compiled();
                let mut files = std::fs::read_dir(compiled).into_iter().flatten().flatten();
                files.any(|file| file.file_name().to_string_lossy().starts_with("script-"))
            });
            let kept = kept.count();
            if kept >= count {
                return Ok(());
            }
            ensure!(
                Instant::now() < until,
                "only {kept} of {count} appspaces keep what was compiled"
            );
            thread::sleep(PAUSE);
        }
    }

    /// Starts a host for them, with these lines of `[sandbox]`. All of them sleep.
    pub(crate) fn start(&self, sandbox: &str, group: Option<&Cgroup>) -> Result<Host> {
        Host::start_with(&self.0, sandbox, group)
    }
}
