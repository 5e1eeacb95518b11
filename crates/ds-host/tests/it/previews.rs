//! A snapshot that is open for a look, beside the appspace that goes on.

use std::{fs, path::PathBuf};

use ds_testkit::client::Client;
use serde_json::Value;

use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

/// An app that keeps what it is told, in an `SQLite` database that it opens to write.
const APP: &str = r#"
import { createApp, everyone, html, members } from "dropserver";
import { DatabaseSync } from "node:sqlite";
const app = createApp();
let db;
const open = () => {
  if (db) return db;
  db = new DatabaseSync("notes.db");
  db.exec("CREATE TABLE IF NOT EXISTS notes (text TEXT)");
  db.exec("CREATE TABLE IF NOT EXISTS seen (n INTEGER)");
  return db;
};
const say = () => {
  open().exec("INSERT INTO seen VALUES (1)");
  const last = open().prepare("SELECT text FROM notes ORDER BY rowid DESC LIMIT 1").get();
  return html("says: " + (last?.text ?? "nothing"));
};
app.get("/", everyone, say);
app.get("/me", members, (ctx) => html("you are " + ctx.memberId));
app.post("/", everyone, async (ctx) => {
  open().prepare("INSERT INTO notes VALUES (?)").run(await ctx.request.text());
  return html("written");
});
export default app;
"#;

fn host() -> Host {
    let host = Host::start();
    for account in ["ada@example.com --admin", "bob@example.com"] {
        let create = format!("account create --email {account} --password-stdin");
        assert_eq!(host.run_with(&create, &format!("{PASSWORD}\n")).code, 0);
    }
    let dir = host.dir.path().join("keeper");
    fs::create_dir(&dir).unwrap();
    let manifest = r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP).unwrap();
    host.run(&format!("app install {} --json", dir.display()))
        .done();
    host.run("appspace create --app keeper --address notes --json")
        .done();
    // A member of the appspace when the snapshot is made.
    host.run("appspace member add notes bob@example.com --json")
        .done();
    host
}

/// A browser that sees this host, and nothing else yet.
fn browser(host: &Host) -> Client {
    let listen = host.ready["listen"].as_str().unwrap();
    Client::new(listen.parse().unwrap()).with_header("accept", "text/html,*/*")
}

fn url(host: &Host, label: &str, path: &str) -> String {
    let port = host.ready["listen"].as_str().unwrap();
    let port = port.rsplit(':').next().unwrap();
    format!("http://{label}.localhost:{port}{path}")
}

async fn logged_in(host: &Host, email: &str) -> Client {
    let mut browser = browser(host);
    let form = [("email", email), ("password", PASSWORD)];
    let answer = browser
        .post_form(&url(host, "dropserver", "/login"), &form)
        .await;
    assert_eq!(answer.status, 303);
    browser
}

async fn write(host: &Host, text: &'static str) {
    let to = url(host, "notes", "/");
    let posted = browser(host)
        .send(http::Method::POST, &to, &[], text.into())
        .await;
    assert!(posted.text().contains("written"));
}

fn done(host: &Host, line: &str) -> Value {
    let job = host.run(&format!("{line} --json")).done();
    assert_eq!(job["job"]["state"], "done", "{job}");
    job
}

/// Opens the latest snapshot; its URL, its host name and its directory.
fn open(host: &Host) -> (String, String, PathBuf) {
    let job = done(host, "backup preview notes");
    let said = job["job"]["said"].as_str().unwrap();
    let listed = host.run("backup previews --json").done();
    let one = &listed["previews"][0];
    let url = one["url"].as_str().unwrap().to_owned();
    assert!(said.starts_with(&url), "{said}");
    assert_eq!(one["address"], "notes.localhost");
    assert_eq!(one["version"], "1.0.0");
    let name = url.split("://").nth(1).unwrap().split(':').next().unwrap();
    let dirs = dirs(host);
    assert_eq!(dirs.len(), 1);
    (url.clone(), name.to_owned(), dirs[0].clone())
}

fn dirs(host: &Host) -> Vec<PathBuf> {
    let all = fs::read_dir(host.dir.path().join("data/previews")).unwrap();
    all.map(|dir| dir.unwrap().path()).collect()
}

