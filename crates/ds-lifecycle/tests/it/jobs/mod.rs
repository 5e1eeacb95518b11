//! The engine: one job per appspace, a line, giving up, stopping, and what followers see.

mod endings;
mod giving_up;
mod line;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{AppspaceId, Job, JobKind, JobLog as _, Work};
use ds_lifecycle::{CancelError, JobError, JobHandle, JobState, Jobs, Run, Step, Undo, UndoError};
use ds_testkit::{Memory, sample};
use tokio::sync::Notify;

use crate::world::scratch;

/// Remembers what was undone, and fails if it is told to.
#[derive(Default)]
struct Undos {
    undone: Mutex<Vec<Job>>,
    left: AtomicUsize,
    fails: bool,
    panics: bool,
}

#[async_trait]
impl Undo for Undos {
    async fn undo(&self, job: &Job) -> Result<(), UndoError> {
        self.undone.lock().unwrap().push(job.clone());
        assert!(!self.panics, "a mistake");
        if self.fails {
            let source = std::io::Error::other("a broken disk");
            let path = "/nowhere".into();
            return Err(UndoError::Files { path, source });
        }
        Ok(())
    }
    fn leave(&self, _: &Job) {
        self.left.fetch_add(1, Ordering::SeqCst);
    }
}

struct Bench {
    jobs: Jobs,
    log: Memory,
    undos: Arc<Undos>,
    root: tempfile::TempDir,
}

impl Bench {
    fn new(fails: bool) -> Self {
        let (root, log) = (scratch(), Memory::new());
        let data = ds_core::DataDir::new(root.path());
        data.create().unwrap();
        Self {
            jobs: Jobs::new(Arc::new(log.clone()), data, sample::clock()),
            log,
            undos: Arc::new(Undos {
                fails,
                ..Undos::default()
            }),
            root,
        }
    }

    /// A snapshot job that does one step, which ends when `go` says so.
    fn start(&self, appspace: AppspaceId, go: &Arc<Notify>) -> Result<Handle, JobError> {
        let go = Arc::clone(go);
        self.start_with(appspace, move |run| async move {
            std::fs::create_dir_all(run.staging().join("deep")).unwrap();
            run.step(Step::Rest, async {
                go.notified().await;
                Ok(7)
            })
            .await
        })
    }

    fn start_with<F>(
        &self,
        appspace: AppspaceId,
        body: impl FnOnce(Run) -> F + Send + 'static,
    ) -> Result<Handle, JobError>
    where
        F: Future<Output = Result<u32, JobError>> + Send + 'static,
    {
        let undo = Arc::clone(&self.undos) as Arc<dyn Undo>;
        self.jobs.start(Work::Snapshot { appspace }, undo, body)
    }

    fn is_staging_empty(&self) -> bool {
        let entries = std::fs::read_dir(self.root.path().join("staging")).unwrap();
        entries.count() == 0
    }
}

type Handle = JobHandle<u32, JobError>;

async fn reach(handle: &Handle, state: JobState) {
    let mut progress = handle.progress();
    progress.wait_for(|now| now.state == state).await.unwrap();
}

async fn reach_step(handle: &Handle, step: Step) {
    let mut progress = handle.progress();
    let here = progress.wait_for(|now| now.step == Some(step));
    here.await.unwrap();
}
