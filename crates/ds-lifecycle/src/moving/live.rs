//! One appspace that is being handed over: what its job and the questions about it share.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ds_backup::{ExportTree, Progress};
use ds_core::{AppspaceId, JobId, moves::Taker};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{MoveOutError, Patience, lock};

/// How often it is looked whether anything was heard.
const LOOK: Duration = Duration::from_millis(500);

/// Wants to hear when it is decided.
pub(super) type Asked = oneshot::Sender<()>;

/// What can be fetched.
pub(super) struct Ready {
    pub(super) tree: ExportTree,
    pub(super) bytes: u64,
    pub(super) progress: Arc<dyn Progress>,
}

/// One appspace that is being handed over.
pub(super) struct Live {
    pub(super) job: JobId,
    /// The appspace, here.
    pub(super) of: AppspaceId,
    pub(super) taker: Taker,
    pub(super) ready: OnceLock<Arc<Ready>>,
    /// Whether all of it was sent once.
    pub(super) is_sent: AtomicBool,
    /// Whether it is being sent.
    pub(super) is_sending: AtomicBool,
    pub(super) commit: mpsc::Sender<Asked>,
    heard: Mutex<Instant>,
}

impl Live {
    pub(super) fn new(
        job: JobId,
        of: AppspaceId,
        taker: Taker,
    ) -> (Arc<Self>, mpsc::Receiver<Asked>) {
        let (commit, asked) = mpsc::channel(4);
        let live = Self {
            job,
            of,
            taker,
            ready: OnceLock::new(),
            is_sent: AtomicBool::new(false),
            is_sending: AtomicBool::new(false),
            commit,
            heard: Mutex::new(Instant::now()),
        };
        (Arc::new(live), asked)
    }

    /// The other host is still at it.
    pub(super) fn hear(&self) {
        *lock(&self.heard) = Instant::now();
    }

    /// Waits until the other host has all of it and says so.
    pub(super) async fn wait(
        &self,
        asked: &mut mpsc::Receiver<Asked>,
        patience: &Patience,
    ) -> Result<Asked, MoveOutError> {
        let begun = Instant::now();
        self.hear();
        loop {
            tokio::select! {
                biased;
                Some(asked) = asked.recv() => {
                    if self.is_sent.load(Ordering::SeqCst) {
                        return Ok(asked);
                    }
                }
                () = sleep(LOOK) => {
                    let heard = *lock(&self.heard);
                    if heard.elapsed() > patience.silence {
                        let seconds = patience.silence.as_secs();
                        return Err(MoveOutError::Silent { seconds });
                    }
                    if begun.elapsed() > patience.rest {
                        let hours = patience.rest.as_secs() / 3600;
                        return Err(MoveOutError::TooLong { hours });
                    }
                }
            }
        }
    }
}
