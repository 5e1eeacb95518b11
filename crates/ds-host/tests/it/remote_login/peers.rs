//! Software of others that speaks IndieAuth: websites that know nothing of Dropserver, over TLS.

mod datasette;
mod django;
mod tunnel;

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use url::Url;

use super::authority::Authority;

/// A Python with the peers: where `DS_INDIEAUTH` says, or where `cargo xtask test` puts it.
fn python() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    let named = env::var_os("DS_INDIEAUTH").map(PathBuf::from).into_iter();
    named
        .chain([tools.join("indieauth/bin/python")])
        .find(|program| program.is_file())
        .expect(
            "a Python with datasette-indieauth and django-indieweb is there: `cargo xtask test` sees to it, \
             or DS_INDIEAUTH names one",
        )
}

/// A website, until it is dropped.
struct Peer {
    program: Child,
    /// Its address.
    at: Url,
    /// Where its files are.
    _dir: TempDir,
}

/// What belongs to a website.
struct Home {
    dir: TempDir,
    name: String,
}

impl Home {
    /// A directory with a certificate for this host name.
    fn new(name: &str, authority: &Authority) -> Self {
        let dir = tempfile::tempdir().unwrap();
        authority.write(dir.path(), &[name.to_owned()]);
        let name = name.to_owned();
        Self { dir, name }
    }

    fn path(&self, file: &str) -> String {
        self.dir.path().join(file).to_str().unwrap().to_owned()
    }

    /// Starts Python, and waits for the address it says it is at.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test starts the peer it talks to"
    )]
    fn start(self, arguments: &[&str], variables: &[(&str, &str)]) -> Peer {
        let mut program = Command::new(python())
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(program.stderr.take().unwrap());
        let mut lines = said.lines().map(Result::unwrap);
        let mut before = Vec::new();
        let port = lines.find_map(|line| {
            let port = port_in(&line);
            before.push(line);
            port
        });
        let port = port.unwrap_or_else(|| panic!("{}", before.join("\n")));
        // What it says later goes nowhere, but it must be able to say it.
        std::thread::spawn(move || lines.for_each(drop));
        let at = format!("https://{}:{port}/", self.name);
        let at = Url::parse(&at).unwrap();
        Peer {
            program,
            at,
            _dir: self.dir,
        }
    }
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("https://127.0.0.1:")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

impl Peer {
    fn page(&self, path: &str) -> Url {
        self.at.join(path).unwrap()
    }

    /// Its host, and its port.
    fn host(&self) -> &str {
        &self.at[url::Position::BeforeHost..url::Position::AfterPort]
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
