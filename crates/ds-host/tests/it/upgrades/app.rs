//! An app in several versions that keeps lines in a file.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
};

use serde_json::Value;

use crate::host::{Answer, Host};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// What all versions have: reading what is there. `MORE` is what a version has of its own.
const APP: &str = r#"
import { createApp, everyone, filesPath, html } from "dropserver";
const app = createApp();
const file = filesPath("lines");
const read = () => { try { return Deno.readTextFileSync(file); } catch { return ""; } };
app.get("/", everyone, () => html("VERSION:" + read() + ":"));
app.post("/add", everyone, () => { Deno.writeTextFileSync(file, "kept,", { append: true }); return html("added"); });
MORE
export default app;
"#;

/// Marks the data: one migration up, one down.
const MARKS: &str = r#"
app.migration(1, {
  up: () => Deno.writeTextFileSync(file, read() + "up,"),
  down: () => Deno.writeTextFileSync(file, read().replace("up,", "")),
});
"#;
const THROWS: &str = r#"
app.migration(1, { up: () => { Deno.writeTextFileSync(file, "gone"); throw new Error("I cannot read line 3"); } });
"#;
const HANGS: &str = r#"
app.migration(1, { up: async () => { Deno.writeTextFileSync(file, "gone"); await new Promise((done) => setTimeout(done, 600000)); } });
"#;
/// Its migration makes of the data what the app itself cannot use.
const SPOILS: &str = r#"
app.migration(1, { up: () => Deno.writeTextFileSync(file, "spoilt") });
app.get("/page", everyone, () => { if (read() === "spoilt") throw new Error("what is this?"); return html("fine"); });
"#;

/// A host with version 1.0.0 at `lines.localhost`, one line in its data, and other versions installed.
pub(super) fn started() -> Host {
    let dir = tempfile::tempdir().unwrap();
    let config = "[sandbox]\nmigration_seconds = 3\nwarm = 0\n";
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    install(&host, "1.0.0", "");
    let create = "appspace create --app lines --address lines";
    assert_eq!(host.run(create).code, 0);
    assert!(add(&host).contains("added"));
    host
}

pub(super) fn install(host: &Host, version: &str, more: &str) {
    let package = host.dir.path().join(version);
    write(&package, version, more);
    let installed = host.run(&format!("app install {}", package.display()));
    assert_eq!(installed.code, 0, "{installed:?}");
}

/// Version 2.0.0 works, the others fail each in its way.
pub(super) fn install_all(host: &Host) {
    install(host, "2.0.0", MARKS);
    install(host, "3.0.0", THROWS);
    install(host, "4.0.0", HANGS);
    install(host, "5.0.0", SPOILS);
}

pub(super) fn install_good(host: &Host) {
    install(host, "2.0.0", MARKS);
}

fn write(dir: &Path, version: &str, more: &str) {
    fs::create_dir(dir).unwrap();
    let manifest = format!(
        r#"{{"name": "lines", "version": "{version}", "entrypoint": "app.ts", "ds-api": 1}}"#
    );
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    let code = APP.replace("VERSION", version).replace("MORE", more);
    fs::write(dir.join("app.ts"), code).unwrap();
}

/// Adds a line; the whole answer.
fn add(host: &Host) -> String {
    let address = host.ready["listen"].as_str().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "POST /add HTTP/1.1\r\nHost: lines.localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What the appspace shows: the version that answers, and its data.
pub(super) fn shown(host: &Host) -> String {
    let answer = host.get("lines.localhost", "/");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.trim().to_owned()
}

/// What the host says of it.
pub(super) fn appspace(host: &Host) -> Value {
    host.run("appspace list --json").done()["appspaces"][0].take()
}

pub(super) fn upgrade(host: &Host, to: &str) -> Answer {
    host.run(&format!("appspace upgrade --json lines {to}"))
}
