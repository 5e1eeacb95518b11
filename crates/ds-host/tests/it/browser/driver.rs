//! A ChromeDriver process, which starts Chromium and does with it what we ask.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

const MISSING: &str = "the browser tests need Chromium and ChromeDriver \
    (Debian, Ubuntu: `sudo apt-get install chromium chromium-driver`)";

/// A running ChromeDriver. When it is dropped, its browsers close too.
pub(super) struct Driver {
    child: Child,
    port: u16,
    /// What browsers keep while they run.
    profiles: TempDir,
}

impl Driver {
    /// Starts one on a port that is free.
    pub(super) fn start() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test looks at the pages as a person does, with a browser"
        )]
        let mut command = Command::new("chromedriver");
        let mut child = command
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{MISSING}: cannot start `chromedriver`: {error}"));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let port = stdout.lines().find_map(|line| port_in(&line.unwrap()));
        let port = port.unwrap_or_else(|| panic!("{MISSING}: `chromedriver` named no port"));
        Self {
            child,
            port,
            profiles: tempfile::tempdir().unwrap(),
        }
    }

    /// A new browser that has never been anywhere. It believes who has the key with this fingerprint.
    pub(super) async fn browser(&self, width: u32, key: Option<&str>) -> Client {
        let profile = tempfile::tempdir_in(self.profiles.path()).unwrap().keep();
        let arguments = [
            "--headless",
            // Pages that scroll slowly move away below the mouse.
            "--force-prefers-reduced-motion",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        arguments.push(format!("--window-size={width},900"));
        if let Some(key) = key {
            arguments.push(format!("--ignore-certificate-errors-spki-list={key}"));
        }
        let wanted = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap_or_else(|error| panic!("{MISSING}: Chromium did not start: {error}"))
    }
}

/// The port in "ChromeDriver was started successfully on port 35761."
fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    /// Asks it to close its browsers and end; one that does not answer is killed.
    fn drop(&mut self) {
        let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            stream.read(&mut [0; 64])
        });
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
