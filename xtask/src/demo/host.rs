//! A running ds-host, and its commands.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    sync::Mutex,
    time::timeout,
};

use crate::shell::program;

/// The port that is taken if it is free.
const FIRST_PORT: u16 = 3000;
/// How long the host may take to start, and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Host {
    program: PathBuf,
    data_dir: PathBuf,
    child: Mutex<Child>,
    pid: u32,
    ready: Value,
    listen: SocketAddr,
}

impl Host {
    /// Starts a host on the first free port and waits until it takes requests.
    pub(super) async fn start(program: &Path, data_dir: &Path, deno: &Path) -> Result<Self> {
        let private = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(data_dir);
        private.with_context(|| format!("cannot make {}", data_dir.display()))?;
        let log_path = data_dir.join("demo.log");
        let log = fs::File::create(&log_path)
            .with_context(|| format!("cannot make {}", log_path.display()))?;
        let mut command = ds_host(program, data_dir);
        // A process group of its own: Ctrl-C reaches this task alone, which then stops the host once.
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{}", free_port()?)])
            .env("DS_DENO", deno)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().context("cannot start ds-host")?;
        let pid = child.id().context("ds-host ended at once")?;
        let stdout = child.stdout.take().context("ds-host has no output")?;
        let mut first = String::new();
        let mut lines = BufReader::new(stdout);
        let read = timeout(PATIENCE, lines.read_line(&mut first)).await;
        let said: Value = serde_json::from_str(&first).unwrap_or_default();
        let ready = said["ready"].clone();
        let listen = ready["listen"].as_str().and_then(|text| text.parse().ok());
        let (Ok(Ok(_)), Some(listen)) = (read, listen) else {
            let _ = child.kill().await;
            bail!("ds-host did not start: {}", reason(&said, &log_path));
        };
        Ok(Self {
            program: program.to_owned(),
            data_dir: data_dir.to_owned(),
            child: Mutex::new(child),
            pid,
            ready,
            listen,
        })
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The address of the account site.
    pub(super) fn site(&self) -> &str {
        self.ready["site"].as_str().unwrap_or_default()
    }

    pub(super) fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Runs a command that makes something; that it is there already is fine.
    pub(super) async fn make(&self, arguments: &[&str], input: &str) -> Result<()> {
        let answer = self.answer(arguments, input).await?;
        match answer["error"]["kind"].as_str() {
            None | Some("conflict") => Ok(()),
            Some(_) => bail!(refusal(arguments, &answer)),
        }
    }

    /// Runs a command.
    pub(super) async fn ask(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let answer = self.answer(arguments, input).await?;
        if answer["error"].is_object() {
            bail!(refusal(arguments, &answer));
        }
        Ok(answer)
    }

    async fn answer(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let mut command = ds_host(&self.program, &self.data_dir);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().context("cannot start ds-host")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&said)
            .with_context(|| format!("`ds-host {}` did not answer", arguments.join(" ")))
    }

    /// Waits for a host that ends by itself, which it should not.
    pub(super) async fn ended(&self) -> Result<()> {
        let status = self.child.lock().await.wait().await?;
        bail!(
            "ds-host ended by itself ({status}); {} says why",
            self.data_dir.join("demo.log").display()
        )
    }

    /// Stops the host: it finishes what it is doing.
    pub(super) async fn stop(&mut self) -> Result<()> {
        let child = self.child.get_mut();
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM).context("cannot stop ds-host")?;
        }
        if timeout(PATIENCE, child.wait()).await.is_err() {
            child.kill().await.context("cannot end ds-host")?;
            bail!("ds-host did not stop by itself within {PATIENCE:?} and was ended");
        }
        Ok(())
    }
}

fn ds_host(path: &Path, data_dir: &Path) -> Command {
    let mut command = Command::from(program(path));
    command.arg("--json").arg("--data-dir").arg(data_dir);
    command
}

fn free_port() -> Result<u16> {
    (FIRST_PORT..FIRST_PORT + 100)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .context("no port from 3000 to 3099 is free")
}

/// Why the host did not start: what it says, else the end of its log.
fn reason(said: &Value, log: &Path) -> String {
    if let Some(message) = said["error"]["message"].as_str() {
        let hint = said["error"]["hint"].as_str().unwrap_or_default();
        return format!("{message}\n{hint}");
    }
    let log = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn refusal(arguments: &[&str], answer: &Value) -> String {
    let text = |key: &str| answer["error"][key].as_str().unwrap_or_default();
    let (message, hint) = (text("message"), text("hint"));
    format!("`ds-host {}`: {message}\n{hint}", arguments.join(" "))
}
