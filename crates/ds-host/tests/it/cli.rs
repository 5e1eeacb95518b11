//! Commands, as a person or a program gives them.

use std::{fs, path::Path};

use crate::host::{Host, run};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that greets everybody and has something for those who may.
const APP: &str = r#"
import { createApp, can, everyone, html } from "dropserver";
const app = createApp();
app.permission("moderate", "Hide entries");
app.get("/", everyone, () => html("<h1>hello from the app</h1>"));
app.get("/secret", can("moderate"), () => html("secret"));
export default app;
"#;

fn write_app(dir: &Path) {
    fs::create_dir(dir).unwrap();
    let manifest =
        r#"{"name": "greeter", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP).unwrap();
}

#[test]
fn a_host_from_start_to_end() {
    let host = Host::start();
    let site = host.ready["site"].as_str().unwrap();
    assert!(host.ready["setup"].as_str().unwrap().starts_with(site));
    assert!(
        host.get("dropserver.localhost", "/login")
            .contains("200 OK")
    );
    assert!(host.get("nobody.localhost", "/").contains("404"));

    let second = host.run("serve --json");
    assert_eq!(
        (second.code, second.json()["error"]["kind"].as_str()),
        (71, Some("not-started"))
    );

    let create = "account create --email ada@example.com --admin --password-stdin --json";
    let made = host.run_with(create, PASSWORD).done();
    assert_eq!(made["account"]["email"], "ada@example.com");

    let (status, dir) = host.stop();
    assert!(status.success(), "{status}");
    assert!(!dir.path().join("data/control.sock").exists());
    let host = Host::start_in(dir);
    assert!(host.ready["setup"].is_null());
    assert_eq!(
        host.run("app list --json").done()["apps"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_host_that_was_killed_starts_again() {
    let mut host = Host::start();
    let create = "account create --email ada@example.com --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let dir = host.kill();
    assert!(dir.path().join("data/control.sock").exists());
    let left = run(&dir.path().join("data"), &["app", "list", "--json"], "");
    assert_eq!(left.json()["error"]["kind"], "not-running");
    let host = Host::start_in(dir);
    host.run("app list --json").done();
}

#[test]
fn commands_that_are_not_done_say_why() {
    let host = Host::start();
    let check = |line: &str, input: &str, code: i32, kind: &str| {
        let answer = host.run_with(&format!("{line} --json"), input);
        assert_eq!(answer.code, code, "{line}: {answer:?}");
        assert_eq!(answer.json()["error"]["kind"], kind, "{line}");
        let words = host.run_with(line, input);
        assert_eq!((words.code, words.stdout.as_str()), (code, ""), "{line}");
        assert!(words.stderr.starts_with("error: "), "{line}: {words:?}");
    };
    let create = "account create --email ada@example.com --password-stdin";
    check("app list", "", 66, "not-found");
    check(create, "", 65, "invalid");
    check(create, "short\n", 65, "invalid");
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    check(create, PASSWORD, 73, "conflict");
    check("app install /no/such/package", "", 65, "invalid");
    check(
        "appspace create --app nothing --address notes",
        "",
        66,
        "not-found",
    );
    check(
        "appspace create --app nothing --address www",
        "",
        73,
        "conflict",
    );
    check("appspace pause notes", "", 66, "not-found");
    check("app list --config /no/such/file", "", 78, "configuration");
}

#[test]
fn a_command_line_that_makes_no_sense() {
    let dir = tempfile::tempdir().unwrap();
    let answer = run(dir.path(), &["app", "nonsense", "--json"], "");
    assert_eq!(
        (answer.code, answer.json()["error"]["kind"].as_str()),
        (2, Some("usage"))
    );
    let help = run(dir.path(), &["serve", "--help", "--json"], "");
    assert_eq!(help.code, 0);
    assert!(help.stdout.contains("--listen"), "{help:?}");
}

#[test]
fn without_a_host_commands_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let answer = run(dir.path(), &["app", "list", "--json"], "");
    assert_eq!(answer.code, 69);
    let error = &answer.json()["error"];
    assert_eq!(error["kind"], "not-running");
    let data_dir = dir.path().to_str().unwrap();
    assert!(
        error["message"].as_str().unwrap().contains(data_dir),
        "{error}"
    );
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .contains("ds-host serve --data-dir"),
        "{error}"
    );
}

#[test]
fn from_a_folder_to_a_page() {
    let host = Host::start();
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let create = "account create --email bob@example.com --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let app = host.dir.path().join("greeter");
    write_app(&app);
    let installed = host
        .run(&format!("app install {} --json", app.display()))
        .done();
    assert_eq!(installed["installed"]["app"], "greeter");
    let again = host.run(&format!("app install {} --json", app.display()));
    assert_eq!(again.code, 73, "{again:?}");

    let made = host
        .run("appspace create --app greeter@1.0.0 --address hello --json")
        .done();
    assert_eq!(made["appspace"]["status"], "asleep");
    assert!(
        host.get("hello.localhost", "/")
            .contains("hello from the app")
    );
    let listed = host.run("appspace list --json").done();
    assert_eq!(listed["appspaces"][0]["status"], "awake");
    assert!(!host.get("hello.localhost", "/secret").contains("200 OK"));

    let paused = host.run("appspace pause hello --json").done();
    assert_eq!(paused["appspace"]["status"], "paused");
    assert!(host.get("hello.localhost", "/").contains("503"));
    assert_eq!(host.run("appspace resume hello").code, 0);
    assert!(
        host.get("hello.localhost", "/")
            .contains("hello from the app")
    );

    assert_eq!(
        host.run("appspace member add hello bob@example.com").code,
        0
    );
    let granted = host
        .run("appspace member grant hello bob@example.com moderate --json")
        .done();
    assert_eq!(granted["member"]["permissions"][0], "moderate");
    assert_eq!(
        host.run("appspace member grant hello bob@example.com fly")
            .code,
        65
    );
    let members = host.run("appspace member list hello --json").done();
    assert_eq!(members["members"].as_array().unwrap().len(), 2);
}
