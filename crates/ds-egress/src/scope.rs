//! What all tasks of one sandbox's outlet share.

use std::{future::Future, sync::Arc};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    authority::Authority, egress::Shared, journal::Journal, names::Names, policy::Policy,
    traffic::Traffic,
};

/// One sandbox, from its start to its end.
pub(crate) struct Scope {
    pub(crate) shared: Arc<Shared>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) authority: Option<Arc<Authority>>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) names: Names,
    pub(crate) journal: Journal,
    /// Room for connections.
    pub(crate) room: Arc<Semaphore>,
    /// Room for connections that wait for that.
    pub(crate) waiting: Arc<Semaphore>,
    /// Room for questions for names.
    pub(crate) lookups: Arc<Semaphore>,
    /// Cancelled at the sandbox's end.
    pub(crate) end: CancellationToken,
}

impl Scope {
    /// Lets something run until it is done, or the sandbox's end.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let until = self.end.clone();
        self.shared.runtime.spawn(async move {
            until.run_until_cancelled(task).await;
        });
    }
}
