//! A running sandbox and who is using it.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Weak},
};

use ds_core::AppspaceId;
use http::{Request, Response};

use super::Sandboxes;
use crate::{Body, Call, RequestError, Sandbox};

/// A sandbox that is shared by those who use it. How many they are is in the pool's book.
pub(super) struct Running {
    appspace: AppspaceId,
    sandbox: Box<dyn Sandbox>,
    pool: Weak<Sandboxes>,
}

impl Running {
    pub(super) fn new(
        appspace: AppspaceId,
        sandbox: Box<dyn Sandbox>,
        pool: Weak<Sandboxes>,
    ) -> Arc<Self> {
        Arc::new(Self {
            appspace,
            sandbox,
            pool,
        })
    }

    pub(super) fn appspace(&self) -> AppspaceId {
        self.appspace
    }

    pub(super) fn sandbox(&self) -> &(dyn Sandbox + 'static) {
        &*self.sandbox
    }
}

/// One use of a running sandbox; it is not idle until every use is dropped. A response body keeps its own.
#[must_use = "a sandbox that nobody uses is stopped after a while"]
pub struct Using {
    running: Arc<Running>,
    woke: bool,
}

impl Using {
    /// A use that the book has counted. Dropping it locks the book.
    pub(super) fn counted(running: &Arc<Running>) -> Self {
        Self {
            running: Arc::clone(running),
            woke: false,
        }
    }

    /// It is the first of those for whom the sandbox was started.
    pub(super) fn is_first(&mut self) {
        self.woke = true;
    }

    /// Hands the app a request, as [`Sandbox::request`] does. Who is told that the process has ended can rely on
    /// the pool knowing, too: whoever asks it next gets another.
    ///
    /// # Errors
    /// If the app did not answer.
    pub async fn request(
        &self,
        call: Call,
        request: Request<Body>,
    ) -> Result<Response<Body>, RequestError> {
        let answer = self.running.sandbox.request(call, request).await;
        if let Err(RequestError::Ended(death)) = &answer
            && let Some(pool) = self.running.pool.upgrade()
        {
            pool.step(|book, effects| book.died(&self.running, death, effects));
        }
        answer
    }

    /// Whether the sandbox was started for this use. Of all who waited for a start, one is told so.
    #[must_use]
    pub fn woke(&self) -> bool {
        self.woke
    }
}

impl Deref for Using {
    type Target = dyn Sandbox;
    fn deref(&self) -> &Self::Target {
        self.running.sandbox()
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        if let Some(pool) = self.running.pool.upgrade() {
            pool.leave(&self.running);
        }
    }
}

impl fmt::Debug for Using {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.running.sandbox.id();
        f.debug_tuple("Using").field(&id).finish()
    }
}
