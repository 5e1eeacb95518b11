//! What is undone, what is not, and what is left to the next start.

use super::*;

#[tokio::test]
async fn a_panic_is_undone() {
    let bench = Bench::new(false);
    let job = bench.start_with(AppspaceId::new(), |run| async move {
        run.step(Step::Clone, async { panic!("a mistake") }).await
    });
    let job = job.unwrap();
    let id = job.id();
    assert!(matches!(job.wait().await, Err(JobError::Panicked)));
    assert_eq!(bench.undos.undone.lock().unwrap().len(), 1);
    assert!(bench.log.job_end(id).unwrap().is_some());
    assert!(bench.jobs.running().is_empty());
}

#[tokio::test]
async fn what_cannot_be_undone_stays_in_the_log() {
    let bench = Bench::new(true);
    let appspace = AppspaceId::new();
    let job = bench.start_with(appspace, |run| async move {
        std::fs::create_dir_all(run.staging()).unwrap();
        let work = Work::Snapshot {
            appspace: run.job().work.appspace().unwrap(),
        };
        run.advance(work).await?;
        Err(JobError::Cancelled)
    });
    let job = job.unwrap();
    let (id, progress) = (job.id(), job.progress());
    job.wait().await.unwrap_err();
    assert!(matches!(progress.borrow().state, JobState::Unsettled(_)));
    assert_eq!(bench.log.job_end(id), None);
    assert_eq!(bench.undos.left.load(Ordering::SeqCst), 1);
    assert!(!bench.is_staging_empty(), "it may be needed");
    let next = bench.start_with(appspace, |_| async { Ok(1) }).err();
    assert!(matches!(next, Some(JobError::Unsettled)), "{next:?}");
}

#[tokio::test]
async fn an_undo_that_panics_leaves_the_appspace_unsettled() {
    let bench = Bench {
        undos: Arc::new(Undos {
            panics: true,
            ..Undos::default()
        }),
        ..Bench::new(false)
    };
    let appspace = AppspaceId::new();
    let job = bench.start_with(appspace, |_| async { Err(JobError::Cancelled) });
    let job = job.unwrap();
    let (id, progress) = (job.id(), job.progress());
    assert!(matches!(job.wait().await, Err(JobError::Cancelled)));
    assert!(matches!(progress.borrow().state, JobState::Unsettled(_)));
    assert_eq!(bench.log.job_end(id), None);
    assert_eq!(bench.undos.left.load(Ordering::SeqCst), 1);
    let next = bench.start_with(appspace, |_| async { Ok(1) }).err();
    assert!(matches!(next, Some(JobError::Unsettled)), "{next:?}");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_begun() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    bench.log.break_down(true);
    let job = bench.start(AppspaceId::new(), &go).unwrap();
    let progress = job.progress();
    assert!(matches!(job.wait().await, Err(JobError::Store(_))));
    assert!(matches!(progress.borrow().state, JobState::Failed(_)));
    assert!(bench.is_staging_empty() && bench.jobs.running().is_empty());
}

#[tokio::test]
async fn of_what_was_recorded_nothing_is_undone() {
    let bench = Bench::new(false);
    let log = bench.log.clone();
    // The store fails after it recorded the outcome, and the job after that.
    let job = bench.start_with(AppspaceId::new(), |run| async move {
        let broken = ds_core::StoreError::Missing {
            what: "answer".into(),
        };
        let recorded = run.commit(async {
            log.end(run.id(), None).await?;
            Err(broken)
        });
        recorded.await?;
        Err(JobError::Cancelled)
    });
    let job = job.unwrap();
    let id = job.id();
    job.wait().await.unwrap_err();
    assert_eq!(bench.undos.undone.lock().unwrap().len(), 0);
    assert_eq!(bench.log.job_end(id), Some(None));
}

#[tokio::test]
async fn what_may_have_been_recorded_is_left() {
    let bench = Bench::new(false);
    let log = bench.log.clone();
    let job = bench.start_with(AppspaceId::new(), |run| async move {
        log.break_down(true);
        run.commit(async { log.end(run.id(), None).await }).await?;
        Ok(1)
    });
    let job = job.unwrap();
    let (id, progress) = (job.id(), job.progress());
    reach(
        &job,
        JobState::Unsettled(
            "cannot record the work: cannot use a store that a test broke: broken on purpose"
                .into(),
        ),
    )
    .await;
    job.wait().await.unwrap_err();
    bench.log.break_down(false);
    assert_eq!(bench.undos.undone.lock().unwrap().len(), 0);
    assert_eq!(bench.log.unfinished().await.unwrap()[0].id, id);
    drop(progress);
}
