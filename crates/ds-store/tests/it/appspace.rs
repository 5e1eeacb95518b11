//! `appspace-meta.db`.

use std::{collections::BTreeSet, fs, path::Path};

use ds_core::{
    AccountId, AppspaceDir, AppspaceId, Closes as _, DataDir, Integrity as _, Member,
    MemberLooks as _, MemberStore as _, ProxyId, Schema, SchemaStore as _, StoreError, TakenLook,
};
use ds_store::{AppspaceDbs, QueryCount};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::host;

fn member(name: &str) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.into(),
        avatar: String::new(),
        permissions: BTreeSet::new(),
        is_owner: false,
    }
}

/// The files below `dir` that this process has open.
fn open_files(dir: &Path) -> usize {
    fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|fd| fs::read_link(fd.ok()?.path()).ok())
        .filter(|file| file.starts_with(dir))
        .count()
}

fn files(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn dbs(root: &Path) -> (DataDir, AppspaceDbs) {
    let data = DataDir::new(root);
    let place = data.clone();
    (
        data,
        AppspaceDbs::new(move |id| place.appspace(id), QueryCount::new()),
    )
}

#[tokio::test]
async fn closing_leaves_one_file_and_no_handle() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let id = AppspaceId::new();
    let dir = data.appspace(id);
    dir.create().unwrap();
    let ada = member("Ada");
    dbs.add_member(id, &ada, None).await.unwrap();
    assert_eq!(open_files(root.path()), 1);
    dbs.close(id).await;
    assert_eq!(open_files(root.path()), 0);
    assert_eq!(files(&dir.data()), ["appspace-meta.db", "avatars", "files"]);
    dbs.close(id).await;

    assert_eq!(dbs.members(id).await.unwrap(), [ada]);
    assert_eq!(open_files(root.path()), 1);
}

#[tokio::test]
async fn closing_waits_for_who_uses_it() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let id = AppspaceId::new();
    data.appspace(id).create().unwrap();
    for round in 0..20 {
        let writes: Vec<_> = (0..8)
            .map(|_| {
                let dbs = dbs.clone();
                tokio::spawn(async move { dbs.set_schema(id, Schema(round)).await })
            })
            .collect();
        dbs.close(id).await;
        for write in writes {
            write.await.unwrap().unwrap();
        }
        dbs.close(id).await;
        assert_eq!(open_files(root.path()), 0);
        assert_eq!(dbs.schema(id).await.unwrap(), Schema(round));
    }
}

#[tokio::test]
async fn only_some_stay_open() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let ids: Vec<_> = (0..70).map(|_| AppspaceId::new()).collect();
    for (n, id) in (0_u32..).zip(&ids) {
        data.appspace(*id).create().unwrap();
        dbs.set_schema(*id, Schema(n)).await.unwrap();
    }
    // Closing goes on in the background; a slow machine gets its time.
    for _ in 0..1000 {
        if open_files(root.path()) <= 64 {
            break;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert!(open_files(root.path()) <= 64);
    for (n, id) in (0_u32..).zip(&ids) {
        assert_eq!(dbs.schema(*id).await.unwrap(), Schema(n));
        dbs.close(*id).await;
    }
    for id in ids {
        dbs.close(id).await;
    }
    assert_eq!(open_files(root.path()), 0);
}

#[tokio::test]
async fn no_directory_no_database() {
    let root = tempfile::tempdir().unwrap();
    let (_, dbs) = dbs(root.path());
    let error = dbs.members(AppspaceId::new()).await.unwrap_err();
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
    assert_eq!(files(root.path()), [""; 0]);
}

#[tokio::test]
async fn a_fixed_directory_serves_any_id() {
    let root = tempfile::tempdir().unwrap();
    let dir = AppspaceDir::new(root.path());
    dir.create().unwrap();
    let dbs = AppspaceDbs::fixed(dir);
    let ada = member("Ada");
    dbs.add_member(AppspaceId::new(), &ada, Some(AccountId::new()))
        .await
        .unwrap();
    assert_eq!(dbs.members(AppspaceId::new()).await.unwrap(), [ada]);
}

#[tokio::test]
async fn statements_are_counted_with_those_of_the_host() {
    let host = host().await;
    let data = DataDir::new(host.dir.path());
    let id = host.appspace.id;
    data.appspace(id).create().unwrap();
    let dbs = AppspaceDbs::of_host(data, &host.store);
    assert!(dbs.schema(id).await.is_err(), "reading makes none");
    dbs.set_schema(id, Schema(1)).await.unwrap();
    let before = host.store.queries();
    dbs.member(id, &ProxyId::random()).await.unwrap();
    assert_eq!(host.store.queries(), before + 1);
}

#[tokio::test]
async fn nonsense_in_the_file_is_an_error_with_words() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let id = AppspaceId::new();
    let dir = data.appspace(id);
    dir.create().unwrap();
    fs::write(dir.meta_database(), "dear diary".repeat(1000)).unwrap();
    let error = dbs.schema(id).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot read the schema of an appspace");

    fs::remove_file(dir.meta_database()).unwrap();
    dbs.set_schema(id, Schema(3)).await.unwrap();
    dbs.close(id).await;
    let path = dir.meta_database();
    let mut db = sqlx::SqliteConnection::connect(path.to_str().unwrap())
        .await
        .unwrap();
    db.execute("UPDATE info SET value = '-3'").await.unwrap();
    db.close().await.unwrap();
    let error = dbs.schema(id).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot understand the stored schema");
}

