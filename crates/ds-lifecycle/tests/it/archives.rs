//! Exports, imports of them, and of the original's backups.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use ds_backup::{About, Consistency, CopyReason, ExportTree, FORMAT, NoProgress};
use ds_core::{
    AccountId, AppStore as _, AppVersion, AppspaceDir, AppspaceId, AppspaceStore as _, Closes as _,
    JobLog as _, Member, MemberStore as _, ProxyId, Schema, SchemaStore as _, error_chain,
};
use ds_lifecycle::{
    ExportDone, ExportError, ExportTo, ImportError, Imported, InstallPackage, Lifecycle, NewImport,
};
use ds_sandbox::BoxError;
use ds_store::AppspaceDbs;
use ds_testkit::original;

use crate::{
    state::State,
    world::{World, scratch},
};

pub(crate) async fn export(
    lifecycle: &Lifecycle,
    id: AppspaceId,
    to: PathBuf,
) -> Result<ExportDone, ExportError> {
    let job = lifecycle.export(id, ExportTo::File(to), false).await?;
    job.wait().await
}

pub(crate) async fn import(lifecycle: &Lifecycle, new: NewImport) -> Result<Imported, ImportError> {
    lifecycle.import(new).await?.wait().await
}

/// Names and rights of members.
async fn members(world: &World, id: AppspaceId) -> Vec<(String, String, bool)> {
    let members = world.dbs.members(id).await.unwrap().into_iter();
    let shown = |one: Member| (one.proxy_id.to_string(), one.display_name, one.is_owner);
    members.map(shown).collect()
}

#[tokio::test]
async fn what_is_exported_is_imported() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let (lifecycle, old) = (world.lifecycle(), world.create("1.0.0").await);
    let done = export(&lifecycle, old.id, world.archive()).await.unwrap();
    assert_eq!(done.about.schema, Schema(1));
    assert_eq!(
        (done.about.members, done.about.app.version.to_string()),
        (1, "1.0.0".into())
    );
    assert!(world.gates.of(&old).enter().is_ok(), "it goes on");
    let again = export(&lifecycle, old.id, world.archive())
        .await
        .unwrap_err();
    assert!(matches!(again, ExportError::Exists(_)), "{again}");

    let new = world.import(&world.archive(), None).await;
    let made = import(&lifecycle, new.clone()).await.unwrap();
    assert_eq!(made.appspace.version_id, old.version_id);
    assert_eq!((made.about, made.members), (Some(done.about), 1));
    let (there, here) = (
        world.data.appspace(old.id),
        world.data.appspace(made.appspace.id),
    );
    for name in ["note", "more/note", "schema"] {
        let read = |dir: &AppspaceDir| fs::read(dir.files().join(name)).unwrap();
        assert_eq!(read(&there), read(&here), "{name}");
    }
    let account = world.account().await.id;
    let mine = world.dbs.member_of_account(made.appspace.id, account).await;
    assert!(mine.unwrap().unwrap().is_owner);
    assert_eq!(
        members(&world, old.id).await,
        members(&world, made.appspace.id).await
    );

    let taken = import(&lifecycle, new).await.unwrap_err();
    assert!(taken.to_string().contains("backup restore"), "{taken}");
}

