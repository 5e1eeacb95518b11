//! No snapshot succeeds, and the owner is told; then one does.

use std::{fs, time::Duration};

use ds_core::{
    AppspaceStore as _, Clock as _, SystemClock,
    snapshots::{SnapshotStore as _, SnapshotSuccess},
};
use ds_store::Store;
use tempfile::TempDir;

use crate::{
    host::Host,
    mail::{INTO_FILES, wait_for, written},
    visitor::Visitor,
};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";
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

/// A host that sends mail into a directory and has an appspace, `notes`.
fn host() -> Host {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("place");
    let config = format!(
        "{INTO_FILES}[[snapshots.places]]\nat = \"{}\"\n",
        place.display()
    );
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let host = Host::start_in(dir);
    let create = format!("account create --email {EMAIL} --admin --password-stdin");
    assert_eq!(host.run_with(&create, PASSWORD).code, 0);
    let app = host.dir.path().join("keeper");
    fs::create_dir(&app).unwrap();
    let manifest = r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
    fs::write(app.join("dropapp.json"), manifest).unwrap();
    fs::write(app.join("app.ts"), APP).unwrap();
    let install = format!("app install {} --json", app.display());
    host.run(&install).done();
    let create = "appspace create --app keeper --address notes --json";
    host.run(create).done();
    host
}

/// Lets the host believe that the appspace is four days old, and its last snapshot three.
async fn age(dir: &TempDir) {
    let store = Store::open(&dir.path().join("data/host.db")).await.unwrap();
    let address = "notes.localhost".parse().unwrap();
    let mut notes = store.at(&address).await.unwrap().unwrap();
    let days = |days: u64| SystemClock.now().minus(Duration::from_hours(24 * days));
    notes.created = days(4);
    store.remove(notes.id).await.unwrap();
    store.add(&notes).await.unwrap();
    let success = SnapshotSuccess {
        made: days(3),
        kept: 1,
        places: 1,
        missed: None,
    };
    store.snapshot_taken(notes.id, &success).await.unwrap();
    store.close().await;
}

fn fails(host: &Host) {
    let tried = host.run("backup create notes --json");
    assert_ne!(tried.code, 0, "{tried:?}");
}

#[test]
fn owners_are_told_when_it_begins_and_when_it_is_over() {
    let host = host();
    host.run("backup create notes --json").done();
    let (_, dir) = host.stop();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(age(&dir));
    // Nobody can write into a file as if it were a directory, root included.
    let (place, away) = (dir.path().join("place"), dir.path().join("away"));
    fs::rename(&place, &away).unwrap();
    fs::write(&place, "").unwrap();

    let host = Host::start_in(dir);
    let ada = Visitor::log_in(&host, EMAIL, PASSWORD);
    let notice = "No snapshot since ";
    // Nothing was tried yet: it may be that the host was off for long.
    assert!(!ada.get("/").text.contains(notice));
    assert_eq!(written(host.dir.path()).len(), 0);
    fails(&host);
    for path in ["/", "/appspaces/notes", "/appspaces/notes/snapshots"] {
        let page = ada.get(path);
        assert!(page.text.contains(notice), "{path}: {page:?}");
        assert!(
            page.text.contains("href=\"/appspaces/notes/snapshots\""),
            "{page:?}"
        );
    }
    let told = wait_for(host.dir.path(), 1);
    assert!(
        told[0].contains("Subject: No snapshots of notes.localhost"),
        "{told:?}"
    );
    assert!(told[0].contains(&format!("To: {EMAIL}")), "{told:?}");
    assert!(
        told[0].contains("/appspaces/notes.localhost/snapshots"),
        "{told:?}"
    );
    let listed = host.run("backup schedule --json").done();
    assert!(listed["schedules"][0]["late"].is_string(), "{listed}");
    assert!(listed["schedules"][0]["failure"].is_string(), "{listed}");

    // Neither another failure nor a restart tells it again.
    fails(&host);
    let (_, dir) = host.stop();
    let host = Host::start_in(dir);
    let ada = Visitor::log_in(&host, EMAIL, PASSWORD);
    assert!(ada.get("/").text.contains(notice));
    fails(&host);
    assert_eq!(written(host.dir.path()).len(), 1);

    fs::remove_file(&place).unwrap();
    fs::rename(&away, &place).unwrap();
    host.run("backup create notes --json").done();
    assert!(!ada.get("/").text.contains(notice));
    let told = wait_for(host.dir.path(), 2);
    assert!(
        told[1].contains("Subject: Snapshots of notes.localhost again"),
        "{told:?}"
    );
    host.run("backup create notes --json").done();
    // What is on its way is handed over before the host stops.
    let (_, dir) = host.stop();
    assert_eq!(written(dir.path()).len(), 2);
}