#[tokio::test]
async fn a_check_finds_what_is_broken() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let id = AppspaceId::new();
    let dir = data.appspace(id);
    dir.create().unwrap();
    for n in 0..50 {
        dbs.add_member(id, &member(&format!("{n}")), None)
            .await
            .unwrap();
    }
    dbs.check(id).await.unwrap();
    dbs.close(id).await;
    let whole = fs::read(dir.meta_database()).unwrap();
    for at in (0..whole.len()).step_by(4096) {
        let mut damaged = whole.clone();
        damaged[at..at + 64].fill(0xa5);
        fs::write(dir.meta_database(), damaged).unwrap();
        let error = dbs.check(id).await.unwrap_err();
        assert!(matches!(error, StoreError::Broken { .. }), "{at}: {error}");
        dbs.close(id).await;
    }
    fs::write(dir.meta_database(), whole).unwrap();
    dbs.check(id).await.unwrap();
}

/// What a member took over is never shown without being recorded: then they would follow no more.
#[tokio::test]
async fn a_look_is_worn_whole_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    let (data, dbs) = dbs(root.path());
    let id = AppspaceId::new();
    let dir = data.appspace(id);
    dir.create().unwrap();
    let ada = member("Ada");
    dbs.add_member(id, &ada, None).await.unwrap();
    dbs.close(id).await;
    let mut db = SqliteConnection::connect(dir.meta_database().to_str().unwrap())
        .await
        .unwrap();
    // The power goes between the two.
    let cut =
        "CREATE TRIGGER cut BEFORE INSERT ON taken_looks BEGIN SELECT raise(ABORT, 'cut'); END";
    db.execute(cut).await.unwrap();
    let after = Member {
        display_name: "Countess".into(),
        ..ada.clone()
    };
    let taken = TakenLook {
        who: "b.example/ada".into(),
        name: "Countess".into(),
        ..TakenLook::default()
    };
    assert!(dbs.wear(id, &ada, &after, &taken).await.is_err());
    assert_eq!(
        dbs.member(id, &ada.proxy_id).await.unwrap(),
        Some(ada.clone())
    );
    db.execute("DROP TRIGGER cut").await.unwrap();
    assert!(dbs.wear(id, &ada, &after, &taken).await.unwrap());
    let look = dbs.taken_look(id, &ada.proxy_id).await.unwrap();
    assert_eq!(look, Some(taken));

    // A database of before there were any is brought up to date.
    dbs.close(id).await;
    db.execute("DROP TABLE taken_looks").await.unwrap();
    db.execute("DELETE FROM _sqlx_migrations WHERE version = 2")
        .await
        .unwrap();
    db.close().await.unwrap();
    dbs.check_foreign(id).await.unwrap();
    assert_eq!(dbs.members(id).await.unwrap(), [after]);
    assert_eq!(dbs.taken_look(id, &ada.proxy_id).await.unwrap(), None);
}
