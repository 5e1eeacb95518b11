//! Starting sandboxes and minding them until they end.

use std::sync::Arc;

use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{Sandboxes, effects::Start, running::Running};
use crate::{Sandbox, StartError};

type Started = Result<Box<dyn Sandbox>, StartError>;

impl Sandboxes {
    /// Starts in a task of its own: whoever asked may give up without spoiling it for the others.
    pub(super) fn start(&self, start: Start, runtime: &Handle) {
        let Some(pool) = self.this.upgrade() else {
            return;
        };
        self.count_start();
        runtime.spawn(async move {
            let appspace = start.appspace;
            let result = pool.try_start(start).await;
            let result = result.map(|started| {
                started.map(|sandbox| Running::new(appspace, sandbox, pool.this.clone()))
            });
            let told = result.as_ref().map(Result::as_ref);
            pool.step(|book, effects| book.started(appspace, told, effects));
            if let Some(Ok(running)) = result {
                pool.mind(&running).await;
            }
        });
    }

    /// `None` if it was given up.
    async fn try_start(&self, start: Start) -> Option<Started> {
        let (engine, id) = (Arc::clone(&self.engine), start.spec.id);
        // In a task of its own: one that panics has failed, too, and is over.
        let task = tokio::spawn(async move { engine.start(start.spec).await });
        match unless_cancelled(task, &start.cancel).await {
            Ok(started) => Some(started),
            Err(error) if error.is_cancelled() => {
                self.engine.given_up(id).await;
                None
            }
            Err(_) => Some(Err(StartError::Engine("the start was interrupted".into()))),
        }
    }

    /// Waits for the sandbox to end; stops it when it has been idle for long enough.
    async fn mind(&self, running: &Arc<Running>) {
        let ended = running.sandbox().ended();
        tokio::pin!(ended);
        let mut look = Some(Instant::now());
        loop {
            let death = match look {
                None => ended.as_mut().await,
                Some(at) => tokio::select! {
                    biased;
                    death = ended.as_mut() => death,
                    () = sleep_until(at) => {
                        look = self.step(|book, effects| book.expire(running, effects));
                        continue;
                    }
                },
            };
            return self.step(|book, effects| book.died(running, &death, effects));
        }
    }
}

/// What a start comes to. One that is given up may yet have been quicker.
async fn unless_cancelled(
    mut task: JoinHandle<Started>,
    cancel: &CancellationToken,
) -> Result<Started, JoinError> {
    tokio::select! {
        biased;
        done = &mut task => return done,
        () = cancel.cancelled() => task.abort(),
    }
    task.await
}
