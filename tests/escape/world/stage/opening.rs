//! Starting a host with its two appspaces.

use std::{fs, path::PathBuf};

use super::{LABEL, Runtime, Scene, Stage};
use crate::escape::world::{
    Host, Mode, Outcome,
    bystander::{self, Watch},
    canary, programs,
};

impl Stage {
    /// Has an app try things and tell how each went. `tries` is JavaScript: the properties of an object, each a
    /// function. They find `T`, where things outside are, and `dropserver` as `ds`.
    pub(crate) fn tries(&mut self, tries: &str) -> Outcome {
        self.app(tries, &[]);
        self.attack()
    }

    /// Installs such an app without letting it try anything yet, with more files if need be.
    pub(crate) fn app(&mut self, tries: &str, files: &[(&str, &str)]) {
        self.open(Runtime::Deno);
        let source = include_str!("../tries.js").replace("/* TRIES */", tries);
        let mut files = files.to_vec();
        files.push(("tries.js", &source));
        files.push(("app.js", include_str!("../attacker.js")));
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

    /// The same where the host may well refuse to install it; says whether it did not.
    pub(crate) fn conquers(&mut self, attempt: &str) -> bool {
        self.open(Runtime::Probe);
        self.settle(&[("attempt.txt", attempt), ("app.js", "")])
            .is_ok()
    }

    /// Starts the host, with the other appspace, unless it runs.
    fn open(&mut self, runtime: Runtime) {
        if self.scene.is_some() {
            return;
        }
        self.configure(runtime);
        let host = self.start();
        host.make_account();
        let app = self.folder("hello", &[("app.js", include_str!("../hello.js"))]);
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
        // Waiting sandboxes of the probe cost little; with Deno's, one mode has to do.
        let warm = usize::from(runtime == Runtime::Probe || self.mode == Mode::Root);
        let program = program.display().to_string();
        let text = format!(
            "[deno]\npath = {program:?}\n[sandbox]\nwarm = {warm}\n{}{}",
            self.settings, self.sections
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

    pub(super) fn start(&self) -> Host {
        let environment = (canary::VARIABLE, self.canaries.secret.as_str());
        let delegation = self.delegation.as_ref();
        Host::start(self.dir.path(), self.user, delegation, environment)
    }

    /// Writes an app.
    fn folder(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.outside(name);
        let asked = if name == LABEL { &self.asked[..] } else { &[] };
        let asked = serde_json::to_string(asked).unwrap();
        let manifest = format!(
            r#"{{"name": "{name}", "version": "1.0.0", "entrypoint": "app.js", "ds-api": 1, "egress": {asked}}}"#
        );
        for (name, text) in files.iter().chain(&[("dropapp.json", manifest.as_str())]) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}
