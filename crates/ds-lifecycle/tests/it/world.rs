//! A host on disk: an account, an app in three versions, and appspaces, with scripted app code.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use ds_auth::{Account, AccountStore as _};
use ds_backup::{ABOUT, About, DATA, ImportBounds, Progress, snapshots::SnapshotId};
use ds_core::{
    Access, Address, App, AppStore as _, AppVersion, Appspace, AppspaceDir, AppspaceId,
    AppspaceStore as _, DataDir, Direction, Gate, Gates, ManualClock, MemberStore as _,
    MigrationStep, Schema, StoreError,
};
use ds_lifecycle::{
    Anew, Barred, Inside, Kept, Lifecycle, NewAppspace, NewImport, Parts, ReadError, SnapshotError,
    Snapshotter, TRASH_KEPT,
};
use ds_routes::{Handler, Route, RouteId, RouteStore as _};
use ds_sandbox::{AppCode, ControlError, Limits};
use ds_store::{AppspaceDbs, Originals, Store};
use ds_testkit::{ScriptedEngine, sample};
use http::Method;

use crate::shelf::{Shelf, copy_all};

/// Where the appspace of [`World::appspace`] answers.
pub(crate) const NOTES: &str = "notes.example.com";

pub(crate) struct World {
    pub(crate) data: DataDir,
    pub(crate) store: Arc<Store>,
    pub(crate) dbs: Arc<AppspaceDbs>,
    pub(crate) engine: ScriptedEngine,
    pub(crate) gates: Gates,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) snapshots: Arc<Snapshots>,
    /// The addresses that were to be forgotten, and whether nobody could enter then.
    pub(crate) forgotten: Arc<Mutex<Vec<Address>>>,
    pub(crate) barred: Arc<BarredNames>,
    pub(crate) limits: Limits,
    pub(crate) least_free: u64,
}

/// Remembers what it was given, and looks whether that is a copy.
#[derive(Default)]
pub(crate) struct Snapshots {
    /// Where those are that are read again.
    pub(crate) shelf: Shelf,
    pub(crate) taken: Mutex<Vec<About>>,
    pub(crate) fail: Mutex<Option<&'static str>>,
    /// Whose members somebody looks at meanwhile, as pages do.
    pub(crate) looking: Mutex<Option<(Arc<AppspaceDbs>, AppspaceId)>>,
    /// Who must be able to enter while a copy is stored at every place.
    pub(crate) open: Mutex<Option<Gate>>,
    /// Whether nobody could enter, each time that one was taken.
    pub(crate) was_closed: Mutex<Vec<bool>>,
    /// The appspace that is looked at for that.
    pub(crate) looks_at: Mutex<Option<Gate>>,
    /// Those that were forgotten again.
    pub(crate) forgotten: Mutex<Vec<String>>,
    /// Those that were stored at other places, too, with what they have of a note.
    pub(crate) spread: Mutex<Vec<(About, String)>>,
}

#[async_trait]
impl Snapshotter for Snapshots {
    async fn snapshot(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<String, SnapshotError> {
        progress.expect(100, 1);
        if let Some(why) = *self.fail.lock().unwrap() {
            return Err(SnapshotError(why.into()));
        }
        let text = fs::read(tree.join(ABOUT)).unwrap();
        assert_eq!(serde_json::from_slice::<About>(&text).unwrap(), *about);
        let mut names: Vec<_> = fs::read_dir(tree.join(DATA))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["appspace-meta.db", "avatars", "files"]);
        let looking = self.looking.lock().unwrap().clone();
        if let Some((dbs, id)) = looking {
            dbs.members(id).await.unwrap();
        }
        progress.advance(100, 1);
        if let Some(gate) = &*self.looks_at.lock().unwrap() {
            self.was_closed.lock().unwrap().push(gate.enter().is_err());
        }
        let mut taken = self.taken.lock().unwrap();
        taken.push(about.clone());
        Ok(format!("snapshot {}", taken.len()))
    }

    async fn keep(
        &self,
        tree: &Path,
        about: &About,
        _: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        if let Some(gate) = self.open.lock().unwrap().clone() {
            drop(gate.enter().unwrap());
        }
        let fail = *self.fail.lock().unwrap();
        let near = match fail {
            Some(why) => Err(why.to_owned()),
            None => Ok(self.shelf.put(tree, about)),
        };
        let far = Err("it is far away".to_owned());
        let kept = [("far", far), ("near", near)];
        let kept = kept.map(|(place, outcome)| Kept {
            place: place.to_owned(),
            outcome,
        });
        Ok(kept.into())
    }

    fn has_more_places(&self) -> bool {
        true
    }

    async fn spread(
        &self,
        tree: &Path,
        about: &About,
        _: Arc<dyn Progress>,
    ) -> Result<Vec<Kept>, SnapshotError> {
        if let Some(gate) = self.open.lock().unwrap().clone() {
            drop(gate.enter().unwrap());
        }
        let text = fs::read(tree.join(ABOUT)).unwrap();
        assert_eq!(serde_json::from_slice::<About>(&text).unwrap(), *about);
        let note = fs::read_to_string(tree.join("data/files/note")).unwrap_or_default();
        self.spread.lock().unwrap().push((about.clone(), note));
        Ok(vec![Kept {
            place: "far".to_owned(),
            outcome: Err("it is far away".to_owned()),
        }])
    }

