//! The API of the real program, by HTTP alone once there are an account and a token.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
};

use serde_json::{Value, json};

use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that keeps what it is told, in a file.
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
const read = () => { try { return Deno.readTextFileSync("today"); } catch { return "nothing"; } };
app.get("/", everyone, () => html("VERSION says: " + read()));
app.get("/write/:word", everyone, (ctx) => { Deno.writeTextFileSync("today", ctx.params.word); return html("written"); });
MORE
export default app;
"#;

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        let said = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {said}", self.head))
    }

    /// Of a request that was done.
    fn done(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}", self.json());
        self.json()
    }
}

struct Api<'h> {
    host: &'h Host,
    token: String,
}

impl<'h> Api<'h> {
    fn new(host: &'h Host, scope: &str) -> Self {
        let made = host
            .run(&format!("account token create test --scope {scope} --json"))
            .done();
        let token = made["token"]["secret"].as_str().unwrap().to_owned();
        Self { host, token }
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let address = self.host.ready["listen"].as_str().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: dropserver.localhost\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(all[..end].to_vec()).unwrap();
        let body = all.split_off(end + 4);
        let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
        Answer {
            status: head[9..12].parse().unwrap(),
            body: if is_chunked { unchunked(&body) } else { body },
            head,
        }
    }

    fn get(&self, path: &str) -> Value {
        self.send("GET", path, b"").done()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body.to_string().as_bytes()).done()
    }

    /// Follows a job that was begun to its end.
    fn follow(&self, begun: &Value) -> Value {
        let id = begun["job"]["id"].as_str().unwrap();
        let events = self.send("GET", &format!("/jobs/{id}/events"), b"");
        assert_eq!(events.status, 200, "{}", events.head);
        let text = String::from_utf8(events.body).unwrap();
        let last = text.lines().last().unwrap();
        let last: Value = serde_json::from_str(last).unwrap();
        assert_eq!(self.get(&format!("/jobs/{id}"))["job"], last);
        last
    }

    fn done(&self, begun: &Value) -> Value {
        let job = self.follow(begun);
        assert_eq!(job["state"], "done", "{job}");
        job
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = std::str::from_utf8(&body[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let from = line + 2;
        whole.extend_from_slice(&body[from..from + size]);
        if size == 0 {
            return whole;
        }
        body = &body[from + size + 2..];
    }
}

fn host() -> Host {
    let dir = tempfile::tempdir().unwrap();
    let config = "[sandbox]\nmigration_seconds = 5\nwarm = 0\n";
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    host
}

fn package(dir: &Path, version: &str, more: &str) -> Vec<u8> {
    let manifest = format!(
        r#"{{"name": "keeper", "version": "{version}", "entrypoint": "app.ts", "ds-api": 1}}"#
    );
    let code = APP.replace("VERSION", version).replace("MORE", more);
    let file = fs::File::create(dir.join(version)).unwrap();
    let gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (name, text) in [("dropapp.json", &manifest), ("app.ts", &code)] {
        let mut head = tar::Header::new_gnu();
        head.set_size(text.len() as u64);
        head.set_mode(0o644);
        tar.append_data(&mut head, name, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
    fs::read(dir.join(version)).unwrap()
}

/// An appspace `notes` on version 1.0.0, made by the API.
fn with_notes(api: &Api<'_>) {
    let package = package(api.host.dir.path(), "1.0.0", "");
    let installed = api.send("POST", "/apps", &package);
    assert_eq!(installed.status, 201, "{}", installed.json());
    api.post("/appspaces", &json!({"app": "keeper", "address": "notes"}));
}

fn says(host: &Host, name: &str, expect: &str) {
    let answer = host.get(&format!("{name}.localhost"), "/");
    assert!(answer.contains(expect), "{expect}: {answer}");
}

fn write(host: &Host, word: &str) {
    let answer = host.get("notes.localhost", &format!("/write/{word}"));
    assert!(answer.contains("written"), "{answer}");
}

/// What is left of work in the data directory.
fn staged(host: &Host) -> usize {
    let staging = host.dir.path().join("data/staging");
    fs::read_dir(staging).map_or(0, Iterator::count)
}

/// Waits until nothing is left of any work.
fn nothing_is_left(host: &Host) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while staged(host) > 0 {
        assert!(std::time::Instant::now() < until, "something is left");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn from_making_to_removing() {
    let host = host();
    let api = Api::new(&host, "manage");
    with_notes(&api);
    write(&host, "one");
    let snapshot = api.send("POST", "/appspaces/notes/snapshots", b"");
    assert_eq!(snapshot.status, 202);
    api.done(&snapshot.json());
    write(&host, "two");
    let listed = api.get("/appspaces/notes/snapshots");
    let id = listed["backups"][0]["id"].as_str().unwrap()[..12].to_owned();
    let path = format!("/appspaces/notes/snapshots/{id}/restore");
    api.done(&api.post(&path, &json!({})));
    says(&host, "notes", "says: one");

    let archive = api.send("GET", "/appspaces/notes/archive?package=true", b"");
    assert_eq!(archive.status, 200, "{}", archive.head);
    assert!(
        archive.head.contains("notes.localhost.tar.zst"),
        "{}",
        archive.head
    );
    let begun = api.send("POST", "/appspaces/import?address=again", &archive.body);
    assert_eq!(begun.status, 202, "{}", begun.json());
    api.done(&begun.json());
    says(&host, "again", "says: one");
    let broken = api.send(
        "POST",
        "/appspaces/import?address=third",
        &archive.body[..200],
    );
    let failed = api.follow(&broken.done());
    assert_eq!(failed["state"], "failed", "{failed}");

    // In two steps, once.
    let written = api.done(&api.post("/appspaces/notes/archives", &json!({})));
    let fetch = format!("/jobs/{}/archive", written["id"].as_str().unwrap());
    let fetched = api.send("GET", &fetch, b"");
    assert_eq!(&fetched.body[..4], [0x28, 0xb5, 0x2f, 0xfd], "zstd");
    assert_eq!(api.send("GET", &fetch, b"").status, 404);
    nothing_is_left(&host);

    let verified = api.done(&api.post("/snapshots/verify", &json!({"read_data": true})));
    assert!(verified["said"].as_str().unwrap().contains("All is well"));
    let jobs = api.get("/jobs");
    let jobs = jobs["jobs"].as_array().unwrap();
    assert!(jobs.iter().any(|job| job["kind"] == "verify"), "{jobs:?}");

    let deleted = api.send("DELETE", "/appspaces/notes", b"").done();
    assert_eq!(deleted["deleted"]["address"], "notes.localhost");
    assert!(host.get("notes.localhost", "/").contains("404"));
    api.send("DELETE", "/trash/notes", b"").done();
    assert_eq!(api.get("/trash")["trash"], json!([]));

    let list = host.run("account token list --json").done();
    let token = &list["tokens"][0];
    assert!(
        token["last_used"].is_string() && token["secret"].is_null(),
        "{token}"
    );
    let revoke = format!("account token revoke {}", token["id"].as_str().unwrap());
    assert_eq!(host.run(&revoke).code, 0);
    assert_eq!(api.send("GET", "/appspaces", b"").status, 401);
}

#[test]
fn others_see_nothing() {
    let host = host();
    let api = Api::new(&host, "manage");
    with_notes(&api);
    let job = api.done(&api.post("/appspaces/notes/archives", &json!({})));
    let create = "account create --email bob@example.com --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let made = host.run("account token create his --scope manage --owner bob@example.com --json");
    let bob = Api {
        host: &host,
        token: made.done()["token"]["secret"].as_str().unwrap().to_owned(),
    };
    let id = job["id"].as_str().unwrap();
    assert_eq!(bob.get("/appspaces")["appspaces"], json!([]));
    assert_eq!(bob.get("/jobs")["jobs"], json!([]));
    for (method, path) in [
        ("GET", "/appspaces/notes"),
        ("DELETE", "/appspaces/notes"),
        ("GET", "/appspaces/notes/archive"),
        ("POST", "/appspaces/notes/snapshots"),
        ("GET", &*format!("/jobs/{id}")),
        ("GET", &format!("/jobs/{id}/events")),
        ("GET", &format!("/jobs/{id}/archive")),
    ] {
        let refused = bob.send(method, path, b"");
        assert_eq!(refused.status, 404, "{path}: {}", refused.json());
    }
    assert_eq!(bob.send("POST", "/snapshots/verify", b"").status, 403);
}

#[test]
fn keys_are_made_and_removed() {
    let host = host();
    let api = Api::new(&host, "manage");
    with_notes(&api);
    let keys = "/appspaces/notes/keys";
    let made = api.post(keys, &json!({"name": "Backup", "days": 7}));
    assert!(made["key"]["secret"].as_str().unwrap().starts_with("ds_"));
    let link = json!({"name": "Family", "link": true, "path": "/albums", "never_expires": true});
    let link = api.post(keys, &link);
    assert_eq!(
        (&link["key"]["expires"], &link["key"]["path"]),
        (&Value::Null, &json!("/albums"))
    );
    let listed = api.get(keys)["keys"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["secret"], Value::Null, "told once");
    let one = format!("{keys}/{}", made["key"]["id"].as_str().unwrap());
    api.send("DELETE", &one, b"").done();
    assert_eq!(api.send("DELETE", &one, b"").status, 404);
    assert_eq!(
        api.get("/appspaces/notes/members")["members"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn an_archive_to_standard_output() {
    let host = host();
    let api = Api::new(&host, "manage");
    with_notes(&api);
    write(&host, "piped");
    let file = host.dir.path().join("piped.tar.zst");
    let said = host.run_into("appspace export notes - --with-package", &file);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    nothing_is_left(&host);
    let import = format!("appspace import {} --address copy --json", file.display());
    host.run(&import).done();
    says(&host, "copy", "says: piped");

    let nobody = host.run_into("appspace export nobody -", &file);
    assert_eq!(nobody.code, 66, "{nobody:?}");
    assert!(nobody.stderr.starts_with("error: "), "{nobody:?}");
    assert_eq!(fs::read(&file).unwrap(), b"");
    assert_eq!(host.run("appspace export notes - --json").code, 65);
}

#[test]
fn newer_versions_come_by_themselves() {
    let host = host();
    let api = Api::new(&host, "manage");
    with_notes(&api);
    write(&host, "kept");
    let mode = json!({"mode": "automatic"}).to_string();
    let chosen = api.send("PUT", "/appspaces/notes/upgrades", mode.as_bytes());
    assert_eq!(chosen.done()["upgrades"]["mode"], "automatic");
    let install = |version: &str, more: &str| {
        let package = package(host.dir.path(), version, more);
        let installed = api.send("POST", "/apps", &package);
        assert_eq!(installed.status, 201, "{}", installed.json());
    };
    let until = |what: &str, is_so: &dyn Fn(&Value) -> bool| {
        let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            let now = api.get("/appspaces/notes/upgrades")["upgrades"].take();
            if is_so(&now) {
                return now;
            }
            assert!(std::time::Instant::now() < end, "{what}: {now}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    install("1.1.0", "");
    until("1.1.0", &|now| now["version"] == "1.1.0");
    says(&host, "notes", "1.1.0 says: kept");

    // One that does not work is tried once, and everything stays.
    install(
        "1.2.0",
        r#"app.migration(1, { up: () => { throw new Error("I cannot"); } });"#,
    );
    let held = until("1.2.0", &|now| !now["held_back"].is_null());
    assert_eq!(
        (&held["version"], &held["held_back"]["version"]),
        (&json!("1.1.0"), &json!("1.2.0"))
    );
    assert!(
        held["held_back"]["failure"]
            .as_str()
            .unwrap()
            .contains("I cannot"),
        "{held}"
    );
    says(&host, "notes", "1.1.0 says: kept");
    let tries = || {
        let jobs = api.get("/jobs");
        let jobs = jobs["jobs"].as_array().unwrap().clone();
        let to = |job: &&Value| job["title"].as_str().unwrap().contains("to 1.2.0");
        jobs.iter().filter(to).count()
    };
    assert_eq!(tries(), 1);

    install("1.3.0", "app.migration(1, { up() {}, down() {} });");
    until("1.3.0", &|now| now["version"] == "1.3.0");
    assert_eq!(tries(), 1);
    says(&host, "notes", "1.3.0 says: kept");

    // Whoever goes back stays there.
    let back = host.run("appspace upgrade notes 1.1.0 --json").done();
    assert_eq!(back["job"]["state"], "done");
    let now = host.run("appspace upgrades notes --json").done();
    assert_eq!(now["upgrades"]["held_back"]["version"], "1.3.0", "{now}");
    assert!(now["upgrades"]["held_back"]["failure"].is_null());
}
