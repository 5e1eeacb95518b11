//! What one piece of work with a repository is told and tells, past the engine: it goes on after faults that must
//! not be gone on after, and its errors say little of ours.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::SnapshotError;
use crate::Progress;

/// Watches one piece of work. The first fault is kept; from then on nothing more is read, and no snapshot written.
pub(crate) struct Watch {
    progress: Arc<dyn Progress>,
    failed: AtomicBool,
    fault: Mutex<Option<SnapshotError>>,
}

impl Watch {
    pub(crate) fn new(progress: Arc<dyn Progress>) -> Arc<Self> {
        Arc::new(Self {
            progress,
            failed: AtomicBool::new(false),
            fault: Mutex::new(None),
        })
    }

    /// For what is quick and that nobody looks at.
    pub(crate) fn quiet() -> Arc<Self> {
        Self::new(Arc::new(crate::NoProgress))
    }

    pub(crate) fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    /// Whether to go on.
    pub(crate) fn check(&self) -> Result<(), SnapshotError> {
        if self.progress.is_cancelled() {
            self.fail(SnapshotError::Cancelled);
        }
        if self.failed.load(Ordering::Acquire) {
            return Err(SnapshotError::Cancelled);
        }
        Ok(())
    }

    /// The same, for where only I/O can fail.
    pub(crate) fn check_io(&self) -> io::Result<()> {
        self.check()
            .map_err(|_| io::Error::other("the work was given up"))
    }

    /// Keeps a fault, if it is the first.
    pub(crate) fn fail(&self, fault: SnapshotError) {
        self.fault().get_or_insert(fault);
        self.failed.store(true, Ordering::Release);
    }

    /// The first fault, if there was one.
    pub(crate) fn outcome(&self) -> Result<(), SnapshotError> {
        self.fault().take().map_or(Ok(()), Err)
    }

    fn fault(&self) -> MutexGuard<'_, Option<SnapshotError>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
