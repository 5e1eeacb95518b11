//! A running ds-host.

use std::{
    fs::File,
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use ds_sandbox::Cgroup;
use ds_testkit::client::Client;
use serde_json::Value;

use crate::{
    probe::Ask,
    running::{Running, free_address, program},
    setup::{self, Setup},
};

/// What a host runs in its own place, once there is a line to read: whoever started it has moved it by then.
const WAITING: &str = r#"read -r go && exec "$0" "$@" </dev/null"#;
/// Where the account site answers.
const SITE: &str = "dropserver.localhost";
/// Where the appspace answers.
const APPSPACE: &str = "bench.localhost";
const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery staple";
/// The files that the app serves: their sizes.
pub(crate) const FILES: &[(&str, usize)] = &[("1k.txt", 1 << 10), ("100k.txt", 100 << 10)];

/// A running host.
pub(crate) struct Host {
    running: Running,
    dir: PathBuf,
    address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub(crate) took: Duration,
}

impl Host {
    /// Starts a host on a data directory and waits until it answers.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        // The shortest time there is: falling asleep is waited for.
        Self::start_with(dir, "idle_seconds = 1", None)
    }

    /// Starts a host with these lines of `[sandbox]`, in a control group if there is one.
    pub(crate) fn start_with(dir: &Path, sandbox: &str, group: Option<&Cgroup>) -> Result<Self> {
        let address = free_address()?;
        let config = dir.join("bench.toml");
        setup::write(&config, format!("[sandbox]\n{sandbox}\n").as_bytes())?;
        let log = File::create(dir.join("bench.log")).context("cannot write a log")?;
        let mut command = match group {
            Some(_) => waiting(dir)?,
            None => command(dir)?,
        };
        command.arg("--config").arg(config);
        command.args(["serve", "--listen", &address.to_string()]);
        command.stdout(Stdio::null()).stderr(log);
        command.stdin(group.map_or_else(Stdio::null, |_| Stdio::piped()));
        let site = Ask {
            address,
            host: SITE.to_owned(),
            path: "/".to_owned(),
            cookie: None,
        };

        let start = Instant::now();
        let mut running = Running::start(&mut command)?;
        if let Some(group) = group {
            group.add(running.id()).context("cannot move the host")?;
            running.say("go\n")?;
        }
        let answer = site.until_answered(&mut running);
        let answer = answer.with_context(|| end_of_log(dir))?;
        let took = answer.first_byte.duration_since(start);
        Ok(Self {
            running,
            dir: dir.to_owned(),
            address,
            took,
        })
    }

    /// Starts a host with one app and one appspace, made as people make them.
    pub(crate) fn with_app(setup: &Setup, name: &str) -> Result<Self> {
        let dir = setup.dir(name)?;
        let package = dir.join("package");
        setup::write(
            &package.join("dropapp.json"),
            include_bytes!("app/dropapp.json"),
        )?;
        setup::write(&package.join("app.ts"), include_bytes!("app/app.ts"))?;
        setup::write(&package.join("hello.ts"), include_bytes!("app/hello.ts"))?;
        for (file, size) in FILES {
            setup::write(&package.join("static").join(file), &content(*size))?;
        }
        let data = dir.join("data");
        std::fs::create_dir_all(&data)?;
        let host = Self::start(&data)?;
        let package = package.to_string_lossy().into_owned();
        host.make_account()?;
        host.ask(&["app", "install", &package], "")?;
        host.ask(
            &["appspace", "create", "--app", "Bench", "--address", "bench"],
            "",
        )?;
        Ok(host)
    }

    /// Makes the account that owns everything.
    pub(crate) fn make_account(&self) -> Result<()> {
        let create = ["account", "create", "--email", EMAIL, "--admin"];
        self.ask(&[&create[..], &["--password-stdin"]].concat(), PASSWORD)?;
        Ok(())
    }

    /// The host's process.
    pub(crate) fn id(&self) -> u32 {
        self.running.id()
    }

    /// A request to the appspace.
    pub(crate) fn asking(&self, path: &str) -> Ask {
        self.asking_at(APPSPACE, path)
    }

    /// A request to one of the appspaces.
    pub(crate) fn asking_at(&self, appspace: &str, path: &str) -> Ask {
        let host = format!("{appspace}:{}", self.address.port());
        Ask {
            address: self.address,
            host,
            path: path.to_owned(),
            cookie: None,
        }
    }

    /// The cookie of a member of the appspace, who logs in for it.
    pub(crate) fn member(&self, setup: &Setup) -> Result<String> {
        let at = |host: &str, path: &str| format!("http://{host}:{}{path}", self.address.port());
        let mut browser = Client::new(self.address).with_header("accept", "text/html,*/*");
        setup.runtime.block_on(async {
            let form = [("email", EMAIL), ("password", PASSWORD)];
            browser.post_form(&at(SITE, "/login"), &form).await;
            browser
                .get(&at(SITE, &format!("/appspacelogin?appspace={APPSPACE}")))
                .await;
        });
        let cookies = browser.cookies(APPSPACE);
        let session = cookies
            .get("ds-member")
            .context("the member could not log in")?;
        Ok(format!("ds-member={session}"))
    }

    /// Runs a command of ds-host against this host.
    pub(crate) fn ask(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let line = arguments.join(" ");
        let mut command = command(&self.dir)?;
        command.arg("--json").args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start ds-host")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("`ds-host {line}` failed: {said}");
        }
        serde_json::from_str(&said).with_context(|| format!("`ds-host {line}` said {said}"))
    }
}

/// A file of this size.
pub(crate) fn content(size: usize) -> Vec<u8> {
    b"Nothing to see here, only bytes.\n"
        .iter()
        .copied()
        .cycle()
        .take(size)
        .collect()
}

fn command(dir: &Path) -> Result<Command> {
    at(program(setup::ds_host()?), dir)
}

/// The same, begun when it is told.
fn waiting(dir: &Path) -> Result<Command> {
    let mut command = program("/bin/sh");
    command.args(["-c", WAITING]).arg(setup::ds_host()?);
    at(command, dir)
}

fn at(mut command: Command, dir: &Path) -> Result<Command> {
    command
        .arg("--data-dir")
        .arg(dir)
        .env("DS_DENO", setup::deno()?);
    Ok(command)
}

fn end_of_log(dir: &Path) -> String {
    let log = std::fs::read_to_string(dir.join("bench.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(10).collect();
    let lines: Vec<&str> = lines.into_iter().rev().collect();
    format!("ds-host did not start; its log ends:\n{}", lines.join("\n"))
}
