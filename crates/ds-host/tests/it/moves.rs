//! An appspace moves from one running host to another, and either of them dies on the way.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::host::{Answer, Host};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";
const CONFIG: &str = "[sandbox]\nwarm = 0\n[moves]\nallow = [\"127.0.0.0/8\"]\n";

/// An app that keeps what it is told.
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
const read = () => { try { return Deno.readTextFileSync("note"); } catch { return "nothing"; } };
app.get("/", everyone, () => html("says: " + read()));
app.get("/write", everyone, () => { Deno.writeTextFileSync("note", "by the app"); return html("written"); });
export default app;
"#;
const SAYS: &str = "says: by the app";

fn directory() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("dropserver.toml"), CONFIG).unwrap();
    dir
}

fn account(host: &Host, email: &str) {
    let create = format!("account create --email {email} --admin --password-stdin");
    assert_eq!(host.run_with(&create, PASSWORD).code, 0);
}

/// A host with an appspace at `notes.localhost`, and one without.
fn hosts() -> (TempDir, TempDir) {
    let old = Host::start_in(directory());
    account(&old, "ada@example.com");
    account(&old, "bob@example.com");
    let app = old.dir.path().join("keeper");
    fs::create_dir(&app).unwrap();
    let manifest = r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(app.join("dropapp.json"), manifest).unwrap();
    fs::write(app.join("app.ts"), APP).unwrap();
    let install = format!("app install {} --owner ada@example.com", app.display());
    assert_eq!(old.run(&install).code, 0);
    let create = "appspace create --app keeper --address notes --owner ada@example.com";
    assert_eq!(old.run(create).code, 0);
    let add = "appspace member add notes bob@example.com --as Bob --owner ada@example.com";
    assert_eq!(old.run(add).code, 0);
    assert!(old.get("notes.localhost", "/write").contains("written"));
    let new = Host::start_in(directory());
    account(&new, "ada@example.org");
    (old.stop().1, new.stop().1)
}

fn offer(old: &Host) -> String {
    let line = "appspace move-out notes --owner ada@example.com --json";
    let offered = old.run(line).done();
    offered["move-offer"]["code"].as_str().unwrap().to_owned()
}

fn take(new: &Host, code: &str) -> Answer {
    new.run(&format!("appspace move-in {code} diary --json"))
}

/// Which of them answers with the data.
fn serving(old: &Host, new: &Host) -> (bool, bool) {
    (
        old.get("notes.localhost", "/").contains(SAYS),
        new.get("diary.localhost", "/").contains(SAYS),
    )
}

fn port(host: &Host) -> String {
    let listen = host.ready["listen"].as_str().unwrap();
    listen.rsplit_once(':').unwrap().1.to_owned()
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_all(from, to.path());
    to
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_all(&entry.path(), &to);
            fs::set_permissions(&to, entry.metadata().unwrap().permissions()).unwrap();
        } else if kind.is_file() {
            fs::copy(entry.path(), to).unwrap();
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), to).unwrap();
        }
    }
}

#[test]
fn an_appspace_moves_with_data_and_members() {
    let (old, new) = hosts();
    let (old, new) = (Host::start_in(old), Host::start_in(new));
    let code = offer(&old);
    assert_eq!(serving(&old, &new), (true, false));
    let wrong = take(&new, &code.replace('#', "#A"));
    assert_eq!(wrong.code, 65, "{wrong:?}");
    let moved = take(&new, &code).done();
    assert_eq!(moved["job"]["state"], "done", "{moved}");
    assert_eq!(serving(&old, &new), (false, true));

    let to = format!("http://diary.localhost:{}/a/b?c=d", port(&new)).to_lowercase();
    let answer = old.get("notes.localhost", "/a/b?c=d").to_lowercase();
    assert!(answer.starts_with("http/1.1 308"), "{answer}");
    assert!(answer.contains(&format!("location: {to}\r\n")), "{answer}");

    let members = new.run("appspace member list diary --json").done();
    let members = members["members"].as_array().unwrap();
    let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
    assert_eq!(members.iter().map(name).collect::<Vec<_>>(), ["ada", "Bob"]);

    let ada = "--owner ada@example.com --json";
    let listed = old.run(&format!("appspace moves {ada}")).done();
    let one = &listed["moves"][0];
    assert_eq!(
        (&one["state"], &one["redirects"]),
        (&"moved".into(), &true.into())
    );
    let trash = old.run(&format!("trash list {ada}")).done();
    assert_eq!(trash["trash"].as_array().unwrap().len(), 1);
    let create = format!("appspace create --app keeper --address notes {ada}");
    assert_eq!(old.run(&create).code, 73, "its address is kept");
    old.run(&format!("appspace move-cancel notes --redirect {ada}"))
        .done();
    old.run(&create).done();
    assert!(old.get("notes.localhost", "/").contains("says: nothing"));
    let again = take(&new, &code);
    assert_ne!(again.code, 0);
}

