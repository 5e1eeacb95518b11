//! What a host holds, to be compared: what people would notice, and what would be left behind.

use std::{collections::BTreeMap, fs, path::Path};

use ds_core::{
    AppspaceDir, AppspaceId, AppspaceStore as _, JobLog as _, MemberStore as _, SchemaStore as _,
    TrashStore as _,
};
use ds_store::AppspaceDbs;

use crate::world::World;

/// One appspace, without what differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kept {
    address: String,
    is_trashed: bool,
    version: String,
    schema: u32,
    members: Vec<(String, bool)>,
    files: BTreeMap<String, Vec<u8>>,
}

/// What a host holds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) appspaces: Vec<Kept>,
    /// Snapshots that were taken.
    snapshots: usize,
    /// Previews that are open, or were when the host ended.
    pub(crate) previews: usize,
    /// The archives that were written.
    archives: Vec<String>,
    /// Jobs that are not over.
    unfinished: usize,
    /// Whatever is where no appspace is.
    left: Vec<String>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for kept in &self.appspaces {
            let files: Vec<_> = kept
                .files
                .iter()
                .map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes[..bytes.len().min(30)])))
                .collect();
            let (address, version, schema) = (&kept.address, &kept.version, kept.schema);
            let place = if kept.is_trashed { "trash" } else { "live" };
            writeln!(
                f,
                "{address} ({place}) {version}, schema {schema}: {files:?}"
            )?;
        }
        writeln!(f, "{:?}", self.archives)?;
        writeln!(f, "{} previews", self.previews)?;
        write!(f, "{} unfinished; left: {:?}", self.unfinished, self.left)
    }
}

impl State {
    pub(crate) async fn of(world: &World) -> Self {
        let owner = world.account().await.id;
        let mut appspaces = Vec::new();
        let mut left = names(&world.data.staging_root(), "staging");
        let (mut live, mut trashed) = (Vec::new(), Vec::new());
        for one in world.store.appspaces_of(owner).await.unwrap() {
            let dir = world.data.appspace(one.id);
            live.push(one.id);
            appspaces.push(kept(&one, dir, false).await);
        }
        for one in world.store.trash_of(owner).await.unwrap() {
            let dir = world.data.trash(one.appspace.id);
            trashed.push(one.appspace.id);
            appspaces.push(kept(&one.appspace, dir, true).await);
        }
        left.extend(strays(world, "appspaces", &live));
        left.extend(strays(world, "trash", &trashed));
        appspaces.sort();
        let archives = names(world.archive().parent().unwrap(), "archives");
        Self {
            appspaces,
            snapshots: world.snapshots.shelf.ids().len(),
            previews: names(&world.data.previews_root(), "previews").len(),
            archives,
            unfinished: world.store.unfinished().await.unwrap().len(),
            left,
        }
    }

    /// Whether somebody of this name is a member of any appspace.
    pub(crate) fn has_member(&self, name: &str) -> bool {
        let mut members = self.appspaces.iter().flat_map(|one| &one.members);
        members.any(|(member, _)| member == name)
    }

    /// Whether nothing is under way and nothing is left behind.
    pub(crate) fn is_tidy(&self) -> bool {
        self.unfinished == 0 && self.left.is_empty()
    }
}

fn names(dir: &Path, what: &str) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    entries
        .map(|entry| format!("{what}/{}", name(entry).to_string_lossy()))
        .collect()
}

fn strays(world: &World, what: &str, known: &[AppspaceId]) -> Vec<String> {
    let known: Vec<String> = known.iter().map(|id| format!("{what}/{id}")).collect();
    let mut all = names(&world.data.root().join(what), what);
    all.retain(|name| !known.contains(name));
    all
}

async fn kept(of: &ds_core::Appspace, dir: AppspaceDir, is_trashed: bool) -> Kept {
    let dbs = AppspaceDbs::fixed(dir.clone());
    let members = dbs.members(of.id).await.unwrap();
    let schema = dbs.schema(of.id).await.unwrap();
    ds_core::Closes::close(&dbs, of.id).await;
    let mut files = BTreeMap::new();
    read_all(&dir.data(), "", &mut files);
    files.remove("appspace-meta.db").unwrap();
    Kept {
        address: of.address.to_string(),
        is_trashed,
        version: of.version.to_string(),
        schema: schema.0,
        members: members
            .into_iter()
            .map(|member| (member.display_name, member.is_owner))
            .collect(),
        files,
    }
}

fn read_all(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files.insert(format!("{name}/"), Vec::new());
            read_all(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}