    async fn forget(&self, id: &str) -> Result<(), SnapshotError> {
        self.forgotten.lock().unwrap().push(id.to_owned());
        Ok(())
    }

    async fn read(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        _: Arc<dyn Progress>,
    ) -> Result<(), ReadError> {
        let from = self.shelf.dir(id);
        let from = only.map_or(from.clone(), |only| from.join(only));
        if !from.exists() {
            return Err(ReadError("there is nothing of that name".into()));
        }
        copy_all(&from, to);
        Ok(())
    }
}

/// Whoever is called as a file says may not come back, to whatever appspace; without that file everybody may.
pub(crate) struct BarredNames(pub(crate) PathBuf);

#[async_trait]
impl Barred for BarredNames {
    async fn take_out(
        &self,
        _: AppspaceId,
        id: AppspaceId,
        inside: &Inside,
    ) -> Result<(), StoreError> {
        let Ok(names) = fs::read_to_string(&self.0) else {
            return Ok(());
        };
        if names == "nobody knows" {
            let what = "list of names".into();
            return Err(StoreError::Missing { what });
        }
        for member in inside.members.members(id).await? {
            if !member.is_owner && names.lines().any(|name| name == member.display_name) {
                inside.members.remove_member(id, &member.proxy_id).await?;
            }
        }
        Ok(())
    }
}

/// A directory for a test, in memory if it can be: what is tested is what is written, not how fast.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

impl World {
    /// Opens a host in a directory, as it was left there.
    pub(crate) async fn open(root: &Path) -> Self {
        let data = DataDir::new(root);
        data.create().unwrap();
        fs::create_dir_all(root.join("archives")).unwrap();
        let store = Arc::new(Store::open(&data.database()).await.unwrap());
        Self {
            dbs: Arc::new(AppspaceDbs::of_host(data.clone(), &store)),
            data,
            store,
            engine: ScriptedEngine::new().migrating_in(migrate),
            gates: Gates::default(),
            clock: sample::clock(),
            snapshots: Arc::new(Snapshots {
                shelf: Shelf(root.join("shelf")),
                ..Snapshots::default()
            }),
            forgotten: Arc::default(),
            barred: Arc::new(BarredNames(root.join("barred"))),
            limits: Limits {
                migration: Duration::from_millis(500),
                ..Limits::default()
            },
            least_free: 0,
        }
    }

    /// A new host with an app in three versions.
    pub(crate) async fn new(root: &Path) -> Self {
        let world = Self::open(root).await;
        let account = sample::account("ada@example.com");
        world.store.add_account(&account, "hash").await.unwrap();
        let app = sample::app(account.id, "Notes");
        for (number, schema) in [("1.0.0", 1), ("2.0.0", 3), ("3.0.0", 3)] {
            let version = version(&app, number, schema);
            world.store.add_version(&app, &version).await.unwrap();
            let routes = [route(0, "/", Access::Public)];
            world.store.set_routes(version.id, &routes).await.unwrap();
        }
        world
    }

    pub(crate) fn lifecycle(&self) -> Lifecycle {
        self.lifecycle_with(self.snapshots.clone())
    }

    /// The same with snapshots kept elsewhere.
    pub(crate) fn lifecycle_with(&self, snapshots: Arc<dyn Snapshotter>) -> Lifecycle {
        let forgotten = Arc::clone(&self.forgotten);
        Lifecycle::new(Parts {
            data: self.data.clone(),
            appspaces: self.store.clone(),
            trash: self.store.clone(),
            apps: self.store.clone(),
            routes: self.store.clone(),
            inside: Inside::new(self.dbs.clone()),
            inside_of: Arc::new(|dir: AppspaceDir| Inside::new(Arc::new(AppspaceDbs::fixed(dir)))),
            barred: self.barred.clone(),
            jobs: self.store.clone(),
            snapshots: Some(snapshots),
            engine: Arc::new(self.engine.clone()),
            code_of: Arc::new(|version: &AppVersion| AppCode {
                run: PathBuf::from("/apps").join(version.version.to_string()),
                entry: "app/app.ts.js".into(),
                script: None,
                compiled: None,
                api: version.api,
                node_modules: false,
            }),
            limits: self.limits.clone(),
            limits_of: self.store.clone(),
            gates: self.gates.clone(),
            closes: vec![self.dbs.clone()],
            forget: Arc::new(move |address: &Address| {
                forgotten.lock().unwrap().push(address.clone());
            }),
            grace: Duration::from_millis(200),
            least_free: self.least_free,
            trash_kept: TRASH_KEPT,
            clock: self.clock.clone(),
        })
    }

    pub(crate) async fn account(&self) -> Account {
        self.store.accounts().await.unwrap().remove(0)
    }

