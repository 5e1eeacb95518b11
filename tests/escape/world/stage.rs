//! One attempt's surroundings, from before the host starts until nothing is left of it.

mod asking;
mod ending;
mod opening;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    Host, Mode, bystander::Watch, canary::Canaries, cgroups::Delegation, http, mode::User,
};

/// The host name at which the attacker answers.
pub(crate) const ATTACKER: &str = "attacker.localhost";
const LABEL: &str = "attacker";
/// Where another appspace of the attacker's app does.
const SECOND: &str = "second";
/// How long an attack may go on before somebody loses patience; more than an app has for an answer.
const ATTACK: Duration = Duration::from_secs(40);
const STOP: Duration = Duration::from_secs(20);

/// What runs as app code's runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runtime {
    Deno,
    Probe,
}

/// A request for the attacker that is the last on its connection.
pub(crate) fn request(path: &str) -> String {
    http::request(ATTACKER, path)
}

/// An attempt's surroundings.
pub(crate) struct Stage {
    /// How the host runs.
    pub(crate) mode: Mode,
    is_possible: bool,
    scene: Option<Scene>,
    canaries: Canaries,
    delegation: Option<Delegation>,
    user: User,
    settings: String,
    /// More sections of the configuration.
    sections: String,
    /// Other hosts that the attacker's manifest asks for.
    asked: Vec<String>,
    dir: TempDir,
}

/// A running host with two appspaces.
struct Scene {
    watch: Watch,
    host: Host,
    bystander: PathBuf,
    attacker: Option<PathBuf>,
}

impl Stage {
    /// Prepares a place; the host starts with the attack.
    pub(super) fn set(mode: Mode) -> Self {
        let user = User::of(mode);
        let dir = tempfile::Builder::new().prefix("ds-escape-").tempdir();
        let dir = dir.unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        user.own(&data);
        Self {
            mode,
            is_possible: true,
            scene: None,
            canaries: Canaries::set(dir.path(), user),
            delegation: mode.has_cgroups().then(|| Delegation::make(user)),
            user,
            settings: String::new(),
            sections: String::new(),
            asked: Vec::new(),
            dir,
        }
    }

    /// Adds a line to the `[sandbox]` section of the configuration.
    pub(crate) fn limit(&mut self, line: &str) {
        self.settings.push_str(line);
        self.settings.push('\n');
    }

    /// Adds a section to the configuration.
    pub(crate) fn section(&mut self, text: &str) {
        self.sections.push_str(text);
        self.sections.push('\n');
    }

    /// Has the attacker's manifest ask for other hosts.
    pub(crate) fn ask_for(&mut self, hosts: &[String]) {
        self.asked = hosts.to_vec();
    }

    /// Has the owner approve one.
    pub(crate) fn approve(&self, host: &str) {
        let words = ["appspace", "egress", LABEL, "--allow", host];
        self.host().command(&words, "").unwrap();
    }

    /// Says what the host's computer takes names for: the lines of its `/etc/hosts`, also while it runs. `false` if these
    /// tests have no right to; then nothing can be tried.
    pub(crate) fn names(&mut self, lines: &str) -> bool {
        self.is_possible = rustix::process::geteuid().is_root();
        fs::write(self.outside("hosts"), lines).unwrap();
        self.is_possible
    }

    /// The port at which nobody inside may reach anybody.
    pub(crate) fn forbidden_port(&self) -> u64 {
        self.canaries.targets()["port"].as_u64().unwrap()
    }

    /// Whether the attacker's app was taken.
    pub(crate) fn is_settled(&self) -> bool {
        self.scene().attacker.is_some()
    }

    /// The host.
    pub(crate) fn host(&self) -> &Host {
        &self.scene().host
    }

    /// The attacker's files, from outside.
    pub(crate) fn files(&self) -> PathBuf {
        self.attacker_dir().join("data/files")
    }

    /// What the attacker's appspace has in its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.attacker_dir().join("log.txt")).unwrap_or_default()
    }

    /// The process that serves the attacker's appspace, as its log tells.
    pub(crate) fn process(&self) -> i32 {
        // The log is written behind the app's back.
        self.expect_log("(process ");
        let log = self.log();
        let number = log.rsplit("(process ").next();
        let number = number.and_then(|rest| rest.split(')').next());
        let number = number.and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("no process in {log}"))
    }

    /// Where things outside are.
    pub(crate) fn targets(&self) -> Value {
        let mut targets = self.canaries.targets();
        let scene = self.scene();
        targets["hostPid"] = scene.host.pid().into();
        targets["data"] = text(&scene.host.data).into();
        targets["other"] = text(&scene.bystander).into();
        targets["files"] = scene.attacker.as_deref().map(text).into();
        targets
    }

    /// A file of the test, outside of everything.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Gives a file to who runs the host.
    pub(crate) fn give(&self, path: &Path) {
        self.user.own(path);
    }

    fn attacker_dir(&self) -> &Path {
        self.scene().attacker.as_deref().expect("it is installed")
    }

    fn scene(&self) -> &Scene {
        self.scene.as_ref().expect("the host was started")
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
