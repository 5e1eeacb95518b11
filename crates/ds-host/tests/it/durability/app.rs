//! An app that keeps numbered rows, in versions that work and that do not.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::web::{self, Answer};
use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";
const CODE: &str = include_str!("app.ts");

/// Works, and has a migration of its own.
pub(super) const SECOND: &str = r#"
app.migration(2, {
  up: () => once((db) => { db.exec("ALTER TABLE rows ADD COLUMN mark TEXT"); Deno.writeTextFileSync(filesPath("mark"), "2"); }),
  down: () => once((db) => { db.exec("ALTER TABLE rows DROP COLUMN mark"); Deno.removeSync(filesPath("mark")); }),
});
"#;
/// Spoils the data it is given, and does not come to an end of it.
pub(super) const MIGRATES_FOR_EVER: &str = r#"
app.migration(2, {
  up: async () => {
    once((db) => db.exec("DELETE FROM rows"));
    Deno.writeTextFileSync(filesPath("inside"), "");
    await new Promise((done) => setTimeout(done, 600_000));
  },
  down: () => {},
});
"#;
/// Is not ready for requests ever, once it was migrated to.
pub(super) const ANSWERS_NEVER: &str = r#"
app.migration(2, { up: () => Deno.writeTextFileSync(filesPath("mark"), "2"), down: () => {} });
app.get("/never", everyone, async () => {
  Deno.writeTextFileSync(filesPath("inside"), "");
  await new Promise((done) => setTimeout(done, 600_000));
  return text("late");
});
"#;

/// Writes until there is no room.
pub(super) const FILLS: &str = r#"
app.migration(2, {
  up: () => {
    once((db) => db.exec("DELETE FROM rows"));
    const chunk = crypto.getRandomValues(new Uint8Array(1 << 16));
    for (;;) Deno.writeFileSync(filesPath("big"), chunk, { append: true });
  },
  down: () => {},
});
"#;

/// A host with an account and the first version of the app.
pub(super) fn with_app(config: &str) -> Host {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    install(&host, "1.0.0", "");
    host
}

/// The package of a version of the app.
pub(super) fn package(host: &Host, version: &str, more: &str) -> String {
    let dir = host.dir.path().join(format!("keeper-{version}"));
    fs::create_dir(&dir).unwrap();
    let manifest = format!(
        r#"{{"name": "keeper", "version": "{version}", "entrypoint": "app.ts", "ds-api": 1}}"#
    );
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    let code = CODE.replace("VERSION", version).replace("MORE", more);
    fs::write(dir.join("app.ts"), code).unwrap();
    dir.display().to_string()
}

/// Installs a version of the app.
pub(super) fn install(host: &Host, version: &str, more: &str) {
    let package = package(host, version, more);
    host.run(&format!("app install {package} --json")).done();
}

/// Runs a command, to the end of the job that it is about.
pub(super) fn job(host: &Host, line: &str) -> Value {
    let done = host.run(&format!("{line} --json")).done();
    if let Some(job) = done.get("job") {
        assert_eq!(job["state"], "done", "{line}: {done}");
    }
    done
}

/// Has an appspace keep rows.
pub(super) fn keep(host: &Host, name: &str, rows: std::ops::Range<u64>) {
    let address = host.ready["listen"].as_str().unwrap();
    for n in rows {
        let kept = web::ask(
            address,
            &format!("POST /rows/{n}"),
            &format!("{name}.localhost"),
        );
        assert_eq!(kept.unwrap().status, 200);
    }
}

/// What an appspace has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) version: String,
    pub(super) rows: BTreeSet<u64>,
}

/// Asks an appspace what it has. Its database must be whole and say the same as its files.
pub(super) fn contents(host: &Host, name: &str) -> Contents {
    let answer = web::get(host, name, "/contents");
    Contents::of(&answer).unwrap_or_else(|| panic!("{name}: {answer:?}\n{}", log(host.dir.path())))
}

impl Contents {
    fn of(answer: &Answer) -> Option<Self> {
        let said: Value = serde_json::from_str(&answer.body).ok()?;
        assert_eq!(said["integrity"], "ok", "{said}");
        let (rows, lines) = (numbers(&said["rows"])?, numbers(&said["lines"])?);
        assert_eq!(rows, lines, "the database and the files differ");
        let version = said["version"].as_str()?.to_owned();
        Some(Self { version, rows })
    }
}

/// `1-7,9-9`
fn numbers(text: &Value) -> Option<BTreeSet<u64>> {
    let ranges = text.as_str()?.split(',').filter(|range| !range.is_empty());
    let mut found = BTreeSet::new();
    for range in ranges {
        let (from, to) = range.split_once('-')?;
        found.extend(from.parse().ok()?..=to.parse::<u64>().ok()?);
    }
    Some(found)
}

/// The end of what a host logged.
pub(super) fn log(dir: &Path) -> String {
    let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