#[test]
fn mail_is_tested() {
    let host = host();
    let sent = host.run("mail test grace@example.com --json").done();
    assert_eq!(sent["mailed"], "grace@example.com");
    assert!(wait_for(host.dir.path(), 1)[0].contains("To: grace@example.com"));
    let refused = host.run("mail test grace --json");
    assert_eq!(refused.json()["error"]["kind"], "invalid", "{refused:?}");
}

#[test]
fn snapshots_on_pages() {
    let host = host();
    let ada = Visitor::log_in(&host, EMAIL, PASSWORD);
    let all = "/appspaces/notes/snapshots";
    let says = |name: &str, word: &str| {
        let answer = host.get(&format!("{name}.localhost"), "/");
        assert!(answer.contains(&format!("says: {word}")), "{answer}");
    };
    assert!(
        ada.get("/appspaces/notes")
            .text
            .contains("None is known yet.")
    );
    assert!(ada.get(all).text.contains("There are none yet."));
    host.get("notes.localhost", "/write/one");
    let taken = ada.begin(all, &[]);
    assert!(
        taken.text.contains("Snapshot of notes.localhost:</strong>"),
        "{taken:?}"
    );
    assert!(
        taken
            .text
            .contains("There are snapshots of 1 of the last 30 days."),
        "{taken:?}"
    );
    let is_id = |id: &&str| id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let link = format!("{all}/");
    let mut links = taken.text.split(&link);
    let id = links.find_map(|rest| rest.get(..64).filter(is_id)).unwrap();
    let one = format!("{all}/{id}");
    assert!(ada.get(&one).text.contains("Put all of notes back"));
    assert_eq!(ada.get(&format!("{all}/1234")).status, 404);

    host.get("notes.localhost", "/write/two");
    assert_eq!(ada.post(&format!("{one}/restore"), &[]).status, 422);
    says("notes", "two");
    let back = ada.begin(&format!("{one}/restore"), &[("path", "notes/today")]);
    assert!(back.text.contains("is as it was on"), "{back:?}");
    says("notes", "one");
    host.get("notes.localhost", "/write/three");
    ada.begin(&format!("{one}/restore"), &[("sure", "yes")]);
    says("notes", "one");
    ada.begin(&format!("{one}/anew"), &[("address", "beside")]);
    says("beside", "one");
    let taken = ada.begin(&format!("{one}/anew"), &[("address", "beside")]);
    assert!(taken.text.contains("class=\"note bad"), "{taken:?}");

    let schedule = format!("{all}/schedule");
    let set = [
        ("every", "every 6 hours"),
        ("keep_last", "3"),
        ("keep_daily", ""),
    ];
    let page = ada.begin(&schedule, &set);
    assert!(
        page.text.contains("One is taken every 6 hours."),
        "{page:?}"
    );
    let listed = host.run("backup schedule notes --json").done();
    let listed = &listed["schedules"][0];
    assert_eq!(listed["set"], serde_json::json!(["every", "keep_last"]));
    assert_eq!(
        (&listed["keep_last"], &listed["keep_daily"]),
        (&3.into(), &14.into())
    );
    assert_eq!(ada.post(&schedule, &[("every", "sometimes")]).status, 422);
    assert_eq!(ada.post(&schedule, &[("keep_last", "2000")]).status, 422);
    let reset = host.run("backup schedule notes --every default --keep-last default --json");
    assert_eq!(reset.done()["schedules"][0]["set"], serde_json::json!([]));

    // The numbers count at the next snapshot: nothing but the latest stays.
    let none = ["keep_daily", "keep_weekly", "keep_monthly", "keep_last"].map(|key| (key, "0"));
    ada.begin(&schedule, &none);
    ada.begin(all, &[]);
    let left = host.run("backup list notes --json").done();
    assert_eq!(left["backups"].as_array().unwrap().len(), 1, "{left}");
    let id = left["backups"][0]["id"].as_str().unwrap();
    let one = format!("{all}/{id}");
    assert_eq!(ada.post(&format!("{one}/forget"), &[]).status, 422);
    let gone = ada.begin(&format!("{one}/forget"), &[("sure", "yes")]);
    assert!(gone.text.contains("There are none yet."), "{gone:?}");
}