#[tokio::test]
async fn a_writer_gets_the_archive_with_the_package() {
    struct Shared(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let root = scratch();
    let world = World::new(root.path()).await;
    let old = world.create("1.0.0").await;
    let installed = world.data.app_version(old.app, old.version_id);
    fs::create_dir_all(installed.package()).unwrap();
    fs::write(installed.package().join("app.ts"), "code").unwrap();
    let written = Arc::new(Mutex::new(Vec::new()));
    let to = ExportTo::Writer(Box::new(Shared(Arc::clone(&written))));
    let job = world.lifecycle().export(old.id, to, true).await.unwrap();
    job.wait().await.unwrap();
    let bytes = written.lock().unwrap().clone();
    assert!(ds_backup::probe(&*bytes).unwrap().package);
    let into = root.path().join("unpacked");
    ds_backup::import(
        &*bytes,
        &into,
        &world.import(&into, None).await.bounds,
        &NoProgress,
    )
    .unwrap();
    assert_eq!(
        fs::read_to_string(into.join("package/app.ts")).unwrap(),
        "code"
    );
}

/// Says that it installed another version than the archive has.
struct Installs(Mutex<Vec<String>>, AppVersion);

#[async_trait]
impl InstallPackage for Installs {
    async fn install(&self, _: AccountId, package: PathBuf) -> Result<AppVersion, BoxError> {
        let code = fs::read_to_string(package.join("app.ts"))?;
        self.0.lock().unwrap().push(code);
        Ok(self.1.clone())
    }
}

/// An archive as another host would make it.
struct Made {
    about: About,
    dir: tempfile::TempDir,
}

impl Made {
    async fn new(version: &AppVersion, members: &[(&str, bool, Option<AccountId>)]) -> Self {
        let dir = scratch();
        let at = AppspaceDir::new(dir.path());
        at.create().unwrap();
        fs::write(at.files().join("note"), "from elsewhere").unwrap();
        let (dbs, id) = (AppspaceDbs::fixed(at), AppspaceId::new());
        for (name, is_owner, account) in members {
            let member = Member {
                proxy_id: ProxyId::random(),
                display_name: (*name).into(),
                avatar: String::new(),
                permissions: ["edit".parse().unwrap()].into(),
                is_owner: *is_owner,
            };
            dbs.add_member(id, &member, *account).await.unwrap();
        }
        dbs.set_schema(id, version.schema).await.unwrap();
        dbs.close(id).await;
        let about = About {
            format: FORMAT,
            appspace: id,
            address: "elsewhere.example.org".parse().unwrap(),
            app: version.manifest.clone(),
            schema: version.schema,
            made: ds_core::Timestamp(0),
            reason: CopyReason::Export,
            consistency: Consistency::AtRest,
            members: u32::try_from(members.len()).unwrap(),
        };
        Self { about, dir }
    }

    fn write(&self, to: &Path, with_package: bool) {
        let package = self.dir.path().join("package");
        fs::create_dir_all(&package).unwrap();
        fs::write(package.join("app.ts"), "code").unwrap();
        let tree = ExportTree {
            about: self.about.clone(),
            data: self.dir.path().join("data"),
            package: with_package.then_some(package),
        };
        let file = fs::File::create(to).unwrap();
        ds_backup::export(&tree, file, &NoProgress).unwrap();
    }
}

/// A member: name, whether it is the owner, and the account.
type Who<'a> = (&'a str, bool, Option<AccountId>);

#[tokio::test]
async fn nobody_is_locked_out_of_what_they_import() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let (lifecycle, version) = (world.lifecycle(), world.version("1.0.0").await);
    let mine = world.account().await.id;
    let other = AccountId::new();
    // Who is in it, and who of them owns it afterwards.
    let check = async |before: &[Who<'_>], expect: &[(&str, bool)]| {
        Made::new(&version, before)
            .await
            .write(&world.archive(), false);
        let mut new = world.import(&world.archive(), None).await;
        new.address = format!(
            "a{}.example.com",
            fs::read_dir(root.path().join("appspaces")).unwrap().count()
        )
        .parse()
        .unwrap();
        let made = import(&lifecycle, new).await.unwrap().appspace;
        let found = members(&world, made.id).await;
        let found: Vec<_> = found
            .iter()
            .map(|(_, name, owner)| (name.as_str(), *owner))
            .collect();
        assert_eq!(found, expect, "{before:?}");
        let me = world
            .dbs
            .member_of_account(made.id, mine)
            .await
            .unwrap()
            .unwrap();
        assert!(me.is_owner);
        let them = world.dbs.member_of_account(made.id, other).await.unwrap();
        assert!(them.is_none_or(|them| !them.is_owner));
    };
    check(
        &[("Ann", true, Some(other)), ("Bob", false, None)],
        &[("Ann", true), ("Bob", false)],
    )
    .await;
    check(
        &[("Ann", true, Some(other)), ("Me", false, Some(mine))],
        &[("Me", true), ("Ann", false)],
    )
    .await;
    check(
        &[("Me", true, Some(mine)), ("Bob", false, Some(other))],
        &[("Me", true), ("Bob", false)],
    )
    .await;
    check(&[], &[("Ada", true)]).await;
}

/// Installs a version when it is asked to.
struct Late(Arc<ds_store::Store>, ds_core::App, AppVersion);
#[async_trait]
impl InstallPackage for Late {
    async fn install(&self, _: AccountId, package: PathBuf) -> Result<AppVersion, BoxError> {
        assert!(package.join("app.ts").is_file());
        self.0.add_version(&self.1, &self.2).await?;
        Ok(self.2.clone())
    }
}

