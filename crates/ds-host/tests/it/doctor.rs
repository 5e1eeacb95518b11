//! What `ds-host doctor` says, on a computer with walls and on one without.

use std::process::{Command, Output};

use serde_json::Value;

/// Lets nobody below make a user namespace, and becomes what follows.
const WITHOUT: &str = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"";

fn doctor(command: &mut Command, config: &str) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ds-host.toml");
    std::fs::write(&file, config).unwrap();
    let data = dir.path().join("data");
    command
        .arg("--config")
        .arg(file)
        .arg("--data-dir")
        .arg(data);
    command.args(["doctor", "--json"]).output().unwrap()
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_ds-host")
}

/// `None` where an ordinary user cannot make namespaces, so that there is nothing to take away.
fn without_namespaces(config: &str) -> Option<Value> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test runs the program from outside"
    )]
    let mut command = Command::new("unshare");
    command.args([
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        WITHOUT,
        "sh",
        program(),
    ]);
    let output = doctor(&mut command, config);
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("unshare failed") {
        eprintln!("skipped: {said}");
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn state<'a>(found: &'a Value, layer: &str) -> &'a str {
    let layers = found["layers"].as_array().unwrap();
    let layer = layers.iter().find(|it| it["name"] == layer);
    layer.map_or("not told", |it| it["state"].as_str().unwrap())
}

#[test]
fn it_tells_which_walls_stand() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test runs the program from outside"
    )]
    let mut command = Command::new(program());
    let output = doctor(&mut command, "");
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["runs"], true, "{found}");
    for layer in ["namespaces", "system calls"] {
        assert_eq!(state(&found, layer), "active", "{found}");
    }
    for layer in [
        "user ids",
        "landlock",
        "memory",
        "threads",
        "processor time",
    ] {
        assert_ne!(state(&found, layer), "not told", "{found}");
    }
}

#[test]
fn without_namespaces_app_code_runs_only_if_the_configuration_says_so() {
    let Some(found) = without_namespaces("") else {
        return;
    };
    assert_eq!(found["runs"], false, "{found}");
    assert_eq!(state(&found, "namespaces"), "missing");

    let found = without_namespaces("[sandbox]\nallow_without_namespaces = true\n").unwrap();
    assert_eq!(found["runs"], true, "{found}");
    assert_eq!(state(&found, "namespaces"), "missing");
    assert_eq!(state(&found, "system calls"), "active");
}
