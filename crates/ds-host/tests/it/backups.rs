//! Snapshots, from the app that writes to the restic that everybody has.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that keeps what it is told, in a file.
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
const read = () => { try { return Deno.readTextFileSync("notes/today"); } catch { return "nothing"; } };
app.get("/", everyone, () => html("says: " + read()));
app.get("/write/:word", everyone, (ctx) => {
  Deno.mkdirSync("notes", { recursive: true });
  Deno.writeTextFileSync("notes/today", ctx.params.word);
  return html("written");
});
export default app;
"#;

fn host() -> Host {
    let host = Host::start();
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let dir = host.dir.path().join("keeper");
    fs::create_dir(&dir).unwrap();
    let manifest = r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP).unwrap();
    host.run(&format!("app install {} --json", dir.display()))
        .done();
    host.run("appspace create --app keeper --address notes --json")
        .done();
    host
}

fn done(host: &Host, line: &str) -> Value {
    let job = host.run(&format!("{line} --json")).done();
    assert_eq!(job["job"]["state"], "done", "{job}");
    job
}

fn write(host: &Host, word: &str) {
    let answer = host.get("notes.localhost", &format!("/write/{word}"));
    assert!(answer.contains("written"), "{answer}");
    says(host, "notes", word);
}

fn says(host: &Host, name: &str, word: &str) {
    let answer = host.get(&format!("{name}.localhost"), "/");
    assert!(answer.contains(&format!("says: {word}")), "{answer}");
}

#[expect(clippy::disallowed_methods, reason = "restic is what people have")]
fn restic(host: &Host, arguments: &[&str]) -> String {
    let data = host.dir.path().join("data");
    let ran = Command::new("restic")
        .args(["--no-cache", "--repo"])
        .arg(data.join("snapshots"))
        .args(arguments)
        .env("RESTIC_PASSWORD_FILE", host.dir.path().join("key"))
        .env("HOME", host.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "restic {arguments:?}: {said}");
    String::from_utf8(ran.stdout).unwrap()
}

/// Every file below a directory, but the database, which is opened and closed.
fn tree(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut left) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A stranger's form at the entrance, sent bit by bit until somebody takes the flag back, or the host ends it. It is being
/// read when this returns.
fn send_for_ever(host: &Host) -> Arc<AtomicBool> {
    let mut stream = TcpStream::connect(host.ready["listen"].as_str().unwrap()).unwrap();
    let head = "POST /.dropserver/enter/dropid HTTP/1.1\r\nHost: notes.localhost\r\nContent-Length: 60000\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let sends = Arc::new(AtomicBool::new(true));
    let goes_on = Arc::clone(&sends);
    thread::spawn(move || {
        while goes_on.load(SeqCst) && stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    sends
}

#[test]
fn a_strangers_form_that_never_ends_keeps_nothing_from_being_saved() {
    let host = host();
    write(&host, "one");
    let sends: Vec<_> = (0..3).map(|_| send_for_ever(&host)).collect();
    done(&host, "backup create notes");
    for one in sends {
        one.store(false, SeqCst);
    }
    says(&host, "notes", "one");
}

#[test]
fn what_was_is_there_again() {
    let host = host();
    assert_eq!(
        host.run("backup list --json").done()["backups"],
        serde_json::json!([])
    );
    write(&host, "one");
    done(&host, "backup create notes");
    says(&host, "notes", "one");
    write(&host, "two");
    done(&host, "backup restore notes latest");
    says(&host, "notes", "one");

    // How it was before is kept, and can be had beside it.
    let listed = host.run("backup list notes --json").done();
    let all = listed["backups"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{listed}");
    assert_eq!(all[0]["reason"], "before-restore");
    assert_eq!(all[1]["reason"], "asked");
    let before = all[0]["id"].as_str().unwrap();
    done(
        &host,
        &format!("backup restore notes {} --to beside", &before[..8]),
    );
    says(&host, "beside", "two");
    says(&host, "notes", "one");

    // One file.
    let line = format!("backup restore notes {before} --path notes/today");
    done(&host, &line);
    says(&host, "notes", "two");

    host.run("backup verify --read-data --json").done();
    let first = all[1]["id"].as_str().unwrap();
    host.run(&format!("backup forget notes {first} --json"))
        .done();
    let gone = host.run(&format!("backup restore notes {first} --json"));
    assert_eq!(gone.json()["error"]["kind"], "not-found", "{gone:?}");
    let none = host.run("backup restore nobody latest --json");
    assert_eq!(none.json()["error"]["kind"], "not-found", "{none:?}");
    let odd = host.run(&format!("backup restore notes {before} --path ../x --json"));
    assert_eq!(odd.json()["error"]["kind"], "invalid", "{odd:?}");
    says(&host, "notes", "two");
}

#[test]
fn restic_and_the_key_are_enough() {
    let host = host();
    write(&host, "one");
    done(&host, "backup create notes");
    let key = host.run("backup key --json").done();
    let key = key["backup-key"]["key"].as_str().unwrap();
    fs::write(host.dir.path().join("key"), key).unwrap();
    let words = host.run("backup key");
    assert!(words.stdout.starts_with(key), "{words:?}");

    let listed = restic(&host, &["snapshots", "--json"]);
    assert!(listed.contains("notes.localhost"), "{listed}");
    restic(&host, &["check", "--read-data"]);
    let to = host.dir.path().join("restored");
    restic(
        &host,
        &["restore", "latest", "--target", to.to_str().unwrap()],
    );
    let restored = tree(&to.join("data"));
    let made = host.run("appspace list --json").done();
    let id = made["appspaces"][0]["id"].as_str().unwrap();
    let live = host.dir.path().join("data/appspaces").join(id).join("data");
    // Nobody writes any more, and all is closed.
    let (status, _dir) = host.stop();
    assert!(status.success());
    assert_eq!(
        restored.keys().collect::<Vec<_>>(),
        tree(&live).keys().collect::<Vec<_>>()
    );
    assert!(restored == tree(&live));
    let about = fs::read_to_string(to.join("appspace.json")).unwrap();
    let about: Value = serde_json::from_str(&about).unwrap();
    assert_eq!(about["address"], "notes.localhost");
}

#[test]
fn a_host_that_keeps_none_says_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("dropserver.toml"),
        "[snapshots]\nenabled = false\n",
    )
    .unwrap();
    let host = Host::start_in(dir);
    let refused = host.run("backup key --json");
    assert_eq!(refused.json()["error"]["kind"], "conflict", "{refused:?}");
    assert!(!host.dir.path().join("data/snapshots.key").exists());
}
