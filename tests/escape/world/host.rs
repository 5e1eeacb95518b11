//! The real `ds-host`, as a process.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{cgroups::Delegation, mode::User, programs};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// A host that runs. It is killed when dropped, and its sandboxes go with it.
pub(crate) struct Host {
    child: Child,
    user: User,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it keeps everything.
    pub(crate) data: PathBuf,
    dir: PathBuf,
}

impl Host {
    /// Starts one below `dir`, where its `dropserver.toml` is, and waits until it is ready.
    pub(super) fn start(
        dir: &Path,
        user: User,
        delegation: Option<&Delegation>,
        environment: (&str, &str),
    ) -> Self {
        let (data, program) = (dir.join("data"), programs::dir().join("ds-host"));
        let log = fs::File::options()
            .append(true)
            .create(true)
            .open(dir.join("log"))
            .unwrap();
        let mut child = user
            .command_in(&program, delegation, Some(dir))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--config"])
            .arg(dir.join("dropserver.toml"))
            .arg("--data-dir")
            .arg(&data)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env(environment.0, environment.1)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let log = fs::read_to_string(dir.join("log")).unwrap();
            panic!("the host did not start: {line}{log}")
        });
        let address = said["ready"]["listen"].as_str();
        let address = address.unwrap_or_else(|| panic!("the host did not start: {said}"));
        Self {
            child,
            user,
            address: address.parse().unwrap(),
            data,
            dir: dir.to_owned(),
        }
    }

    /// Its number among the processes.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its own log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap()
    }

    /// What it has in memory, in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Gives a command; one object or the reason comes back.
    pub(crate) fn command(&self, words: &[&str], input: &str) -> Result<Value, String> {
        let mut child = self
            .user
            .command(&programs::dir().join("ds-host"))
            .args(words)
            .args(["--json", "--data-dir"])
            .arg(&self.data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        if output.status.success() {
            Ok(serde_json::from_str(&said).unwrap())
        } else {
            Err(said + &String::from_utf8_lossy(&output.stderr))
        }
    }

    /// The account that everything belongs to.
    pub(super) fn make_account(&self) {
        let words = "account create --email owner@example.com --admin --password-stdin";
        let words: Vec<&str> = words.split(' ').collect();
        self.command(&words, PASSWORD).unwrap();
    }

    /// Installs an app from a folder and makes an appspace of it, or says why not. Gives the appspace's directory.
    pub(crate) fn settle(&self, folder: &Path, label: &str) -> Result<PathBuf, String> {
        let before = self.appspaces();
        let installed = self.command(&["app", "install", folder.to_str().unwrap()], "")?;
        let app = installed["installed"]["app"].as_str().unwrap().to_owned();
        self.command(
            &["appspace", "create", "--app", &app, "--address", label],
            "",
        )?;
        let mut new = self.appspaces();
        new.retain(|dir| !before.contains(dir));
        Ok(new.remove(0))
    }

    fn appspaces(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.data.join("appspaces")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(&mut self, within: Duration) -> Option<ExitStatus> {
        self.signal(rustix::process::Signal::TERM);
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Kills it, as the kernel does when memory is short.
    pub(crate) fn kill(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}
