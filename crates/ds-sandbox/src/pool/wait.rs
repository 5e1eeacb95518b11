//! Waiting for a sandbox.

use ds_core::AppspaceId;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    Sandboxes,
    book::{Asked, Overdue, stopping},
    callers::{Answer, Place},
    running::Using,
};
use crate::{SandboxSpec, StartError};

/// A place in an appspace's line; dropping it leaves the line.
struct InLine<'a> {
    pool: &'a Sandboxes,
    appspace: AppspaceId,
    place: Place,
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.pool
            .step(|book, _| book.leave_line(self.appspace, self.place));
    }
}

impl Sandboxes {
    /// The appspace's sandbox, now or when it is this caller's turn.
    pub(super) async fn wait_for(
        &self,
        appspace: AppspaceId,
        spec: impl FnOnce() -> SandboxSpec + Send,
    ) -> Result<Using, StartError> {
        self.runtime.get_or_init(Handle::current);
        let (mut spec, mut said) = (Some(spec), None);
        loop {
            match self.step(|book, effects| book.ask(appspace, &mut said, effects))? {
                Asked::Use(using) => return Ok(using),
                // Outside of the book: it is the caller's code.
                Asked::SaySpec => said = spec.take().map(|spec| spec()),
                Asked::Wait(place, answered) => {
                    let line = InLine {
                        pool: self,
                        appspace,
                        place,
                    };
                    return line.wait(answered).await;
                }
            }
        }
    }
}

impl InLine<'_> {
    /// The time a start takes is not counted, so who finds it going on when the time is up waits again.
    async fn wait(self, mut answered: oneshot::Receiver<Answer>) -> Answer {
        let patience = self.pool.lock().config.queue;
        loop {
            match timeout_at(Instant::now() + patience, &mut answered).await {
                Ok(answer) => return answer.unwrap_or_else(|_| Err(stopping())),
                Err(_) => {
                    if let Overdue::Refused(error) = self.overdue() {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn overdue(&self) -> Overdue {
        self.pool
            .step(|book, effects| book.overdue(self.appspace, self.place, effects))
    }
}
