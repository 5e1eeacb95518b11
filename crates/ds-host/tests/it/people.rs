//! A friend is invited, comes, is kept out, let in again, and goes, with all they had; on the real program.

use std::fs;

use crate::{
    host::Host,
    visitor::{Page, Visitor},
};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
app.get("/", everyone, () => html("hello"));
export default app;
"#;

/// A host that Ada runs.
fn host() -> Host {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("dropserver.toml");
    fs::write(config, "[sandbox]\nwarm = 0\n").unwrap();
    let host = Host::start_in(dir);
    let create = format!("account create --email {ADA} --admin --password-stdin");
    assert_eq!(host.run_with(&create, PASSWORD).code, 0);
    let app = host.dir.path().join("greeter");
    fs::create_dir(&app).unwrap();
    let manifest =
        r#"{"name": "greeter", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(app.join("dropapp.json"), manifest).unwrap();
    fs::write(app.join("app.ts"), APP).unwrap();
    host
}

/// Bob follows the link of his invitation.
fn accept(host: &Host, link: &str) -> Page {
    let path = link
        .strip_prefix(host.ready["site"].as_str().unwrap())
        .unwrap();
    let nobody = Visitor::nobody(host);
    assert!(nobody.get(path).text.contains(BOB));
    let password = PASSWORD.trim_end();
    nobody.post(path, &[("password", password), ("again", password)])
}

/// Bob has an appspace, and something in the trash.
fn settle(host: &Host) {
    let app = host.dir.path().join("greeter");
    let install = format!("app install {} --owner {BOB} --json", app.display());
    host.run(&install).done();
    for name in ["hello", "old"] {
        let create = format!("appspace create --app greeter --address {name} --owner {BOB} --json");
        host.run(&create).done();
    }
    let delete = format!("appspace delete old --owner {BOB} --yes --json");
    host.run(&delete).done();
    assert!(host.get("hello.localhost", "/").contains("hello"));
}

/// What is left in a directory of the data directory.
fn left(host: &Host, dir: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(host.dir.path().join("data").join(dir)) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn a_friend_comes_and_goes() {
    let host = host();
    let invited = host.run(&format!("account invite {BOB} --json")).done();
    let link = invited["invited"]["link"].as_str().unwrap().to_owned();
    assert_eq!(accept(&host, &link).status, 303);
    assert_eq!(accept_again(&host, &link).status, 404);
    let bob = Visitor::log_in(&host, BOB, PASSWORD);
    assert_eq!(bob.get("/").status, 200);
    assert_eq!(bob.get("/people").status, 403);
    settle(&host);

    let blocked = host
        .run(&format!("account block {BOB} --pause --json"))
        .done();
    assert!(blocked["person"]["blocked"].is_string(), "{blocked}");
    assert_eq!(bob.get("/").status, 303, "his session is over");
    let again = Visitor::try_log_in(&host, BOB, PASSWORD);
    assert_eq!(again.status, 401, "{again:?}");
    assert!(host.get("hello.localhost", "/").contains("503"));
    let listed = host.run("account list --json").done();
    assert_eq!(listed["people"].as_array().unwrap().len(), 2);

    host.run(&format!("account unblock {BOB} --json")).done();
    assert_eq!(bob.get("/").status, 303, "and stays so");
    let bob = Visitor::log_in(&host, BOB, PASSWORD);
    assert!(bob.get("/").text.contains("hello"));
    let made = host.run(&format!("account admin {BOB} on --json")).done();
    assert_eq!(made["person"]["admin"], true);
    assert_eq!(bob.get("/people").status, 200);
    host.run(&format!("account admin {BOB} off --json")).done();

    let refused = host.run(&format!("account remove {BOB} --json"));
    assert_ne!(refused.code, 0, "nobody was asked");
    let gone = host
        .run(&format!("account remove {BOB} --yes --json"))
        .done();
    assert_eq!(gone["gone"]["email"], BOB);
    assert_eq!(bob.get("/").status, 303);
    assert!(host.get("hello.localhost", "/").contains("404"));
    for dir in ["appspaces", "apps", "trash"] {
        assert_eq!(left(&host, dir), Vec::<String>::new(), "{dir}");
    }
    let last = host.run(&format!("account remove {ADA} --yes --json"));
    assert_eq!(last.json()["error"]["kind"], "conflict");
    let ada = Visitor::log_in(&host, ADA, PASSWORD);
    let log = ada.get("/people/log").text;
    for said in [
        "blocked",
        "let in again",
        "made an admin",
        "removed an account",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
}

fn accept_again(host: &Host, link: &str) -> Page {
    let path = link
        .strip_prefix(host.ready["site"].as_str().unwrap())
        .unwrap();
    Visitor::nobody(host).get(path)
}

/// An account goes with what it has, whenever the power goes.
#[test]
fn a_removal_goes_on_after_a_crash() {
    let host = host();
    let create = format!("account create --email {BOB} --password-stdin");
    assert_eq!(host.run_with(&create, PASSWORD).code, 0);
    settle(&host);
    let (_, dir) = host.stop();
    // Killed at a point that lies within the removal: the trace of one tells which.
    let trace = dir.path().join("trace");
    let copy = tempfile::tempdir().unwrap();
    copy_all(dir.path(), copy.path());
    let host = Host::start_with(copy, &format!("trace:{}", trace.display()));
    let before = fs::read_to_string(&trace)
        .unwrap_or_default()
        .lines()
        .count();
    host.run(&format!("account remove {BOB} --yes --json"))
        .done();
    drop(host);
    let points = fs::read_to_string(&trace).unwrap();
    let at = |name: &str| points.lines().position(|point| point == name).unwrap();
    let names = ["removal: appspaces", "removal: apps", "removal: account"];
    let wanted = names.map(|name| at(name) + 1);
    assert!(wanted[0] > before);
    for point in wanted {
        let copy = tempfile::tempdir().unwrap();
        copy_all(dir.path(), copy.path());
        let host = Host::start_with(copy, &point.to_string());
        let killed = host.run(&format!("account remove {BOB} --yes --json"));
        assert_ne!(killed.code, 0, "{point}: {killed:?}");
        let (_, dir) = host.ended();
        let host = Host::start_in(dir);
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while host.run("account list --json").done()["people"]
            .as_array()
            .unwrap()
            .len()
            > 1
        {
            assert!(
                std::time::Instant::now() < deadline,
                "{point}: it does not go on"
            );
        }
        for dir in ["appspaces", "apps", "trash"] {
            assert_eq!(left(&host, dir), Vec::<String>::new(), "{point}: {dir}");
        }
    }
}

fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_all(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}