#[tokio::test]
async fn the_app_comes_with_the_archive_if_asked() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let lifecycle = world.lifecycle();
    let mut version = world.version("1.0.0").await;
    version.manifest.version = "1.5.0".parse().unwrap();
    let made = Made::new(&version, &[("Ann", true, None)]).await;
    made.write(&world.archive(), true);
    let before = State::of(&world).await;
    let mut new = world.import(&world.archive(), None).await;
    let refused = import(&lifecycle, new.clone()).await.unwrap_err();
    assert!(
        matches!(
            refused,
            ImportError::NoApp {
                has_package: true,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(State::of(&world).await, before);

    // What is installed must be what the archive says.
    let lies = Arc::new(Installs(Mutex::default(), world.version("1.0.0").await));
    new.installs = Some(lies);
    let refused = import(&lifecycle, new.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("another app"), "{refused}");

    let app = world
        .store
        .apps(world.account().await.id)
        .await
        .unwrap()
        .remove(0);
    version.id = ds_core::VersionId::new();
    version.version = "1.5.0".parse().unwrap();
    world.store.add_version(&app, &version).await.unwrap();
    let installed = world.version("1.5.0").await;
    world.store.remove_version(installed.id).await.unwrap();
    new.installs = Some(Arc::new(Late(world.store.clone(), app, installed)));
    let made = import(&lifecycle, new).await.unwrap().appspace;
    assert_eq!(made.version.to_string(), "1.5.0");
    assert!(!world.data.appspace(made.id).root().join("package").exists());
}

#[tokio::test]
async fn an_original_becomes_an_appspace() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let lifecycle = world.lifecycle();
    let zip = root.path().join("archives/backup.zip");
    let files: [(&str, &[u8]); 3] = [
        ("files/note", b"of old"),
        ("files/more/note", b"deep"),
        ("logs/log.txt", b"log"),
    ];
    fs::write(&zip, original::backup(&files)).unwrap();
    let unknown = world.import(&zip, None).await;
    let unknown = import(&lifecycle, unknown).await.unwrap_err();
    assert!(matches!(unknown, ImportError::AppUnknown), "{unknown}");

    let new = world.import(&zip, Some("2.0.0")).await;
    let made = import(&lifecycle, new).await.unwrap();
    assert_eq!((made.files, made.left_out, made.members), (2, 1, 2));
    let (id, dir) = (made.appspace.id, world.data.appspace(made.appspace.id));
    let read = |name: &str| fs::read_to_string(dir.files().join(name)).unwrap();
    // From schema 1 to 3.
    assert_eq!(
        (read("note"), read("moved/note")),
        ("migrated to 3".into(), "deep".into())
    );
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(3));
    let expect = [
        ("aaaaaaaa", "Ada of old", true),
        ("bbbbbbbb", "Bob of old", false),
    ];
    let expect = expect.map(|(id, name, owner)| (id.into(), name.into(), owner));
    assert_eq!(members(&world, id).await, expect);
    let mine = world
        .dbs
        .member_of_account(id, world.account().await.id)
        .await;
    assert_eq!(mine.unwrap().unwrap().proxy_id.as_str(), "aaaaaaaa");
    assert!(!dir.root().join("original-meta.db").exists());
}

#[tokio::test]
async fn what_is_no_appspace_is_refused_and_leaves_nothing() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let (lifecycle, version) = (world.lifecycle(), world.version("1.0.0").await);
    let before = State::of(&world).await;
    let check = async |name: &str, spoil: &dyn Fn(&mut Made), expect: &str| {
        let from = root.path().join("hostile");
        let mut made = Made::new(&version, &[("Ann", true, None)]).await;
        spoil(&mut made);
        made.write(&from, false);
        let new = world.import(&from, None).await;
        let said = error_chain(&import(&lifecycle, new).await.unwrap_err());
        assert!(said.contains(expect), "{name}: {said}");
        assert_eq!(State::of(&world).await, before, "{name}");
        assert!(world.store.unfinished().await.unwrap().is_empty());
    };
    let data = |made: &Made| made.dir.path().join("data");
    let meta = move |made: &Made| data(made).join("appspace-meta.db");
    // What else is directly in `data/` the format itself refuses.
    check(
        "no database",
        &|made| fs::remove_file(meta(made)).unwrap(),
        "no `data/app",
    )
    .await;
    let original = |made: &mut Made| fs::write(meta(made), original::META).unwrap();
    check(
        "another's database",
        &original,
        "which none made by Dropserver has",
    )
    .await;
    let noise = |made: &mut Made| fs::write(meta(made), vec![7; 9000]).unwrap();
    check("noise", &noise, "not a database").await;
    check(
        "schema",
        &|made| made.about.schema = Schema(2),
        "schema 2, and it has 1",
    )
    .await;
    let unknown = |made: &mut Made| made.about.app.name = "Nobody's".into();
    check("app", &unknown, "is not installed here").await;
    fs::remove_file(root.path().join("hostile")).unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_meanwhile() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let lifecycle = world.lifecycle();
    let old = world.create("1.0.0").await;
    export(&lifecycle, old.id, world.archive()).await.unwrap();
    let before = State::of(&world).await;
    let new = world.import(&world.archive(), None).await;
    let first = lifecycle.import(new.clone()).await.unwrap();
    let second = lifecycle.import(new).await.unwrap();
    let outcomes = [first.wait().await, second.wait().await];
    let done = outcomes.iter().filter(|one| one.is_ok()).count();
    assert_eq!(done, 1, "{outcomes:?}");
    let there = world
        .store
        .at(&"imported.example.com".parse().unwrap())
        .await;
    assert!(there.unwrap().is_some());
    let after = State::of(&world).await;
    assert_eq!(after.appspaces.len(), before.appspaces.len() + 1);
    assert!(after.is_tidy(), "{after:?}");
}
