//! A running host, and commands to it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    /// The one object on standard output.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The object, of a command that was done.
    pub(crate) fn done(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.json()
    }
}

/// The program, about this data directory.
fn program(data_dir: &Path, arguments: &[&str]) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test runs the program from outside"
    )]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ds-host"));
    command.args(arguments).arg("--data-dir").arg(data_dir);
    command
}

/// Runs a command to its end.
pub(crate) fn run(data_dir: &Path, arguments: &[&str], input: &str) -> Answer {
    let mut child = program(data_dir, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has failed already reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running host with a data directory of its own; killed when dropped.
pub(crate) struct Host {
    child: Child,
    /// What it said when it was ready.
    pub(crate) ready: Value,
    pub(crate) dir: TempDir,
}

impl Host {
    /// Starts one and waits until it is ready.
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// The same, in a directory that is there; with its `dropserver.toml`, if it has one.
    pub(crate) fn start_in(dir: TempDir) -> Self {
        Self::start_with(dir, "")
    }

    /// The same, with faults ([`ds_core::fault`]).
    pub(crate) fn start_with(dir: TempDir, fault: &str) -> Self {
        Self::start_on(dir, "127.0.0.1:0", fault)
    }

    /// The same at a port of this computer, as people know it.
    pub(crate) fn start_at(dir: TempDir, port: &str) -> Self {
        Self::start_on(dir, &format!("127.0.0.1:{port}"), "")
    }

    /// The same at an address.
    pub(crate) fn start_on(dir: TempDir, listen: &str, fault: &str) -> Self {
        let log = fs::File::create(dir.path().join("log")).unwrap();
        let mut arguments = vec!["serve", "--json", "--listen", listen];
        let config = dir.path().join("dropserver.toml");
        if config.exists() {
            arguments.extend(["--config", config.to_str().unwrap()]);
        }
        let mut child = program(&dir.path().join("data"), &arguments)
            .stdout(Stdio::piped())
            .stderr(log)
            .env("DS_FAULT", fault)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let mut said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!(
                "{line}{}",
                fs::read_to_string(dir.path().join("log")).unwrap()
            )
        });
        assert!(said.get("ready").is_some(), "{said}");
        Self {
            child,
            ready: said["ready"].take(),
            dir,
        }
    }

    /// Runs a command about this host.
    pub(crate) fn run(&self, line: &str) -> Answer {
        self.run_with(line, "")
    }

    /// The same, with something on standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Answer {
        let arguments: Vec<&str> = line.split(' ').collect();
        run(&self.dir.path().join("data"), &arguments, input)
    }

    /// Runs a command whose standard output goes to a file.
    pub(crate) fn run_into(&self, line: &str, file: &Path) -> Answer {
        let arguments: Vec<&str> = line.split(' ').collect();
        let output = program(&self.dir.path().join("data"), &arguments)
            .stdin(Stdio::null())
            .stdout(fs::File::create(file).unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        Answer {
            code: output.status.code().unwrap(),
            stdout: String::new(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> (ExitStatus, TempDir) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap());
        (status, dir)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(mut self) -> (ExitStatus, TempDir) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(std::time::Instant::now() < deadline, "it does not end"),
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap());
        (status, dir)
    }

    /// Kills it, as a crash or a power cut would.
    pub(crate) fn kill(&mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap())
    }

    /// The response to a GET at a host name, head and body.
    pub(crate) fn get(&self, host: &str, path: &str) -> String {
        use std::io::Read as _;
        let address = self.ready["listen"].as_str().unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
