//! An archive whose database of members has more in it than tables: a view or a trigger would run as soon as the host
//! uses it.

use std::fs;

use super::{app, web};
use crate::host::Host;

/// Changes a copy of the database of members, which the test has put among the app's files.
const CHANGES: &str = r#"
app.get("/change/:what", everyone, (ctx) => {
  const db = new DatabaseSync(filesPath("meta.db"));
  db.exec({
    nothing: "PRAGMA user_version",
    view: "ALTER TABLE members RENAME TO others; CREATE VIEW members AS SELECT * FROM others",
    trigger: "CREATE TRIGGER more AFTER INSERT ON members BEGIN UPDATE members SET is_owner = 1; END",
    temporary: "CREATE TRIGGER less AFTER DELETE ON members BEGIN DELETE FROM info; END",
  }[ctx.params.what as string] ?? "not SQL");
  db.close();
  return text("changed");
});
"#;

/// An archive of an appspace whose database was changed like that.
fn archive(what: &str) -> (Host, String) {
    let host = app::with_app("[sandbox]\nwarm = 0\n");
    app::install(&host, "2.0.0", CHANGES);
    let create = "appspace create --app keeper --address notes --json";
    let id = host.run(create).done()["appspace"]["id"].take();
    let data = format!("data/appspaces/{}/data", id.as_str().unwrap());
    let paths = |root: &std::path::Path| {
        let data = root.join(&data);
        (data.join("appspace-meta.db"), data.join("files/meta.db"))
    };
    let (_, dir) = host.stop();
    let (meta, copy) = paths(dir.path());
    fs::copy(&meta, &copy).unwrap();
    let host = Host::start_in(dir);
    let changed = web::get(&host, "notes", &format!("/change/{what}"));
    assert_eq!(changed.body, "changed", "{changed:?}");
    let (_, dir) = host.stop();
    fs::rename(copy, meta).unwrap();
    let host = Host::start_in(dir);
    let file = host.dir.path().join("odd.tar.zst").display().to_string();
    app::job(&host, &format!("appspace export notes {file}"));
    (host, file)
}

#[test]
fn nothing_in_it_runs() {
    let (host, file) = archive("nothing");
    app::job(&host, &format!("appspace import {file} --address whole"));
    assert_eq!(app::contents(&host, "whole").version, "2.0.0");

    for what in ["view", "trigger", "temporary"] {
        let (host, file) = archive(what);
        let refused = host.run(&format!("appspace import {file} --address odd --json"));
        assert_ne!(refused.code, 0, "{what}: {refused:?}");
        let error = refused.json()["error"].take();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("database"), "{what}: {message}");
        assert_eq!(web::get(&host, "odd", "/contents").status, 404);
        let data = host.dir.path().join("data");
        let count = |dir: &str| fs::read_dir(data.join(dir)).unwrap().count();
        assert_eq!((count("appspaces"), count("staging")), (1, 0), "{what}");
    }
}