#[tokio::test]
async fn what_was_is_seen_by_its_owner_alone() {
    let host = host();
    write(&host, "one").await;
    done(&host, "backup create notes");
    write(&host, "two").await;
    let (address, name, dir) = open(&host);

    let mut ada = logged_in(&host, "ada@example.com").await;
    let seen = ada.get(&address).await;
    assert!(seen.text().contains("says: one"), "{}", seen.text());
    assert_eq!(seen.url, format!("{address}/"));
    let me = ada.get(&format!("{address}/me")).await.text();
    assert!(me.contains("you are "), "{me}");
    let live = ada.get(&url(&host, "notes", "/")).await.text();
    assert!(live.contains("says: two"), "{live}");

    // Nothing can be changed, not by its owner.
    let posted = ada.post_form(&format!("{address}/"), &[("a", "b")]).await;
    assert_eq!(posted.status, 403);
    let text = posted.text();
    assert!(
        text.contains("This is a preview of how it was on"),
        "{text}"
    );

    // Nobody else gets in, where the app lets everybody in.
    let mut anybody = browser(&host);
    let seen = anybody.get(&address).await;
    assert!(seen.url.contains("/login"), "{}", seen.url);
    let program = host.get(&name, "/");
    assert!(
        program.contains("401") && !program.contains("says"),
        "{program}"
    );
    let mut bob = logged_in(&host, "bob@example.com").await;
    let seen = bob.get(&address).await;
    assert_eq!(seen.status, 403, "{}", seen.text());
    assert!(seen.url.contains("/appspacelogin"), "{}", seen.url);
    let way = format!("/appspacelogin?appspace={name}");
    let seen = bob.get(&url(&host, "dropserver", &way)).await;
    assert_eq!(seen.status, 403, "{}", seen.text());
    // Nor with the session of the real one, of which he is a member.
    let way = "/appspacelogin?appspace=notes.localhost";
    bob.get(&url(&host, "dropserver", way)).await;
    let session = bob.cookies("notes.localhost")["ds-member"].clone();
    let cookie = format!("ds-member={session}");
    let headers = [("cookie", cookie.as_str())];
    let stolen = browser(&host)
        .send(http::Method::GET, &address, &headers, bytes::Bytes::new())
        .await;
    assert!(stolen.status.is_redirection());
    let closing = host.run(&format!(
        "backup close-preview {address} --owner bob@example.com --json"
    ));
    assert_eq!(closing.json()["error"]["kind"], "not-found");

    // What it used is not the appspace's.
    let listed = host.run("appspace list --json").done();
    assert_eq!(listed["appspaces"].as_array().unwrap().len(), 1);
    assert!(dir.join("data/files/notes.db").is_file());
    let closed = host
        .run(&format!("backup close-preview {address}/ --json"))
        .done();
    assert_eq!(closed["preview-closed"]["url"], address.as_str());
    assert!(!dir.exists());
    let gone = ada.get(&address).await;
    assert_eq!(gone.status, 404);
    assert!(
        gone.text().contains("This preview is closed"),
        "{}",
        gone.text()
    );
    let listed = host.run("backup previews --json").done();
    assert_eq!(listed["previews"], serde_json::json!([]));
    let live = ada.get(&url(&host, "notes", "/")).await.text();
    assert!(live.contains("says: two"), "{live}");
}

#[tokio::test]
async fn on_the_account_site() {
    let host = host();
    write(&host, "one").await;
    let page = url(&host, "dropserver", "/appspaces/notes/preview");
    let mut ada = logged_in(&host, "ada@example.com").await;
    let none = ada.post_form(&page, &[("snapshot", "latest")]).await;
    assert_eq!(none.status, 404, "{}", none.text());
    done(&host, "backup create notes");
    write(&host, "two").await;
    assert!(ada.get(&page).await.text().contains("None is open"));
    let begun = ada.post_form(&page, &[("snapshot", "latest")]).await;
    assert_eq!(
        (begun.status.as_u16(), &*begun.header("location")),
        (303, "/appspaces/notes/preview")
    );
    let shown = loop {
        let shown = ada.get(&page).await.text();
        if !shown.contains("data-running") {
            break shown;
        }
    };
    let at = shown.find("preview-").unwrap();
    let at = at + shown[at..].find("appspace=preview-").unwrap() + "appspace=".len();
    let name = shown[at..].split('"').next().unwrap().to_owned();
    let way = format!("/appspacelogin?appspace={name}");
    let seen = ada.get(&url(&host, "dropserver", &way)).await.text();
    assert!(seen.contains("says: one"), "{seen}");

    let mut bob = logged_in(&host, "bob@example.com").await;
    assert_eq!(bob.get(&page).await.status, 404);
    let refused = bob.post_form(&page, &[("snapshot", "latest")]).await;
    assert_eq!(refused.status, 404);
    let close = format!("{page}/close");
    bob.post_form(&close, &[("address", &name)]).await;
    assert_eq!(dirs(&host).len(), 1);
    let closed = ada.post_form(&close, &[("address", &name)]).await;
    assert_eq!(closed.status, 303);
    assert!(dirs(&host).is_empty());
    let gone = ada.get(&url(&host, "dropserver", &way)).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn nothing_survives_a_restart() {
    let mut host = host();
    write(&host, "one").await;
    done(&host, "backup create notes");
    let (address, ..) = open(&host);
    let mut ada = logged_in(&host, "ada@example.com").await;
    assert!(ada.get(&address).await.text().contains("says: one"));
    let host = Host::start_in(host.kill());
    assert!(dirs(&host).is_empty());
    let listed = host.run("backup previews --json").done();
    assert_eq!(listed["previews"], serde_json::json!([]));
    let name = address.split("://").nth(1).unwrap();
    let name = name.split(':').next().unwrap();
    assert!(host.get(name, "/").contains("404"));
    let jobs = host.run("job list --json").done();
    assert_eq!(jobs["jobs"][0]["state"], "done", "{jobs}");
}
