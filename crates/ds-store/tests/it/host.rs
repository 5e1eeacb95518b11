//! `host.db`.

use std::os::unix::fs::PermissionsExt as _;

use ds_auth::{AccountStore as _, Session, SessionStore as _, Subject};
use ds_core::{
    AccountId, AppStore as _, AppspaceStore as _, Job, JobId, JobLog as _, ProxyId, StoreError,
    Timestamp, TrashStore as _, VersionId, Work,
    limits::{LimitOverrides, LimitStore as _},
    secret::Token,
};
use ds_store::{OpenError, Store};
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};

use crate::{account, appspace, host};

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let host = host().await;
    let path = host.dir.path().join("host.db");
    host.store.close().await;
    let files: Vec<_> = std::fs::read_dir(host.dir.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left beside it: {files:?}");

    let again = Store::open(&path).await.unwrap();
    let at = again.at(&host.appspace.address).await.unwrap();
    assert_eq!(at.as_ref(), Some(&host.appspace));
    let version = again.version(host.version.id).await.unwrap();
    assert_eq!(version.as_ref(), Some(&host.version));
}

#[tokio::test]
async fn only_the_user_may_read_it() {
    let host = host().await;
    for entry in std::fs::read_dir(host.dir.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_with_words() {
    let host = host().await;
    let path = host.dir.path().join("host.db");
    host.store.close().await;
    let mut db = SqliteConnection::connect(path.to_str().unwrap())
        .await
        .unwrap();
    db.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', TRUE, x'00', 0)",
    )
    .await
    .unwrap();
    db.close().await.unwrap();
    let Err(error) = Store::open(&path).await else {
        panic!("opened");
    };
    assert!(matches!(error, OpenError::Newer { .. }), "{error:?}");
    assert!(error.to_string().contains("newer Dropserver"));
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("host.db");
    std::fs::write(&path, "dear diary".repeat(1000)).unwrap();
    assert!(matches!(
        Store::open(&path).await,
        Err(OpenError::Open { .. })
    ));
    assert!(
        Store::open(&dir.path().join("missing/host.db"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn every_statement_is_counted() {
    let host = host().await;
    let before = host.store.queries();
    host.store.at(&host.appspace.address).await.unwrap();
    assert_eq!(host.store.queries(), before + 1);
    host.store.set_paused(host.appspace.id, true).await.unwrap();
    assert_eq!(host.store.counter().get(), before + 2);
}

#[tokio::test]
async fn lookups_of_every_request_use_an_index() {
    let host = host().await;
    let path = host.dir.path().join("host.db");
    let mut db = SqliteConnection::connect(path.to_str().unwrap())
        .await
        .unwrap();
    for query in [
        "SELECT * FROM appspaces a JOIN versions v ON v.id = a.version WHERE a.address = 'x'",
        "SELECT * FROM sessions WHERE token_hash = 'x'",
        "SELECT * FROM routes WHERE version = 'x' ORDER BY position",
        "DELETE FROM sessions WHERE appspace = 'x' AND proxy_id = 'y'",
        "DELETE FROM sessions WHERE account = 'x'",
        "DELETE FROM sessions WHERE expires < 1",
    ] {
        let plan = format!("EXPLAIN QUERY PLAN {query}");
        let rows = db.fetch_all(sqlx::AssertSqlSafe(plan)).await.unwrap();
        for row in rows {
            let step: String = row.get("detail");
            assert!(
                !step.starts_with("SCAN") && !step.contains("TEMP"),
                "{query}: {step}"
            );
        }
    }
}

#[tokio::test]
async fn of_many_first_accounts_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("host.db")).await.unwrap();
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let account = account(&format!("{n}@example.com"));
                store.add_first_account(&account, "hash").await.is_ok()
            })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        won += u32::from(one.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_refers_to_nothing_is_refused() {
    let host = host().await;
    let stranger = account("stranger@example.com");
    let lost = appspace(&stranger, &host.version, "lost.example.com");
    let error = host.store.add(&lost).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    let session = Session {
        subject: Subject::Account(AccountId::new()),
        created: Timestamp(0),
        expires: Timestamp(1),
    };
    let error = host
        .store
        .add_session(&Token::random().hash(), &session, None)
        .await;
    assert!(matches!(error, Err(StoreError::Missing { .. })));
    assert!(
        host.store.remove_version(host.version.id).await.is_err(),
        "in use"
    );
    assert!(host.store.version(host.version.id).await.unwrap().is_some());
    host.store.remove_version(VersionId::new()).await.unwrap();
}

#[tokio::test]
async fn a_removed_appspace_takes_its_sessions_along() {
    let host = host().await;
    let token = Token::random().hash();
    let session = Session {
        subject: Subject::Member {
            appspace: host.appspace.id,
            proxy_id: ProxyId::random(),
            account: Some(host.account.id),
        },
        created: Timestamp(0),
        expires: Timestamp(1),
    };
    host.store
        .add_session(&token, &session, None)
        .await
        .unwrap();
    assert_eq!(host.store.session(&token).await.unwrap(), Some(session));
    host.store.remove(host.appspace.id).await.unwrap();
    assert_eq!(host.store.session(&token).await.unwrap(), None);
}

#[tokio::test]
async fn readers_and_writers_do_not_refuse_one_another() {
    let host = host().await;
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let (store, space) = (host.store.clone(), host.appspace.clone());
            tokio::spawn(async move {
                if n % 2 == 0 {
                    store.set_paused(space.id, n % 4 == 0).await
                } else {
                    store
                        .at(&space.address)
                        .await
                        .map(|found| assert!(found.is_some()))
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn what_is_in_the_trash_keeps_what_belongs_to_it() {
    let host = host().await;
    let id = host.appspace.id;
    let set = LimitOverrides {
        threads: Some(9),
        ..LimitOverrides::default()
    };
    host.store.set_limits(id, &set).await.unwrap();
    let begin = async || {
        let job = Job {
            id: JobId::new(),
            work: Work::Snapshot { appspace: id },
            begun: Timestamp(4),
        };
        host.store.begin(&job).await.unwrap();
        job.id
    };
    host.store
        .trash(id, Timestamp(5), begin().await)
        .await
        .unwrap();
    assert!(
        host.store.remove_version(host.version.id).await.is_err(),
        "it may come back"
    );
    let taken = appspace(&host.account, &host.version, "notes.example.com");
    host.store.add(&taken).await.unwrap();
    let free = "back.example.com".parse().unwrap();
    host.store.take_out(id, &free, begin().await).await.unwrap();
    assert_eq!(host.store.limits(id).await.unwrap(), set);

    host.store
        .trash(id, Timestamp(5), begin().await)
        .await
        .unwrap();
    host.store.forget_trashed(id).await.unwrap();
    assert_eq!(
        host.store.limits(id).await.unwrap(),
        LimitOverrides::default()
    );
}

#[tokio::test]
async fn jobs_of_before_are_still_understood() {
    let host = host().await;
    let id = host.appspace.id;
    let path = host.dir.path().join("host.db");
    let mut db = SqliteConnection::connect(path.to_str().unwrap())
        .await
        .unwrap();
    // As it was written before appspaces and ends were recorded with jobs.
    let sql = format!(
        "INSERT INTO jobs (id, work, begun, state)
         VALUES ('{}', '{{\"kind\":\"create-appspace\",\"appspace\":\"{id}\"}}', 1, 'running')",
        JobId::new()
    );
    db.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    db.close().await.unwrap();
    let unfinished = host.store.unfinished().await.unwrap();
    assert_eq!(unfinished[0].work, Work::CreateAppspace { appspace: id });
    assert_eq!(host.store.recent(id).await.unwrap(), []);
}
