//! The job log.

use ds_core::{AppId, AppspaceId, Job, JobId, JobKind, Timestamp, VersionId, Work};

use super::{HostStore, assert_missing, assert_taken};

/// [`JobLog`](ds_core::JobLog).
pub async fn job_log(store: &impl HostStore) {
    assert_eq!(store.unfinished().await.unwrap(), []);
    let job = |begun, work| Job {
        id: JobId::new(),
        work,
        begun: Timestamp(begun),
    };
    let create = || Work::CreateAppspace {
        appspace: AppspaceId::new(),
    };
    let install = Work::InstallVersion {
        app: AppId::new(),
        version: VersionId::new(),
    };
    let (late, early, middle) = (job(30, install), job(10, create()), job(20, create()));
    for one in [&late, &early, &middle] {
        store.begin(one).await.unwrap();
    }
    assert_taken(store.begin(&late).await);
    let unfinished = store.unfinished().await.unwrap();
    assert_eq!(unfinished, [early.clone(), middle.clone(), late.clone()]);

    store.end(early.id, None).await.unwrap();
    store
        .end(middle.id, Some("the disk is full"))
        .await
        .unwrap();
    assert_eq!(
        store.unfinished().await.unwrap(),
        std::slice::from_ref(&late)
    );
    assert_missing(store.end(JobId::new(), None).await);
    advancing(store, late).await;
    records(store).await;
}

async fn advancing(store: &impl HostStore, mut job: Job) {
    job.work = Work::CreateAppspace {
        appspace: AppspaceId::new(),
    };
    store.advance(job.id, &job.work).await.unwrap();
    assert_eq!(store.unfinished().await.unwrap(), [job.clone()]);
    store.end(job.id, None).await.unwrap();
    assert_missing(store.advance(job.id, &job.work).await);
    assert_missing(store.advance(JobId::new(), &job.work).await);
}

async fn records(store: &impl HostStore) {
    let appspace = AppspaceId::new();
    assert_eq!(store.recent(appspace).await.unwrap(), []);
    let job = |begun, work| Job {
        id: JobId::new(),
        work,
        begun: Timestamp(begun),
    };
    let made = job(1, Work::CreateAppspace { appspace });
    let kept = job(2, Work::Snapshot { appspace });
    let elsewhere = job(
        2,
        Work::Snapshot {
            appspace: AppspaceId::new(),
        },
    );
    store.begin(&made).await.unwrap();
    store.end(made.id, Some("the disk is full")).await.unwrap();
    for one in [&kept, &elsewhere] {
        store.begin(one).await.unwrap();
    }
    let recent = store.recent(appspace).await.unwrap();
    let kinds: Vec<_> = recent.iter().map(|r| (r.id, r.kind, r.begun)).collect();
    let expect = [
        (kept.id, JobKind::Snapshot, Timestamp(2)),
        (made.id, JobKind::CreateAppspace, Timestamp(1)),
    ];
    assert_eq!(kinds, expect);
    assert_eq!((recent[0].ended, &recent[0].failure), (None, &None));
    assert!(recent[1].ended > Some(recent[1].begun));
    assert_eq!(recent[1].failure.as_deref(), Some("the disk is full"));

    // There is one at a time: what begins says that the one before has ended.
    let next = job(3, Work::Snapshot { appspace });
    store.begin(&next).await.unwrap();
    let recent = store.recent(appspace).await.unwrap();
    assert_eq!((recent[0].id, recent[0].ended), (next.id, None));
    assert!(recent[1].ended.is_some() && recent[1].failure.is_some());
    store.end(next.id, None).await.unwrap();

    for begun in 4..120 {
        let one = job(begun, Work::Snapshot { appspace });
        store.begin(&one).await.unwrap();
        store.end(one.id, None).await.unwrap();
    }
    let recent = store.recent(appspace).await.unwrap();
    assert_eq!((recent.len(), recent[0].begun), (50, Timestamp(119)));
    // What is under way is never forgotten.
    assert_eq!(
        store.unfinished().await.unwrap(),
        std::slice::from_ref(&elsewhere)
    );
    store.end(elsewhere.id, None).await.unwrap();
}
