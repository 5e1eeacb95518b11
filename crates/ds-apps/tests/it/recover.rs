//! After a crash in the middle of an install.

use std::fs;

use ds_core::{AppId, Job, JobId, JobLog as _, Timestamp, VersionId, Work};

use crate::support::{World, pack::Tar};

async fn crashed(world: &World, app: AppId, version: VersionId) -> JobId {
    let id = JobId::new();
    let work = Work::InstallVersion { app, version };
    let begun = Timestamp(1);
    world.stores.begin(&Job { id, work, begun }).await.unwrap();
    fs::create_dir_all(world.data.staging(id).join("app")).unwrap();
    id
}

#[tokio::test]
async fn what_was_published_and_not_recorded_goes() {
    let world = World::new();
    let installed = world.install(&Tar::app().gz()).await.unwrap();
    let before = world.state();

    for app in [AppId::new(), installed.app.id] {
        let version = VersionId::new();
        crashed(&world, app, version).await;
        let dir = world.data.app_version(app, version);
        fs::create_dir_all(dir.package()).unwrap();
        fs::write(dir.package().join("app.js"), "").unwrap();
        assert_ne!(world.state(), before);
        assert_eq!(world.installer.recover().await.unwrap(), 1);
        assert_eq!(world.state(), before);
        assert!(world.stores.ended().last().unwrap().is_some());
    }
    assert_eq!(world.installer.recover().await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_recorded_stays() {
    let world = World::new();
    let installed = world.install(&Tar::app().gz()).await.unwrap();
    let before = world.state();
    crashed(&world, installed.app.id, installed.version.id).await;
    assert_eq!(world.installer.recover().await.unwrap(), 0);
    assert_eq!(world.state(), before);
    assert_eq!(world.stores.ended(), [None, None]);
}

#[tokio::test]
async fn other_work_is_left_alone() {
    let world = World::new();
    let work = Work::CreateAppspace {
        appspace: ds_core::AppspaceId::new(),
    };
    let (id, begun) = (JobId::new(), Timestamp(1));
    world.stores.begin(&Job { id, work, begun }).await.unwrap();
    let before = world.state();
    assert_eq!(world.installer.recover().await.unwrap(), 0);
    assert_eq!(world.state(), before);
}
