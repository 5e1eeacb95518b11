//! The job log.

use ds_core::{AppId, AppspaceId, Job, JobId, Timestamp, VersionId, Work};

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
    assert_eq!(store.unfinished().await.unwrap(), [late]);
    assert_missing(store.end(JobId::new(), None).await);
}
