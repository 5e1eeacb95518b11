//! The `restic` that everybody has reads what is stored here.

use std::{fs, path::Path, process::Command};

use ds_backup::snapshots::{Grace, ReadBack, Retention};

use super::support::{Home, assert_same, later, quiet};

/// Runs restic on a repository, and gives what it printed.
#[expect(clippy::disallowed_methods, reason = "restic is what is compared with")]
pub(crate) fn restic_with(
    home: &Home,
    at: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> String {
    let ran = Command::new("restic")
        .args(["--no-cache", "--repo", at])
        .args(arguments)
        .env("RESTIC_PASSWORD_FILE", home.key_file())
        .env("HOME", home.dir.path())
        .envs(environment.iter().copied())
        .output()
        .expect("restic is installed: `cargo xtask test` does so");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "restic {arguments:?}: {said}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

pub(crate) fn restic(home: &Home, at: &str, arguments: &[&str]) -> String {
    restic_with(home, at, arguments, &[])
}

fn at(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn restic_lists_checks_and_restores_ours() {
    let mut home = Home::filled();
    // Links to what is no text come back whole from restic 0.16 and newer alone.
    fs::remove_file(home.live().join("files/link odd")).unwrap();
    let repository = home.open();
    home.store(&repository);
    home.about = later(&home.about, 5);
    let tree = home.copy();
    let stored = repository.store(&tree, &home.about, quiet()).unwrap();
    let (path, to) = (home.at(), home.dir.path().join("by-restic"));

    let listed = restic(&home, at(&path), &["snapshots", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let latest = &listed[1];
    assert_eq!(latest["id"], stored.id.to_string());
    assert_eq!(latest["hostname"], "notes.example.com");
    assert_eq!(latest["paths"], serde_json::json!(["/"]));
    let tags = latest["tags"].to_string();
    assert!(
        tags.contains(&format!("appspace:{}", home.about.appspace)),
        "{tags}"
    );
    assert!(tags.contains("reason:schedule"), "{tags}");

    let checked = restic(&home, at(&path), &["check", "--read-data"]);
    assert!(checked.contains("no errors were found"), "{checked}");
    restic(
        &home,
        at(&path),
        &["restore", "latest", "--target", at(&to)],
    );
    assert_same(&tree, &to);
    let note = restic(
        &home,
        at(&path),
        &["dump", "latest", "/data/files/note.txt"],
    );
    assert_eq!(note, "one");
    assert!(!home.dir.path().join(".cache").exists());
}

#[test]
fn restic_and_we_go_on_after_each_other() {
    let mut home = Home::filled();
    let repository = home.open();
    let first = home.store(&repository);
    let path = home.at();
    // What restic stores is neither ours to show nor to forget.
    let own = home.dir.path().join("own");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("letter"), "dear").unwrap();
    restic(&home, at(&path), &["backup", at(&own)]);
    home.about = later(&home.about, 24 * 60);
    let second = home.store(&repository);
    assert_eq!(repository.list(None).unwrap().len(), 2);

    let keep_one = Retention {
        last: 1,
        daily: 0,
        weekly: 0,
        monthly: 0,
    };
    let forgotten = repository.apply(home.about.appspace, &keep_one, &second.id);
    assert_eq!(forgotten.unwrap(), [first.id]);
    repository.prune(Grace::None, quiet()).unwrap();
    restic(&home, at(&path), &["check", "--read-data"]);
    let listed = restic(&home, at(&path), &["snapshots", "--json"]);
    assert_eq!(listed.matches("\"tree\"").count(), 2, "{listed}");

    restic(&home, at(&path), &["forget", "--keep-last", "1", "--prune"]);
    let verified = repository.verify(ReadBack::All, quiet()).unwrap();
    assert!(verified.is_sound(), "{verified:?}");
    let restored = home.restore(&repository, &second.id);
    assert!(restored.join("data/files/note.txt").exists());
}

#[test]
fn prune_waits_for_restic() {
    let home = Home::filled();
    let repository = home.open();
    home.store(&repository);
    let lock = home.at().join("locks");
    fs::create_dir_all(&lock).unwrap();
    fs::write(lock.join("a".repeat(64)), "busy").unwrap();
    let refused = repository
        .prune(Grace::None, quiet())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("restic unlock"), "{refused}");
    home.store(&repository);
}
