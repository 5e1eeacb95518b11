//! The program as a process.
#![expect(
    clippy::disallowed_methods,
    reason = "the test starts the program as its user does"
)]

use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};

use ds_testkit::client::Client;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A running `ds-dev run`; killed when dropped.
pub(crate) struct DsDev {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    address: SocketAddr,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ds-dev"));
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}

impl DsDev {
    /// Starts it on a free port and waits until it serves.
    pub(crate) async fn run(app: &Path, args: &[&str]) -> Self {
        let mut command = command();
        command
            .arg("run")
            .arg(app)
            .args(["--listen", "127.0.0.1:0"])
            .args(args);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut dev = Self {
            child,
            lines,
            address: unknown,
        };
        let line = dev.wait_for("http://localhost:").await;
        let port = line
            .split("localhost:")
            .nth(1)
            .unwrap()
            .trim_end_matches('/');
        dev.address.set_port(port.parse().unwrap());
        dev
    }

    /// The next line that says this.
    pub(crate) async fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        let found = timeout(PATIENCE, async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if line.contains(text) {
                    return Some(line);
                }
                seen.push_str(&line);
                seen.push('\n');
            }
            None
        });
        let found = found.await.ok().flatten();
        found.unwrap_or_else(|| panic!("ds-dev never said `{text}`, but:\n{seen}"))
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    /// Stops it as Ctrl-C does, and waits for its end.
    pub(crate) async fn end(mut self) {
        let id = self.child.id().unwrap().to_string();
        let killed = Command::new("kill")
            .args(["-INT", &id])
            .status()
            .await
            .unwrap();
        assert!(killed.success());
        let status = timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
    }
}

/// Runs it to its end: whether it succeeded, what it printed, and what it complained about.
pub(crate) async fn output(args: &[&str]) -> (bool, String, String) {
    let output = timeout(PATIENCE, command().args(args).output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}
