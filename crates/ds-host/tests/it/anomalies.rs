//! What visitors and owners are told of an appspace whose data is not as it should be, and that what they are told to do
//! helps.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ds_core::{AppspaceDir, AppspaceId, Closes as _, Schema, SchemaStore as _};
use ds_store::AppspaceDbs;
use ds_testkit::client::Client;
use tempfile::TempDir;

use crate::host::Host;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

const APP: &str = r#"
import { createApp, everyone, filesPath, html } from "dropserver";
const app = createApp();
const read = () => { try { return Deno.readTextFileSync(filesPath("note")); } catch { return "nothing"; } };
app.get("/", everyone, () => html("says: " + read()));
app.get("/write", everyone, () => { Deno.writeTextFileSync(filesPath("note"), "hello"); return html("written"); });
export default app;
"#;

/// A host with an appspace that says hello, and a snapshot of it; stopped.
struct World {
    dir: TempDir,
    id: AppspaceId,
}

impl World {
    fn new() -> Self {
        let host = Host::start();
        let create = format!("account create --email {EMAIL} --admin --password-stdin");
        let made = host.run_with(&create, &format!("{PASSWORD}\n"));
        assert_eq!(made.code, 0, "{made:?}");
        let app = host.dir.path().join("keeper");
        fs::create_dir(&app).unwrap();
        let manifest =
            r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
        fs::write(app.join("dropapp.json"), manifest).unwrap();
        fs::write(app.join("app.ts"), APP).unwrap();
        host.run(&format!("app install {} --json", app.display()))
            .done();
        let create = "appspace create --app keeper --address notes --json";
        let id = host.run(create).done()["appspace"]["id"].take();
        assert!(host.get("notes.localhost", "/write").contains("written"));
        host.run("backup create notes --json").done();
        let (status, dir) = host.stop();
        assert!(status.success());
        let id = id.as_str().unwrap().parse().unwrap();
        Self { dir, id }
    }

    fn appspace(&self) -> AppspaceDir {
        AppspaceDir::new(self.appspaces().join(self.id.to_string()))
    }

    fn appspaces(&self) -> PathBuf {
        self.dir.path().join("data/appspaces")
    }

    fn configure(&self, text: &str) {
        fs::write(self.dir.path().join("dropserver.toml"), text).unwrap();
    }

    fn start(self) -> (Host, AppspaceId) {
        (Host::start_in(self.dir), self.id)
    }
}

/// The appspace's page of the account site, as its owner sees it, without its marks.
fn owners_page(host: &Host) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let page = runtime.block_on(async {
        let address: std::net::SocketAddr = host.ready["listen"].as_str().unwrap().parse().unwrap();
        let at = |path: &str| format!("http://dropserver.localhost:{}{path}", address.port());
        let mut browser = Client::new(address).with_header("accept", "text/html,*/*");
        let form = [("email", EMAIL), ("password", PASSWORD)];
        let login = browser.post_form(&at("/login"), &form).await;
        assert_eq!(login.status, 303, "{}", login.text());
        browser.get(&at("/appspaces/notes.localhost")).await
    });
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Both are told, in their own words, and no app code runs meanwhile.
fn told(host: &Host, visitor: &str, owner: &str) {
    let answer = host.get("notes.localhost", "/");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains(visitor), "{answer}");
    assert!(!answer.contains("says: "), "{answer}");
    let path = host.dir.path().display().to_string();
    assert!(!answer.contains(&path), "a visitor learns paths: {answer}");
    let page = owners_page(host);
    assert!(page.contains(owner), "{owner} is not in {page}");
}

fn says_hello(host: &Host) {
    let answer = host.get("notes.localhost", "/");
    assert!(answer.contains("says: hello"), "{answer}");
}

fn stopped(host: Host, id: AppspaceId) -> World {
    let (status, dir) = host.stop();
    assert!(status.success(), "{status}");
    World { dir, id }
}

#[test]
fn data_that_is_missing() {
    let world = World::new();
    let (live, aside) = (world.appspace().data(), world.dir.path().join("aside"));
    fs::rename(&live, &aside).unwrap();
    let (host, id) = world.start();
    told(&host, "without its data", "if its disk is not mounted");
    let refused = host.run("backup create notes --json");
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(!live.exists(), "what is missing was made anew");

    // It is back with its disk.
    let world = stopped(host, id);
    fs::rename(&aside, world.appspace().data()).unwrap();
    let (host, id) = world.start();
    says_hello(&host);

    // It is gone for good: the owner has a snapshot.
    let world = stopped(host, id);
    fs::remove_dir_all(world.appspace().data()).unwrap();
    let (host, _) = world.start();
    told(
        &host,
        "without its data",
        "restore the appspace from a snapshot",
    );
    let back = host.run("backup restore notes latest --json");
    if back.code == 0 {
        says_hello(&host);
    } else {
        // Beside it works in any case.
        host.run("backup restore notes latest --to again --json")
            .done();
        assert!(host.get("again.localhost", "/").contains("says: hello"));
        panic!("the data cannot be put back in its place: {back:?}");
    }
}

#[test]
fn a_database_that_is_damaged() {
    let world = World::new();
    spoil(&world.appspace().meta_database());
    let (host, _) = world.start();
    told(
        &host,
        "its data is damaged",
        "is damaged: restore the appspace from a snapshot",
    );
    host.run("backup restore notes latest --to again --json")
        .done();
    assert!(host.get("again.localhost", "/").contains("says: hello"));
    host.run("backup restore notes latest --json").done();
    says_hello(&host);
}

/// As a disk does that loses a few blocks.
fn spoil(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let from = bytes.len().min(4096);
    bytes[from..].fill(0xa5);
    bytes[100..from].fill(0x5a);
    fs::write(file, bytes).unwrap();
}

#[test]
fn data_of_another_schema() {
    let world = World::new();
    let set = |world: &World, schema| {
        let (dir, id) = (world.appspace(), world.id);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let dbs = AppspaceDbs::fixed(dir);
            dbs.set_schema(id, Schema(schema)).await.unwrap();
            dbs.close(id).await;
        });
    };
    set(&world, 7);
    let (host, id) = world.start();
    told(
        &host,
        "waiting for its data to be migrated",
        "The data has schema 7 and version 1.0.0 of the app needs 0",
    );
    let world = stopped(host, id);
    set(&world, 0);
    let (host, _) = world.start();
    says_hello(&host);
}

#[test]
fn a_disk_that_is_nearly_full() {
    let world = World::new();
    // More than any disk has.
    world.configure("[sandbox]\nfree_space_mib = 67108864\n");
    let (host, id) = world.start();
    told(
        &host,
        "its host has no room left",
        "must stay free): make room",
    );
    for line in [
        "backup create notes",
        "backup restore notes latest",
        "backup restore notes latest --to again",
        "appspace create --app keeper --address more",
    ] {
        let refused = host.run(&format!("{line} --json"));
        let error = refused.json()["error"].take();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("free"), "{line}: {refused:?}");
    }
    // What makes room is allowed.
    host.run("appspace delete notes --yes --json").done();
    host.run("trash restore notes --json").done();
    let world = stopped(host, id);
    world.configure("");
    let (host, _) = world.start();
    says_hello(&host);
}
