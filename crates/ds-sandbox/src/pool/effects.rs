//! What follows from a step in the book.

use std::{mem, sync::Arc};

use ds_core::AppspaceId;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Sandboxes, callers::Answer, running::Running};
use crate::{SandboxSpec, StartError, StopReason};

/// A start that has been granted.
pub(super) struct Start {
    pub(super) appspace: AppspaceId,
    pub(super) spec: SandboxSpec,
    pub(super) cancel: CancellationToken,
}

/// What follows from a step in the book. It is done when the book is no longer locked: an answer that nobody
/// takes any more is a use that ends, and that is a step of its own.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) starts: Vec<Start>,
    pub(super) stops: Vec<(Arc<Running>, StopReason)>,
    pub(super) answers: Vec<(oneshot::Sender<Answer>, Answer)>,
    /// The log is told that the host is busy.
    pub(super) complain: bool,
}

impl Effects {
    /// Tells callers that there will be no sandbox.
    pub(super) fn refuse(&mut self, callers: Vec<oneshot::Sender<Answer>>, error: &StartError) {
        let refused = callers
            .into_iter()
            .map(|caller| (caller, Err(error.again())));
        self.answers.extend(refused);
    }

    pub(super) fn happen(&mut self, pool: &Sandboxes) {
        if self.complain {
            let overview = pool.overview();
            tracing::warn!(
                ?overview,
                "requests are turned away: there is no room for their sandboxes"
            );
        }
        if let Some(runtime) = pool.runtime.get() {
            for (running, reason) in mem::take(&mut self.stops) {
                // In a task of its own: once begun it goes on, even if who asked gives up.
                runtime.spawn(async move { running.sandbox().stop(reason).await });
            }
            for start in mem::take(&mut self.starts) {
                pool.start(start, runtime);
            }
        }
        for (caller, answer) in mem::take(&mut self.answers) {
            let _ = caller.send(answer);
        }
    }
}
