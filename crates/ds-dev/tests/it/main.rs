//! ds-dev as its users meet it: the real program on a folder.
#![expect(
    clippy::unwrap_used,
    reason = "what fails here fails the test that called it"
)]

mod archives;
mod program;

use std::fs;

use http::Method;
use program::DsDev;

const APP: &str = r#"
import { can, createApp, everyone, json } from "dropserver";
const app = createApp();
app.permission("edit", "Change things");
app.get("/", everyone, async (ctx) => json({ version: VERSION, member: (await ctx.member())?.name ?? null }));
app.get("/edit", can("edit"), () => json("ok"));
app.migration(1, { up() { Deno.writeTextFileSync("made.txt", "1"); } });
export default app;
"#;

fn write_app(folder: &std::path::Path, code: &str) {
    fs::write(folder.join("app.ts"), code).unwrap();
    let manifest = r#"{ "name": "Sketch", "version": "0.1.0", "ds-api": 1 }"#;
    fs::write(folder.join("dropapp.json"), manifest).unwrap();
}

#[tokio::test]
async fn an_app_runs_and_reloads_and_survives_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    write_app(folder.path(), &APP.replace("VERSION", "1"));
    let mut dev = DsDev::run(folder.path(), &[]).await;
    let mut client = dev.client();
    let home = dev.url("/");
    let first = client.get(&home).await.text();
    assert_eq!(first, r#"{"version":1,"member":"Developer"}"#);

    write_app(folder.path(), &APP.replace("VERSION", "2"));
    dev.wait_for("loaded anew").await;
    assert!(client.get(&home).await.text().contains("\"version\":2"));

    write_app(folder.path(), "this is no code");
    dev.wait_for("the version before goes on").await;
    assert!(client.get(&home).await.text().contains("\"version\":2"));
    let page = client.get(&dev.url("/.dropserver/dev")).await.text();
    assert!(
        page.contains("does not load") && page.contains("app.ts"),
        "{page}"
    );
}

#[tokio::test]
async fn the_developer_is_whoever_they_choose() {
    let folder = tempfile::tempdir().unwrap();
    write_app(folder.path(), &APP.replace("VERSION", "1"));
    let dev = DsDev::run(folder.path(), &["--no-watch"]).await;
    let mut client = dev.client();
    let act = dev.url("/.dropserver/dev/act-as");
    assert_eq!(
        client.get(&dev.url("/edit")).await.status,
        200,
        "the owner may"
    );

    client.post_form(&act, &[("who", "public")]).await;
    assert!(
        client
            .get(&dev.url("/"))
            .await
            .text()
            .contains("\"member\":null")
    );
    assert_eq!(client.get(&dev.url("/edit")).await.status, 401);

    client.post_form(&act, &[("new", "Ada <3")]).await;
    assert!(client.get(&dev.url("/")).await.text().contains("Ada <3"));
    assert_eq!(client.get(&dev.url("/edit")).await.status, 403);
    let log_out = dev.url("/.dropserver/logout");
    assert_eq!(client.get(&log_out).await.status, 404);
    assert_eq!(client.get(&dev.url("/edit")).await.status, 403);
    client.post_form(&log_out, &[]).await;
    assert_eq!(client.get(&dev.url("/edit")).await.status, 401);
    assert!(
        client
            .get(&dev.url("/.dropserver/dev"))
            .await
            .text()
            .contains("Ada &#60;3")
    );

    let cross = [("sec-fetch-site", "cross-site")];
    let refused = client
        .send(Method::POST, &act, &cross, "who=public".into())
        .await;
    assert_eq!(refused.status, 403);
    let stranger = dev.url("/").replace("localhost", "evil.example");
    assert_eq!(client.get(&stranger).await.status, 421);
}

#[tokio::test]
async fn a_given_appspace_is_kept_and_a_copy_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let appspace = tempfile::tempdir().unwrap();
    write_app(folder.path(), &APP.replace("VERSION", "1"));
    let dir = appspace.path().to_str().unwrap();
    DsDev::run(folder.path(), &["--appspace", dir])
        .await
        .end()
        .await;
    let made = appspace.path().join("data/files/made.txt");
    assert_eq!(fs::read_to_string(&made).unwrap(), "1");

    // Its schema is kept too, so nothing is migrated again.
    fs::write(&made, "changed").unwrap();
    DsDev::run(folder.path(), &["--appspace", dir])
        .await
        .end()
        .await;
    assert_eq!(fs::read_to_string(&made).unwrap(), "changed");

    let before = fs::read_dir(appspace.path().join("data")).unwrap().count();
    let dev = DsDev::run(folder.path(), &["--appspace", dir, "--copy"]).await;
    assert_eq!(dev.client().get(&dev.url("/")).await.status, 200);
    dev.end().await;
    assert_eq!(
        fs::read_dir(appspace.path().join("data")).unwrap().count(),
        before
    );
}

#[tokio::test]
async fn check_says_what_a_host_would() {
    let folder = tempfile::tempdir().unwrap();
    write_app(folder.path(), &APP.replace("VERSION", "1"));
    let (ok, out, _) = program::output(&["check", folder.path().to_str().unwrap(), "--json"]).await;
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(ok);
    assert_eq!(report["manifest"]["schema"], 1);
    assert_eq!(report["routes"][0], "GET /");

    write_app(folder.path(), "throw new Error('not today');");
    let (ok, _, error) = program::output(&["check", folder.path().to_str().unwrap()]).await;
    assert!(!ok && error.contains("not today"), "{error}");

    let (ok, _, error) = program::output(&["check", "/nowhere"]).await;
    assert!(!ok && error.contains("dropapp.json"), "{error}");
    let (ok, types, _) = program::output(&["types"]).await;
    assert!(ok && types.contains("createApp"));
}

#[tokio::test]
async fn an_archive_is_worked_on_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let code = APP.replace("VERSION", "Deno.readTextFileSync('note')");
    write_app(folder.path(), &code);
    let zip = folder.path().join("backup.zip");
    let files: [(&str, &[u8]); 1] = [("files/note", b"of old")];
    let backup = ds_testkit::original::backup(&files);
    fs::write(&zip, &backup).unwrap();
    let file = zip.to_str().unwrap();
    let mut dev = DsDev::run(folder.path(), &["--no-watch", "--appspace", file]).await;
    dev.wait_for("a backup of the original Dropserver, schema 1")
        .await;
    let said = dev.client().get(&dev.url("/")).await.text();
    assert_eq!(said, r#"{"version":"of old","member":"Developer"}"#);
    dev.end().await;
    assert_eq!(fs::read(&zip).unwrap(), backup);

    let kept = folder.path().join("kept");
    let keep = [
        "--no-watch",
        "--appspace",
        file,
        "--keep",
        kept.to_str().unwrap(),
    ];
    DsDev::run(folder.path(), &keep).await.end().await;
    assert_eq!(
        fs::read_to_string(kept.join("data/files/note")).unwrap(),
        "of old"
    );
    assert!(!kept.join("original-meta.db").exists());
    let app = folder.path().to_str().unwrap();
    let (ok, _, error) = program::output(&[&["run", app], &keep[..]].concat()).await;
    assert!(!ok && error.contains("exists already"), "{error}");

    fs::write(&zip, &backup[..500]).unwrap();
    let (ok, _, error) = program::output(&["run", app, "--appspace", file]).await;
    assert!(!ok && error.contains("cannot use"), "{error}");
}
