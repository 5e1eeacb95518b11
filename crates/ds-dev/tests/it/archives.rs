//! An archive that a host exported, opened by ds-dev.

use std::{fs, path::Path};

use ds_backup::{About, Consistency, CopyReason, ExportTree, FORMAT, NoProgress};
use ds_core::{AppspaceId, Schema};
use ds_testkit::sample::{NOW, manifest};

use crate::{
    program::{self, DsDev},
    write_app,
};

const APP: &str = r#"
import { createApp, everyone, json } from "dropserver";
const app = createApp();
const read = () => Deno.readTextFileSync("note");
app.get("/", everyone, async (ctx) => json({ note: read(), member: (await ctx.member())?.name ?? null }));
app.migration(1, { up() { Deno.writeTextFileSync("note", "first"); } });
SECOND
export default app;
"#;
const SECOND: &str =
    r#"app.migration(2, { up() { Deno.writeTextFileSync("note", read() + " and second"); } });"#;

/// Exports an appspace's directory, as a host does.
fn export(data: &Path, to: &Path) {
    let tree = ExportTree {
        about: About {
            format: FORMAT,
            appspace: AppspaceId::new(),
            address: "sketch.localhost".parse().unwrap(),
            app: manifest("Sketch", &"0.1.0".parse().unwrap()),
            schema: Schema(1),
            made: NOW,
            reason: CopyReason::Export,
            consistency: Consistency::AtRest,
            members: 1,
        },
        data: data.to_owned(),
        package: None,
    };
    let file = fs::File::create(to).unwrap();
    ds_backup::export(&tree, file, &NoProgress).unwrap();
}

#[tokio::test]
async fn an_archive_is_migrated_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write_app(folder.path(), &APP.replace("SECOND", ""));
    let live = folder.path().join("live");
    let live = ["--no-watch", "--appspace", live.to_str().unwrap()];
    DsDev::run(folder.path(), &live).await.end().await;
    let archive = folder.path().join("sketch.tar.zst");
    export(&Path::new(live[2]).join("data"), &archive);
    let before = fs::read(&archive).unwrap();

    write_app(folder.path(), &APP.replace("SECOND", SECOND));
    let file = archive.to_str().unwrap();
    let dev = DsDev::run(folder.path(), &["--no-watch", "--appspace", file]).await;
    let said = dev.client().get(&dev.url("/")).await.text();
    assert_eq!(said, r#"{"note":"first and second","member":"Developer"}"#);
    dev.end().await;
    assert_eq!(fs::read(&archive).unwrap(), before);

    let kept = folder.path().join("kept");
    let keep = ["--no-watch", "--appspace", file, "--keep"];
    let keep = [&keep[..], &[kept.to_str().unwrap()]].concat();
    DsDev::run(folder.path(), &keep).await.end().await;
    let note = fs::read_to_string(kept.join("data/files/note")).unwrap();
    assert_eq!(note, "first and second");

    fs::write(&archive, &before[..before.len() / 2]).unwrap();
    let app = folder.path().to_str().unwrap();
    let (ok, _, error) = program::output(&["run", app, "--appspace", file]).await;
    assert!(!ok && error.contains("incomplete"), "{error}");
}
