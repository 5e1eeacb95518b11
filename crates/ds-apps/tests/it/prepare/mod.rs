//! Preparing packages, and running what comes of it under Deno as a sandbox would.

mod bundle;
mod errors;
mod network;
mod npm;
mod npm_refused;
mod real;
mod rewrites;
mod runs;
mod tls;
mod web;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use ds_apps::{
    modules::Modules,
    prepare::{Prepare, PrepareError, Prepared, prepare},
};
use ds_core::{ApiVersion, AppVersionDir};
use tempfile::TempDir;

/// A package and a folder of modules on disk.
struct Fixture {
    root: TempDir,
    api: ApiVersion,
}

impl Fixture {
    fn new(package: &[(&str, &str)], tree: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (files, dir) in [(package, "v/app"), (tree, "tree")] {
            for (path, text) in files {
                put(&root.path().join(dir).join(path), text);
            }
        }
        fs::create_dir_all(root.path().join("v/app")).unwrap();
        Self {
            root,
            api: ApiVersion::V1,
        }
    }

    fn tree(&self) -> PathBuf {
        self.root.path().join("tree")
    }

    fn dir(&self) -> AppVersionDir {
        AppVersionDir::new(self.root.path().join("v"))
    }

    fn run_file(&self, path: &str) -> String {
        fs::read_to_string(self.dir().run().join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn prepare_with(
        &self,
        entrypoint: &str,
        modules: &Modules,
    ) -> Result<Prepared, PrepareError> {
        prepare(Prepare {
            dir: &self.dir(),
            entrypoint,
            api: self.api,
            modules,
        })
        .await
    }

    async fn prepare(&self, entrypoint: &str) -> Result<Prepared, PrepareError> {
        self.prepare_with(entrypoint, &Modules::new(vec![self.tree()], None))
            .await
    }

    /// Imports the prepared entry module as a sandbox does and gives what it prints.
    fn run(&self, prepared: &Prepared) -> String {
        let output = self.deno(prepared);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn deno(&self, prepared: &Prepared) -> Output {
        let harness = self.root.path().join("harness.js");
        let entry = prepared.code.run.join(&prepared.code.entry);
        put(
            &harness,
            &format!(
                "{HARNESS}await import({:?} + \"\");\n",
                format!("file://{}", entry.display())
            ),
        );
        let npm: &[&str] = if prepared.code.node_modules {
            &["--node-modules-dir=manual"]
        } else {
            &["--no-npm", "--node-modules-dir=none"]
        };
        deno_command()
            .args([
                "run",
                "-q",
                "--no-prompt",
                "--no-remote",
                "--cached-only",
                "--no-config",
                "--no-lock",
            ])
            .args(npm)
            .arg(format!("--allow-read={}", prepared.code.run.display()))
            .arg(&harness)
            .env_clear()
            .env("DENO_DIR", self.root.path().join("none"))
            .env("NO_COLOR", "1")
            .current_dir(self.root.path())
            .output()
            .unwrap()
    }
}

/// What every app finds; enough for an app of API 0 to say that it is ready.
const HARNESS: &str = r#"
globalThis.window = globalThis;
globalThis.DROPSERVER = {
  appPath: "/app", appspacePath: "/files", avatarsPath: "/avatars",
  appRoutes: { setCallback(cb) { globalThis.appRoutes = cb; } },
  migrations: { setCallback(cb) { globalThis.appMigrations = cb; } },
  users: { get() {}, getAll() {} },
};
"#;

#[expect(
    clippy::disallowed_methods,
    reason = "what was prepared must run in a real Deno"
)]
fn deno_command() -> Command {
    Command::new(std::env::var_os("DS_DENO").unwrap_or_else(|| "deno".into()))
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file below a folder and its text, without source maps.
fn texts(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, without_map(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn without_map(text: &str) -> String {
    text.split("//# sourceMappingURL=")
        .next()
        .unwrap()
        .trim_end()
        .to_owned()
}
