//! What a host holds, to be compared: what people would notice, and what would be left behind.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use ds_core::JobLog as _;
use ds_store::Store;
use serde_json::Value;
use tempfile::TempDir;

use super::app;
use crate::host::Host;

/// What a host holds, without what differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Address, version and what it answers, of each appspace; and every file with its content.
    appspaces: BTreeMap<String, String>,
    trash: Vec<String>,
    apps: Vec<String>,
    /// Archives that were written.
    archives: Vec<String>,
    /// Jobs that are not over, and whatever is where no appspace is.
    left: Vec<String>,
}

/// What a host holds, and how many snapshots it keeps: those that were taken before something that did not come to
/// pass stay.
pub(super) struct Seen {
    pub(super) state: State,
    pub(super) snapshots: usize,
}

impl State {
    /// Whether nothing is under way and nothing is left behind.
    pub(super) fn is_tidy(&self) -> bool {
        self.left.is_empty()
    }
}

/// Starts a host, which recovers what is to be recovered, asks all its appspaces, stops it and looks at its files.
pub(super) fn see(dir: TempDir) -> (Seen, TempDir) {
    let host = Host::start_in(dir);
    let listed = host.run("appspace list --json").done();
    let (mut appspaces, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for one in listed["appspaces"].as_array().unwrap() {
        let address = text(one, "address");
        let name = address.split(['.', ':']).next().unwrap().to_owned();
        let contents = app::contents(&host, &name);
        assert_eq!(contents.version, text(one, "version"), "{one}");
        let members = host.run(&format!("appspace member list {name} --json"));
        let members = members.done()["members"].as_array().unwrap().len();
        appspaces.insert(
            name.clone(),
            format!("{contents:?} {members} {}\n", text(one, "version")),
        );
        ids.insert(text(one, "id"), name);
    }
    let trash = host.run("trash list --json").done();
    let trash = names(&trash["trash"], "address");
    let apps = host.run("app list --json").done();
    let apps = versions(&apps["apps"]);
    let snapshots = host.run("backup list --json").done();
    let snapshots = snapshots["backups"].as_array().unwrap().len();
    let (status, dir) = host.stop();
    assert!(status.success(), "{status}\n{}", app::log(dir.path()));

    let data = dir.path().join("data");
    let mut left = unfinished(&data.join("host.db"));
    left.extend(listing(&data.join("staging"), "staging"));
    for name in listing(&data.join("appspaces"), "appspaces") {
        let id = name.rsplit('/').next().unwrap();
        match ids.get(id) {
            Some(of) => {
                let tree = tree(&data.join(&name).join("data"));
                appspaces.get_mut(of).unwrap().push_str(&tree);
            }
            None => left.push(name),
        }
    }
    if listing(&data.join("trash"), "trash").len() != trash.len() {
        left.extend(listing(&data.join("trash"), "trash"));
    }
    let mut archives = listing(&dir.path().join("archives"), "archives");
    archives.sort();
    let state = State {
        appspaces,
        trash,
        apps,
        archives,
        left,
    };
    (Seen { state, snapshots }, dir)
}

fn text(of: &Value, field: &str) -> String {
    let found = of[field].as_str();
    found
        .unwrap_or_else(|| panic!("{field} of {of}"))
        .to_owned()
}

fn names(of: &Value, field: &str) -> Vec<String> {
    let mut names: Vec<_> = of.as_array().unwrap().iter().collect();
    names.sort_by_key(|one| text(one, field));
    names.into_iter().map(|one| text(one, field)).collect()
}

/// Each app with its versions.
fn versions(of: &Value) -> Vec<String> {
    let each = of.as_array().unwrap().iter();
    let mut all: Vec<_> = each
        .map(|app| {
            let versions = names(&app["versions"], "version");
            format!("{} {}", text(app, "name"), versions.join(" "))
        })
        .collect();
    all.sort();
    all
}

fn listing(dir: &Path, what: &str) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    entries
        .map(|entry| format!("{what}/{}", name(entry).to_string_lossy()))
        .collect()
}

/// The jobs that are not over.
fn unfinished(database: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(database).await.unwrap();
        let jobs = store.unfinished().await.unwrap();
        store.close().await;
        jobs.iter().map(|job| format!("{job:?}")).collect()
    })
}

/// Every file below a directory with a checksum, a line each; of the database of members, that it is there.
fn tree(dir: &Path) -> String {
    let mut files = BTreeMap::new();
    let mut left = vec![dir.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name: PathBuf = path.strip_prefix(dir).unwrap().to_owned();
            if path.is_dir() {
                files.insert(name, "directory".to_owned());
                left.push(path);
            } else if name.ends_with("appspace-meta.db") {
                files.insert(name, "members".to_owned());
            } else {
                files.insert(name, checksum(&fs::read(path).unwrap()));
            }
        }
    }
    files.iter().fold(String::new(), |mut all, (name, what)| {
        let _ = writeln!(all, "{}: {what}", name.display());
        all
    })
}

fn checksum(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let sum = sha2::Sha256::digest(bytes);
    format!("{} bytes, {:02x?}", bytes.len(), &sum[..8])
}
