//! Runs what is asynchronous below calls that block: one thread for all connections of a place.

use std::{future::Future, io, sync::mpsc, thread, time::Duration};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    time::timeout,
};

/// A thread that runs futures until this is dropped.
pub(super) struct Reactor {
    handle: Handle,
    /// Dropping it ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Reactor {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new()
            .name("snapshots-net".to_owned())
            .spawn(move || {
                // Only ever dropped, never sent.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            handle,
            _stop: stop,
        })
    }

    /// Waits for a future, for so long at most. May be called on any thread, also one of another runtime that is
    /// allowed to block.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        let (tell, told) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            let outcome = timeout(limit, work).await;
            let outcome = outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            // Whoever waits is there until told.
            let _ = tell.send(outcome);
        });
        told.recv()
            .unwrap_or_else(|_| Err(io::Error::other("the connection's thread ended")))
    }
}
