//! Appspaces that leave a host in one file and come back on the same or another one.

use std::{fs, path::Path};

use serde_json::Value;

use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that keeps what it is told, from schema 1 in upper case.
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
const read = () => { try { return Deno.readTextFileSync("note"); } catch { return "nothing"; } };
app.get("/", everyone, () => html("says: " + read()));
app.get("/write", everyone, () => { Deno.writeTextFileSync("note", "by the app"); return html("written"); });
app.migration(1, { up() {}, down() {} });
SECOND
export default app;
"#;
const SECOND: &str =
    r#"app.migration(2, { up() { Deno.writeTextFileSync("note", read().toUpperCase()); } });"#;

fn install(host: &Host, version: &str, second: &str) {
    let dir = host.dir.path().join(format!("keeper-{version}"));
    fs::create_dir(&dir).unwrap();
    let manifest = format!(
        r#"{{"name": "keeper", "version": "{version}", "entrypoint": "app.ts", "ds-api": 1}}"#
    );
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP.replace("SECOND", second)).unwrap();
    host.run(&format!("app install {} --json", dir.display()))
        .done();
}

/// A host with two accounts.
fn host() -> Host {
    let host = Host::start();
    for who in ["ada@example.com --admin", "bob@example.com"] {
        let create = format!("account create --email {who} --password-stdin");
        assert_eq!(host.run_with(&create, PASSWORD).code, 0);
    }
    host
}

/// A host with an appspace in which something was written, and that appspace's archive.
fn exported(with: &str) -> (Host, String) {
    let host = host();
    install(&host, "1.0.0", "");
    let create = "appspace create --app keeper --address notes --json";
    host.run(create).done();
    let add = "appspace member add notes bob@example.com --as Bob";
    assert_eq!(host.run(add).code, 0);
    assert!(host.get("notes.localhost", "/write").contains("written"));
    let file = host.dir.path().join("notes.tar.zst");
    let file = file.to_str().unwrap().to_owned();
    let line = format!("appspace export notes {file} --json{with}");
    let done = host.run(&line).done();
    assert_eq!(done["job"]["state"], "done", "{done}");
    assert!(
        host.get("notes.localhost", "/")
            .contains("says: by the app")
    );
    (host, file)
}

fn members(host: &Host, name: &str) -> Vec<(String, String, bool)> {
    let members = host
        .run(&format!("appspace member list {name} --json"))
        .done();
    let members = members["members"].as_array().unwrap().iter();
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    members
        .map(|one| {
            (
                text(one, "id"),
                text(one, "name"),
                one["owner"].as_bool().unwrap(),
            )
        })
        .collect()
}

/// What is not there before an import must not be there after one that failed.
fn left(host: &Host) -> Vec<String> {
    let data = host.dir.path().join("data");
    let names = |dir: &Path| fs::read_dir(dir).unwrap().map(|one| one.unwrap().path());
    let all =
        ["appspaces", "apps", "staging"].map(|dir| names(&data.join(dir)).collect::<Vec<_>>());
    let mut all: Vec<_> = all
        .concat()
        .iter()
        .map(|one| one.display().to_string())
        .collect();
    all.sort();
    all
}

#[test]
fn an_appspace_goes_to_another_address_and_another_host() {
    let (host, file) = exported(" --with-package");
    let again = host.run(&format!("appspace export notes {file} --json"));
    assert_eq!(
        (again.code, again.json()["error"]["kind"].as_str()),
        (73, Some("conflict"))
    );

    let taken = host.run(&format!("appspace import {file} --address notes --json"));
    assert_eq!(taken.code, 73, "{taken:?}");
    let message = taken.json()["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("backup restore"), "{message}");
    host.run(&format!("appspace import {file} --address again --json"))
        .done();
    assert!(
        host.get("again.localhost", "/")
            .contains("says: by the app")
    );
    assert_eq!(members(&host, "again"), members(&host, "notes"));

    install(&host, "2.0.0", SECOND);
    let newer = format!("appspace import {file} --address newer --app keeper --json");
    let done = host.run(&newer).done();
    assert_eq!(done["job"]["state"], "done", "{done}");
    assert!(
        host.get("newer.localhost", "/")
            .contains("says: BY THE APP")
    );

    let other = self::host();
    let before = left(&other);
    let line = format!("appspace import {file} --address notes --json");
    let refused = other.run(&line);
    assert_eq!((refused.code, left(&other)), (66, before), "{refused:?}");
    let error = refused.json()["error"].take();
    assert!(
        error["hint"].as_str().unwrap().contains("--install"),
        "{error}"
    );
    let done = other.run(&format!("{line} --install")).done();
    assert_eq!(done["job"]["state"], "done", "{done}");
    assert!(
        other
            .get("notes.localhost", "/")
            .contains("says: by the app")
    );
    // Whose account is on the other host is nobody here; but the owner is the one who imported it.
    assert_eq!(members(&other, "notes"), members(&host, "notes"));
    assert_eq!(
        other.run("appspace member add notes bob@example.com").code,
        0
    );
    let owner = other.run("appspace member add notes ada@example.com");
    assert_eq!(owner.code, 73, "the owner is a member: {owner:?}");
}

#[test]
fn what_is_no_archive_is_refused_and_leaves_nothing() {
    let (host, file) = exported("");
    let before = left(&host);
    let whole = fs::read(&file).unwrap();
    let check = |name: &str, bytes: &[u8], expect: &str| {
        let bad = host.dir.path().join("bad");
        fs::write(&bad, bytes).unwrap();
        let line = format!("appspace import {} --address bad --json", bad.display());
        let refused = host.run(&line);
        assert_eq!(refused.code, 65, "{name}: {refused:?}");
        let message = refused.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(expect), "{name}: {message}");
        assert_eq!(left(&host), before, "{name}");
        assert!(host.get("bad.localhost", "/").contains("404"), "{name}");
    };
    check("text", b"hello there", "a file of another kind");
    check("cut off", &whole[..whole.len() / 2], "incomplete");
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    check("changed", &changed, "damaged");
    let missing = host.run("appspace import /no/such/file --address bad --json");
    assert_eq!(missing.code, 65, "{missing:?}");
    let nowhere = host.run("appspace export notes /no/such/dir/file --json");
    assert_eq!(nowhere.code, 65, "{nowhere:?}");
}

#[test]
fn a_backup_of_the_original_becomes_an_appspace() {
    let host = host();
    install(&host, "1.0.0", "");
    let zip = host.dir.path().join("backup.zip");
    let files: [(&str, &[u8]); 2] = [("files/note", b"of old"), ("logs/log.txt", b"started")];
    fs::write(&zip, ds_testkit::original::backup(&files)).unwrap();
    let line = format!("appspace import {} --address old --json", zip.display());
    let unknown = host.run(&line);
    assert_eq!(unknown.code, 65, "{unknown:?}");
    host.run(&format!("{line} --app keeper")).done();
    assert!(host.get("old.localhost", "/").contains("says: of old"));
    let expect = [
        ("aaaaaaaa", "Ada of old", true),
        ("bbbbbbbb", "Bob of old", false),
    ];
    let expect = expect.map(|(id, name, owner)| (id.into(), name.into(), owner));
    assert_eq!(members(&host, "old"), expect);
}