#[test]
fn a_move_that_is_cancelled_changes_nothing() {
    let (old, new) = hosts();
    let (old, new) = (Host::start_in(old), Host::start_in(new));
    let code = offer(&old);
    let cancel = "appspace move-cancel notes --owner ada@example.com";
    assert_eq!(old.run(cancel).code, 0);
    let refused = take(&new, &code);
    assert_eq!(refused.code, 73, "{refused:?}");
    assert_eq!(serving(&old, &new), (true, false));
    assert_eq!(old.run(cancel).code, 66);
}

/// The names of the points that one of the hosts passes in a move that goes well, from its start on, and how many of
/// them belong to the start.
fn points(template: &(TempDir, TempDir), of_old: bool) -> (usize, Vec<String>) {
    let (old, new) = (copy(template.0.path()), copy(template.1.path()));
    let dir = if of_old { &old } else { &new };
    let trace = dir.path().join("points");
    let fault = format!("trace:{}", trace.display());
    let (old_fault, new_fault) = if of_old { (&*fault, "") } else { ("", &*fault) };
    let (old, new) = (
        Host::start_with(old, old_fault),
        Host::start_with(new, new_fault),
    );
    let read = || fs::read_to_string(&trace).unwrap_or_default();
    let start = read().lines().count();
    take(&new, &offer(&old)).done();
    (start, read().lines().map(str::to_owned).collect())
}

/// Kills one of the hosts at a point, starts both again, and looks who serves.
fn check(template: &(TempDir, TempDir), of_old: bool, at: usize, name: &str) {
    let what = format!(
        "{} host at {at}, {name}",
        if of_old { "old" } else { "new" }
    );
    let (old, new) = (copy(template.0.path()), copy(template.1.path()));
    let fault = at.to_string();
    let (old_fault, new_fault) = if of_old { (&*fault, "") } else { ("", &*fault) };
    let mut old = Host::start_with(old, old_fault);
    let mut new = Host::start_with(new, new_fault);
    let line = "appspace move-out notes --owner ada@example.com --json";
    let offered = old.run(line);
    if offered.code == 0 {
        let code = offered.json()["move-offer"]["code"].clone();
        let _ = take(&new, code.as_str().unwrap());
    }
    let (old_port, new_port) = (port(&old), port(&new));
    let (old, new) = (old.kill(), new.kill());
    // At the same ports: that is where they know each other.
    let old = Host::start_at(old, &old_port);
    let new = Host::start_at(new, &new_port);
    let mut now = serving(&old, &new);
    for _ in 0..100 {
        assert!(now != (true, true), "{what}: both serve it");
        if now.0 != now.1 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        now = serving(&old, &new);
    }
    assert!(now.0 != now.1, "{what}: {now:?}");
    if now.1 {
        assert!(old.get("notes.localhost", "/").contains("308"), "{what}");
    }
}

/// The points around what decides.
fn is_near_the_decision(name: &str) -> bool {
    ["commit a job", "publish"]
        .iter()
        .any(|word| name.contains(word))
}

#[test]
fn either_host_dies_around_the_decision() {
    let template = hosts();
    for of_old in [true, false] {
        let (start, points) = points(&template, of_old);
        assert!(points.len() > start + 6, "{points:?}");
        let all = points.iter().enumerate().skip(start);
        let near: Vec<_> = all.filter(|(_, name)| is_near_the_decision(name)).collect();
        assert!(near.len() > 1, "{points:?}");
        for (at, name) in near {
            check(&template, of_old, at + 1, name);
        }
    }
}

/// Two hosts are started twice for every point.
mod slow {
    use super::*;

    #[test]
    fn either_host_dies_at_every_point() {
        let template = hosts();
        for of_old in [true, false] {
            let (start, points) = points(&template, of_old);
            for (at, name) in points.iter().enumerate().skip(start) {
                check(&template, of_old, at + 1, name);
            }
        }
    }
}
