//! What earlier work left behind must not be mistaken for what came later, and nobody may touch what is unsettled.

use std::fs;

use ds_core::{
    AppspaceStore as _, Closed, Closure, Job, JobId, JobLog as _, MemberStore as _, Reason,
    TrashStore as _, Work, publish::DirId,
};
use ds_lifecycle::{Anomaly, ChangeError, JobError};
use ds_testkit::sample::NOW;

use crate::{
    state::State,
    world::{World, scratch},
};

/// A job as it is in the log when it could not be recorded that it ended.
async fn noted(world: &World, work: Work) -> JobId {
    let id = JobId::new();
    let begun = NOW;
    world.store.begin(&Job { id, work, begun }).await.unwrap();
    id
}

#[tokio::test]
async fn the_next_job_ends_one_whose_end_was_not_recorded() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    let undone = Work::ChangeVersion {
        appspace: id,
        from: world.version("1.0.0").await.id,
        to: world.version("3.0.0").await.id,
        new_data: None,
    };
    let old = noted(&world, undone.clone()).await;
    let lifecycle = world.lifecycle();
    let to = world.version("2.0.0").await.id;
    let job = lifecycle.change_version(id, to).await.unwrap();
    job.wait().await.unwrap();
    // File systems use the number of a directory that was removed for the next one.
    let live = DirId::of(&world.data.appspace(id).data()).unwrap().unwrap();
    let late = world.store.advance(old, &undone.with_new_data(live)).await;
    assert!(late.is_err(), "it has ended");

    lifecycle.recover().await.unwrap();
    assert_eq!(world.appspace().await.version_id, to);
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn what_is_unsettled_is_left_alone() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let to = world.version("2.0.0").await.id;
    let elsewhere = DirId::of(root.path()).unwrap().unwrap();
    let work = Work::ChangeVersion {
        appspace: appspace.id,
        from: appspace.version_id,
        to,
        new_data: Some(elsewhere),
    };
    let job = noted(&world, work).await;
    fs::create_dir_all(world.data.staging(job).join("copy/data")).unwrap();
    let lifecycle = world.lifecycle();
    lifecycle.recover().await.unwrap();
    assert!(world.data.staging(job).exists());

    let refused = lifecycle.change_version(appspace.id, to).await.err();
    let is_unsettled = matches!(refused, Some(ChangeError::Job(JobError::Unsettled)));
    assert!(is_unsettled, "{refused:?}");
    assert!(lifecycle.delete(appspace.id).await.is_err());
    let gate = world.gates.of(&appspace);
    let unsettled = Some(Closed::Standing(Closure::Unsettled));
    assert_eq!(gate.enter().err(), unsettled);
    assert_eq!(gate.visit().err(), unsettled);
    assert_eq!(world.store.unfinished().await.unwrap().len(), 1);
}

/// A directory that is not to be removed, where the file system knows of such.
fn fix(dir: &std::path::Path, is_fixed: bool) -> bool {
    let flags = if is_fixed {
        rustix::fs::IFlags::IMMUTABLE
    } else {
        rustix::fs::IFlags::empty()
    };
    let dir = fs::File::open(dir).unwrap();
    rustix::fs::ioctl_setflags(&dir, flags).is_ok()
}

#[tokio::test]
async fn what_cannot_be_removed_does_not_keep_the_host_from_starting() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let snapshot = Work::Snapshot {
        appspace: appspace.id,
    };
    let job = noted(&world, snapshot).await;
    let left = [world.data.staging(job), world.data.staging_root().join("x")];
    for dir in &left {
        fs::create_dir_all(dir.join("copy")).unwrap();
        fs::write(dir.join("copy/it"), "it").unwrap();
    }
    fs::create_dir(world.data.staging_root().join("y")).unwrap();
    // Only where root may do that, as on most machines that test: else it is removed.
    let fixed: Vec<_> = left
        .iter()
        .map(|dir| fix(&dir.join("copy"), true))
        .collect();
    let lifecycle = world.lifecycle();
    lifecycle.recover().await.unwrap();
    for (dir, is_fixed) in left.iter().zip(fixed) {
        assert_eq!(dir.exists(), is_fixed);
        if is_fixed {
            fix(&dir.join("copy"), false);
        }
    }
    assert!(!world.data.staging_root().join("y").exists());
    assert!(world.store.unfinished().await.unwrap().is_empty());
    drop(world.gates.of(&appspace).enter().unwrap());
    lifecycle.recover().await.unwrap();
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn what_was_not_forgotten_stays_in_the_trash() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    let lifecycle = world.lifecycle();
    lifecycle.delete(id).await.unwrap();
    noted(&world, Work::EmptyTrash { appspace: id }).await;
    lifecycle.recover().await.unwrap();
    assert!(world.store.trashed(id).await.unwrap().is_some());
    assert!(State::of(&world).await.is_tidy());
    lifecycle.take_out(id, None).await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_missing_is_not_made_anew() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    ds_core::Closes::close(&*world.dbs, appspace.id).await;
    let database = world.data.appspace(appspace.id).meta_database();
    fs::remove_file(&database).unwrap();

    assert!(world.dbs.members(appspace.id).await.is_err());
    let lifecycle = world.lifecycle();
    let to = world.version("2.0.0").await.id;
    let changed = lifecycle.change_version(appspace.id, to).await;
    assert!(changed.unwrap().wait().await.is_err());
    assert!(!database.exists());
    let found = lifecycle.examine(&appspace).await;
    assert!(
        matches!(found, Err(Anomaly::MissingData { .. })),
        "{found:?}"
    );
    let there = world.store.appspace(appspace.id).await.unwrap();
    assert_eq!(there.map(|it| it.version_id), Some(appspace.version_id));
}

#[tokio::test]
async fn nobody_looks_into_what_is_being_worked_on() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let lifecycle = world.lifecycle();
    let hold = lifecycle
        .rest(appspace.id, Reason::Migrating)
        .await
        .unwrap();
    let found = lifecycle.examine(&appspace).await;
    assert!(matches!(found, Err(Anomaly::Closed(_))), "{found:?}");
    drop(hold);
    lifecycle.examine(&appspace).await.unwrap();
    assert_eq!(world.gates.of(&appspace).closed(), None);
}
