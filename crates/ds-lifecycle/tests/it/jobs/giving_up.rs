//! Cancelling jobs, and stopping them all.

use super::*;

#[tokio::test]
async fn what_is_given_up_is_undone() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let job = bench.start(AppspaceId::new(), &go).unwrap();
    reach_step(&job, Step::Rest).await;
    bench.jobs.cancel(job.id()).unwrap();
    let (id, progress) = (job.id(), job.progress());
    assert!(matches!(job.wait().await, Err(JobError::Cancelled)));
    let why = JobError::Cancelled.to_string();
    assert_eq!(progress.borrow().state, JobState::Failed(why.clone()));
    assert_eq!(bench.log.job_end(id), Some(Some(why)));
    assert_eq!(bench.undos.undone.lock().unwrap()[0].id, id);
    assert!(bench.is_staging_empty());
    assert_eq!(bench.jobs.cancel(id), Err(CancelError::NotRunning));
}

#[tokio::test]
async fn what_is_being_finished_is_not_given_up() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let told = Arc::clone(&go);
    let job = bench.start_with(AppspaceId::new(), move |run| async move {
        run.step(Step::Record, async {
            told.notified().await;
            Ok(1)
        })
        .await
    });
    let job = job.unwrap();
    reach_step(&job, Step::Record).await;
    assert_eq!(bench.jobs.cancel(job.id()), Err(CancelError::TooLate));
    go.notify_one();
    assert_eq!(job.wait().await.unwrap(), 1);
}

#[tokio::test]
async fn a_long_step_is_asked_to_stop_and_not_cut() {
    let bench = Bench::new(false);
    let job = bench.start_with(AppspaceId::new(), |run| async move {
        let progress = run.progress();
        run.step(Step::Clone, async move {
            progress.expect(1000, 10);
            progress.advance(300, 2);
            progress.advance(300, 2);
            while !progress.is_cancelled() {
                tokio::task::yield_now().await;
            }
            progress.advance(1, 0);
            Ok::<_, JobError>(3)
        })
        .await?;
        run.step(Step::Snapshot, async { Ok(4) }).await
    });
    let job = job.unwrap();
    let mut progress = job.progress();
    let reached = progress.wait_for(|now| now.bytes_done == 600);
    let now = reached.await.unwrap().clone();

    assert_eq!((now.bytes_expected, now.files_expected), (1000, 10));
    assert_eq!((now.files_done, now.step), (4, Some(Step::Clone)));
    assert_eq!(now.steps, Step::of(JobKind::Snapshot));
    bench.jobs.cancel(job.id()).unwrap();
    assert!(matches!(job.wait().await, Err(JobError::Cancelled)));
    assert_eq!(progress.borrow().bytes_done, 601, "it ended by itself");
}

#[tokio::test]
async fn stopping_ends_all_and_lets_nobody_begin() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let all: Vec<Handle> = (0..3)
        .map(|_| bench.start(AppspaceId::new(), &go).unwrap())
        .collect();
    reach_step(&all[0], Step::Rest).await;
    assert_eq!(bench.jobs.stop(Duration::from_secs(10)).await, 0);
    for one in all {
        assert!(matches!(one.wait().await, Err(JobError::Stopping)));
    }
    assert_eq!(bench.log.unfinished().await.unwrap(), []);
    let late = bench.start(AppspaceId::new(), &go);
    assert!(matches!(late, Err(JobError::Stopping)));
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_no_longer_than_it_may() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let told = Arc::clone(&go);
    let job = bench.start_with(AppspaceId::new(), move |run| async move {
        run.step(Step::Snapshot, async {
            told.notified().await;
            Ok(1)
        })
        .await
    });
    let job = job.unwrap();
    reach_step(&job, Step::Snapshot).await;
    assert_eq!(bench.jobs.stop(Duration::from_secs(10)).await, 1);
    go.notify_one();
    job.wait().await.unwrap();
}
