//! One attempt's surroundings, from before the host starts until nothing is left of it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    Answer, Host, Mode, Outcome, Said,
    bystander::{self, Watch},
    canary::{self, Canaries},
    cgroups::Delegation,
    http, leftovers,
    mode::User,
    programs,
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
    scene: Option<Scene>,
    canaries: Canaries,
    delegation: Option<Delegation>,
    user: User,
    settings: String,
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
            scene: None,
            canaries: Canaries::set(dir.path(), user),
            delegation: mode.has_cgroups().then(|| Delegation::make(user)),
            user,
            settings: String::new(),
            dir,
        }
    }

    /// Adds a line to the `[sandbox]` section of the configuration.
    pub(crate) fn limit(&mut self, line: &str) {
        self.settings.push_str(line);
        self.settings.push('\n');
    }

    /// Has an app try things and tell how each went. `tries` is JavaScript: the properties of an object, each a
    /// function. They find `T`, where things outside are, and `dropserver` as `ds`.
    pub(crate) fn tries(&mut self, tries: &str) -> Outcome {
        self.app(tries, &[]);
        self.attack()
    }

    /// Installs such an app without letting it try anything yet, with more files if need be.
    pub(crate) fn app(&mut self, tries: &str, files: &[(&str, &str)]) {
        self.open(Runtime::Deno);
        let source = include_str!("tries.js").replace("/* TRIES */", tries);
        let mut files = files.to_vec();
        files.push(("tries.js", &source));
        files.push(("app.js", include_str!("attacker.js")));
        self.settle(&files).unwrap();
    }

    /// The same for an app that may well be refused when it is installed; says in which words.
    pub(crate) fn install(&mut self, files: &[(&str, &str)]) -> Result<(), String> {
        self.open(Runtime::Deno);
        self.settle(files)
    }

    /// Has a conquered runtime make an attempt and tell how each part of it went.
    pub(crate) fn probe(&mut self, attempt: &str) -> Outcome {
        self.conquer(attempt);
        self.attack()
    }

    /// Puts a conquered runtime in Deno's place, without letting it try anything yet.
    pub(crate) fn conquer(&mut self, attempt: &str) {
        self.open(Runtime::Probe);
        self.settle(&[("attempt.txt", attempt), ("app.js", "")])
            .unwrap();
    }

    /// Lets the attacker do its worst and reads what it says about it.
    pub(crate) fn attack(&self) -> Outcome {
        let answer = self.get("/try");
        assert_eq!(answer.status, 200, "{answer:?}\n{}", self.log());
        Outcome::read(&answer.body)
    }

    /// What the attacker answers to a request. Nothing it says may have the secret in it.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let answer = http::get(self.address(), ATTACKER, path, ATTACK);
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.log()));
        self.keeps_secrets(&answer.head);
        self.keeps_secrets(&answer.body);
        answer
    }

    /// Makes a second appspace of the attacker's app and asks it.
    pub(crate) fn second(&self, path: &str) -> Answer {
        let create = ["appspace", "create", "--app", LABEL, "--address", SECOND];
        self.host().command(&create, "").unwrap();
        let host = format!("{SECOND}.localhost");
        let answer = http::get(self.address(), &host, path, ATTACK).unwrap();
        self.keeps_secrets(&answer.body);
        answer
    }

    /// Waits until the attacker's appspace answers a request again: one end is no end of it.
    pub(crate) fn until_it_answers(&self, path: &str) {
        let deadline = Instant::now() + ATTACK;
        loop {
            let answer = self.get(path);
            if answer.status == 200 {
                return;
            }
            let log = self.log();
            assert!(Instant::now() < deadline, "{path}: {answer:?}\n{log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks for something that takes all there is: it is ended, or it could take no more than so much.
    pub(crate) fn expect_end_or_less(&self, path: &str, what: &str, most: u64) {
        let answer = self.get(path);
        if answer.status != 200 {
            assert_eq!(answer.status, 502, "{answer:?}");
            eprintln!("it was ended:\n{}", self.log());
            return;
        }
        let outcome = Outcome::read(&answer.body);
        if let Said::Got(_) = outcome.said(what) {
            let taken = outcome.number(what);
            eprintln!("it took {taken} {what}");
            assert!(taken <= most, "{taken} {what}\n{}", self.log());
        }
    }

    /// Waits until the attacker's log has these words.
    pub(crate) fn expect_log(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.log().contains(words) {
            assert!(Instant::now() < deadline, "no {words} in\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Whether the attacker's app was taken.
    pub(crate) fn is_settled(&self) -> bool {
        self.scene().attacker.is_some()
    }

    /// The bytes that come back for what is sent.
    pub(crate) fn exchange(&self, request: &str, most: usize, within: Duration) -> Vec<u8> {
        let got = http::exchange(self.address(), request, most, within).unwrap();
        self.keeps_secrets(&String::from_utf8_lossy(&got));
        got
    }

    fn address(&self) -> std::net::SocketAddr {
        self.scene().host.address
    }

    /// The secret is nowhere in this text.
    pub(crate) fn keeps_secrets(&self, text: &str) {
        assert!(!text.contains(&self.canaries.secret), "a leak: {text}");
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

    /// Starts the host, with the other appspace, unless it runs.
    fn open(&mut self, runtime: Runtime) {
        if self.scene.is_some() {
            return;
        }
        self.configure(runtime);
        let host = self.start();
        host.make_account();
        let app = self.folder("hello", &[("app.js", include_str!("hello.js"))]);
        let bystander = host.settle(&app, bystander::LABEL).unwrap();
        let private = bystander.join("data/files/private.txt");
        fs::write(&private, &self.canaries.secret).unwrap();
        self.user.own(&private);
        self.canaries.keep(private);
        self.scene = Some(Scene {
            watch: Watch::start(host.address),
            host,
            bystander,
            attacker: None,
        });
    }

    fn configure(&self, runtime: Runtime) {
        let program = match runtime {
            Runtime::Deno => "deno",
            Runtime::Probe => "escape-probe",
        };
        let program = programs::dir().join(program);
        let text = format!(
            "[deno]\npath = {:?}\n[sandbox]\n{}",
            program.display().to_string(),
            self.settings
        );
        fs::write(self.outside("dropserver.toml"), text).unwrap();
    }

    fn settle(&mut self, files: &[(&str, &str)]) -> Result<(), String> {
        let targets = self.targets();
        let module = format!("export const T = {targets};");
        let mut files = files.to_vec();
        files.push(("targets.js", &module));
        let targets = targets.to_string();
        files.push(("targets.json", &targets));
        let folder = self.folder(LABEL, &files);
        let dir = self.host().settle(&folder, LABEL)?;
        self.scene.as_mut().expect("the host was started").attacker = Some(dir);
        Ok(())
    }

    /// Kills the host, waits until nothing of it runs any more, and starts it again. Gives what it had for its
    /// sandboxes below its data directory when it died.
    pub(crate) fn kill_host(&mut self) -> Vec<PathBuf> {
        let mut scene = self.scene.take().expect("the host was started");
        scene.watch.check();
        let runs = list(&scene.host.data.join("runtime/runs"));
        let children = leftovers::descendants(scene.host.pid());
        assert!(!children.is_empty(), "no sandbox was awake");
        scene.host.kill();
        let left = leftovers::wait_until_gone(&children, Duration::from_secs(5));
        assert!(left.is_empty(), "these outlived the host: {left:?}");
        scene.host = self.start();
        scene.watch = Watch::start(scene.host.address);
        self.scene = Some(scene);
        runs
    }

    fn start(&self) -> Host {
        let environment = (canary::VARIABLE, self.canaries.secret.as_str());
        let delegation = self.delegation.as_ref();
        Host::start(self.dir.path(), self.user, delegation, environment)
    }

    /// Writes an app.
    fn folder(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.outside(name);
        let manifest = format!(
            r#"{{"name": "{name}", "version": "1.0.0", "entrypoint": "app.js", "ds-api": 1}}"#
        );
        for (name, text) in files.iter().chain(&[("dropapp.json", manifest.as_str())]) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    /// Looks at everything once more, ends the host and sees that nothing is left.
    pub(super) fn finish(mut self) {
        let mut scene = self.scene.take().expect("something was tried");
        scene.watch.check();
        assert!(scene.host.runs(), "the host ended: {}", scene.host.log());
        self.canaries.check();
        check_database(&scene.host.data);
        let children = leftovers::descendants(scene.host.pid());
        let status = scene.host.stop(STOP);
        let status = status.unwrap_or_else(|| panic!("it did not stop: {}", scene.host.log()));
        assert!(status.success(), "{status}: {}", scene.host.log());
        let left = leftovers::wait_until_gone(&children, Duration::from_secs(5));
        assert!(left.is_empty(), "processes were left: {left:?}");
        if let Some(user) = self.user.id() {
            let theirs = leftovers::of_user(user);
            let others: Vec<_> = theirs
                .iter()
                .filter(|(pid, _)| *pid != self.canaries.pid())
                .collect();
            assert!(others.is_empty(), "processes were left: {others:?}");
        }
        let mounts = leftovers::mounts(self.dir.path());
        assert!(mounts.is_empty(), "mounts were left: {mounts:?}");
        let groups = self.delegation.as_ref().map(Delegation::children);
        let groups = groups.unwrap_or_default();
        assert!(groups.is_empty(), "cgroups were left: {groups:?}");
    }
}

/// What is in a directory; nothing if it is not there.
fn list(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The host's own database is one.
fn check_database(data: &Path) {
    let database = fs::read(data.join("host.db")).unwrap();
    assert!(
        database.starts_with(b"SQLite format 3\0"),
        "host.db was overwritten"
    );
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
