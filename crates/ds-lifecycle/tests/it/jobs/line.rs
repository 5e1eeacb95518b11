//! One job per appspace, few at once.

use super::*;

#[tokio::test]
async fn an_appspace_has_one_job_at_a_time() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let (a, b) = (AppspaceId::new(), AppspaceId::new());
    let first = bench.start(a, &go).unwrap();
    let refused = bench.start(a, &go).unwrap_err();
    assert!(
        matches!(
            refused,
            JobError::Busy {
                running: JobKind::Snapshot
            }
        ),
        "{refused}"
    );
    let other = bench.start(b, &go).unwrap();
    reach_step(&first, Step::Rest).await;
    reach_step(&other, Step::Rest).await;
    assert_eq!(bench.jobs.running().len(), 2);
    assert_eq!(bench.jobs.of(a).unwrap().job, first.id());
    assert_eq!(bench.log.unfinished().await.unwrap().len(), 2);

    go.notify_waiters();
    let (id, progress) = (first.id(), first.progress());
    assert_eq!(first.wait().await.unwrap(), 7);
    assert_eq!(other.wait().await.unwrap(), 7);
    assert_eq!(progress.borrow().state, JobState::Done);
    assert_eq!(bench.log.job_end(id), Some(None));
    assert!(bench.jobs.running().is_empty() && bench.is_staging_empty());
    assert_eq!(bench.undos.undone.lock().unwrap().len(), 0);
    let go = Arc::new(Notify::new());
    go.notify_one();
    bench.start(a, &go).unwrap().wait().await.unwrap();
}

#[tokio::test]
async fn few_run_and_the_others_wait_in_line() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let ids: Vec<_> = (0..4).map(|_| AppspaceId::new()).collect();
    let mut all: Vec<Handle> = ids
        .iter()
        .map(|id| bench.start(*id, &go).unwrap())
        .collect();
    reach_step(&all[0], Step::Rest).await;
    reach_step(&all[1], Step::Rest).await;
    assert_eq!(all[2].progress().borrow().state, JobState::Waiting);
    let waiting = bench.log.unfinished().await.unwrap().len();
    assert_eq!(waiting, 2, "what waits is not recorded");

    // One in line is given up: it was never begun.
    let third = all.remove(2);
    bench.jobs.cancel(third.id()).unwrap();
    assert!(matches!(third.wait().await, Err(JobError::Cancelled)));
    assert_eq!(bench.undos.undone.lock().unwrap().len(), 0);

    let last = all.remove(2);
    go.notify_one();
    reach_step(&last, Step::Rest).await;
    assert_eq!(bench.jobs.running().len(), 2);
    go.notify_waiters();
    for one in all.into_iter().chain([last]) {
        one.wait().await.unwrap();
    }
}

#[tokio::test]
async fn who_goes_away_stops_nothing() {
    let (bench, go) = (Bench::new(false), Arc::new(Notify::new()));
    let job = bench.start(AppspaceId::new(), &go).unwrap();
    reach_step(&job, Step::Rest).await;
    let (id, mut progress) = (job.id(), job.progress());
    drop(job);
    go.notify_one();
    progress.wait_for(|now| now.state.is_over()).await.unwrap();
    assert_eq!(progress.borrow().state, JobState::Done);
    assert_eq!(bench.log.job_end(id), Some(None));
}

#[tokio::test]
async fn those_that_wait_for_other_hosts_keep_nobody_else_waiting() {
    let bench = Bench::new(false);
    let start = |work: Work, is_quick: bool| {
        let undo = Arc::clone(&bench.undos) as Arc<dyn Undo>;
        let body = move |run: Run| async move {
            let ends = async {
                if !is_quick {
                    std::future::pending::<()>().await;
                }
                Ok::<_, JobError>(7)
            };
            run.step(Step::Ask, ends).await
        };
        bench.jobs.start(work, undo, body).unwrap()
    };
    let appspace = AppspaceId::new;
    let moves: Vec<Handle> = (0..40)
        .map(|_| {
            start(
                Work::Move {
                    appspace: appspace(),
                },
                false,
            )
        })
        .collect();
    reach(&moves[0], JobState::Running).await;
    let made = start(
        Work::CreateAppspace {
            appspace: appspace(),
        },
        true,
    );
    assert_eq!(made.wait().await.unwrap(), 7);
    assert_eq!(bench.jobs.stop(Duration::from_secs(20)).await, 0);
}