    /// The app's version of this number.
    pub(crate) async fn version(&self, number: &str) -> AppVersion {
        let app = self.store.apps(self.account().await.id).await.unwrap();
        let versions = self.store.versions(app[0].id).await.unwrap();
        let found = versions
            .into_iter()
            .find(|v| v.version.to_string() == number);
        found.unwrap()
    }

    pub(crate) async fn new_appspace(&self, version: &str, address: &str) -> NewAppspace {
        NewAppspace {
            owner: self.account().await.id,
            owner_name: "Ada".into(),
            version: self.version(version).await,
            address: address.parse().unwrap(),
        }
    }

    /// Makes an appspace with some files in it.
    pub(crate) async fn create(&self, version: &str) -> Appspace {
        let new = self.new_appspace(version, NOTES).await;
        let appspace = self.lifecycle().create(new).await.unwrap();
        let files = self.data.appspace(appspace.id).files();
        fs::write(files.join("note"), "written by Ada").unwrap();
        fs::create_dir(files.join("more")).unwrap();
        fs::write(files.join("more/note"), vec![7; 100_000]).unwrap();
        appspace
    }

    /// Where archives are written.
    pub(crate) fn archive(&self) -> PathBuf {
        self.data.root().join("archives/notes.tar.zst")
    }

    /// What is to be made of a file, at an address that is free.
    pub(crate) async fn import(&self, from: &Path, version: Option<&str>) -> NewImport {
        NewImport {
            from: from.to_owned(),
            bounds: ImportBounds {
                keep_free: 0,
                ..ImportBounds::default()
            },
            owner: self.account().await.id,
            owner_name: "Ada".into(),
            owner_email: Some("ada@example.com".into()),
            address: "imported.example.com".parse().unwrap(),
            version: match version {
                Some(number) => Some(self.version(number).await),
                None => None,
            },
            installs: None,
            originals: Arc::new(Originals),
        }
    }

    /// The appspace at [`NOTES`].
    pub(crate) async fn appspace(&self) -> Appspace {
        let at = self.store.at(&NOTES.parse().unwrap()).await.unwrap();
        at.unwrap()
    }

    /// What the app does meanwhile.
    pub(crate) async fn scribble(&self) {
        let files = self.data.appspace(self.appspace().await.id).files();
        fs::write(files.join("note"), "written by Bob").unwrap();
        fs::remove_dir_all(files.join("more")).unwrap();
    }

    /// Makes Bob a member.
    pub(crate) async fn add_bob(&self) {
        let id = self.appspace().await.id;
        let bob = sample::member("Bob");
        self.dbs.add_member(id, &bob, None).await.unwrap();
    }

    /// Removes him for good.
    pub(crate) async fn bar_bob(&self) {
        let id = self.appspace().await.id;
        fs::write(&self.barred.0, "Bob").unwrap();
        for one in self.dbs.members(id).await.unwrap() {
            if one.display_name == "Bob" {
                self.dbs.remove_member(id, &one.proxy_id).await.unwrap();
            }
        }
    }

    /// Another appspace from the first snapshot.
    pub(crate) async fn anew(&self, address: &str) -> Anew {
        Anew {
            snapshot: self.snapshots.shelf.ids()[0].clone(),
            owner: self.account().await.id,
            owner_name: "Ada".into(),
            address: address.parse().unwrap(),
        }
    }

    pub(crate) async fn close(self) {
        for id in fs::read_dir(self.data.root().join("appspaces")).unwrap() {
            let id = id.unwrap().file_name().into_string().unwrap();
            ds_core::Closes::close(&*self.dbs, id.parse().unwrap()).await;
        }
        self.store.close().await;
    }
}

/// What the app's migrations do to its files: each step leaves a mark, changes a file and moves another.
pub(crate) fn migrate(dir: &AppspaceDir, from: Schema, to: Schema) -> Result<(), ControlError> {
    let files = dir.files();
    let failed = |error: std::io::Error| ControlError::App(error.to_string());
    fs::write(files.join("schema"), format!("{from} to {to}")).map_err(failed)?;
    if from > Schema::NONE {
        fs::write(files.join("note"), format!("migrated to {to}")).map_err(failed)?;
        let (more, moved) = (files.join("more"), files.join("moved"));
        let (old, new) = if more.exists() {
            (more, moved)
        } else {
            (moved, more)
        };
        fs::create_dir_all(&old)
            .and_then(|()| fs::rename(old, new))
            .map_err(failed)?;
    }
    Ok(())
}

/// A version that knows every migration to its schema and back.
fn version(app: &App, number: &str, schema: u32) -> AppVersion {
    let mut version = sample::version(app, number);
    version.schema = Schema(schema);
    let steps = (1..=schema).flat_map(|schema| {
        [Direction::Up, Direction::Down].map(|direction| MigrationStep {
            direction,
            schema: Schema(schema),
        })
    });
    version.manifest.migrations = steps.collect();
    version
}

pub(crate) fn route(id: u32, pattern: &str, access: Access) -> Route {
    Route {
        id: RouteId(id),
        method: Method::GET,
        pattern: pattern.into(),
        end: true,
        access,
        handler: Handler::Function {
            name: String::new(),
        },
    }
}
