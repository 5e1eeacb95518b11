//! Whether anything happens on a connection.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// Counts the requests of one connection that are being answered. Clones count together.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    requests: usize,
    /// When the number of requests last changed.
    since: Instant,
}

/// One request that is being answered.
pub(super) struct Busy(Activity);

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            requests: 0,
            since: Instant::now(),
        })))
    }

    /// Counts a request until what is returned is dropped.
    pub(super) fn begin(&self) -> Busy {
        self.change(|requests| requests + 1);
        Busy(self.clone())
    }

    /// When the connection will have been idle for so long, if no request comes; `None` while it is busy.
    pub(super) fn idle_at(&self, after: Duration) -> Option<Instant> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.requests == 0).then(|| state.since + after)
    }

    fn change(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests = change(state.requests);
        state.since = Instant::now();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|requests| requests - 1);
    }
}

/// A response body that counts as a request being answered until it ends.
pub(super) struct Counted<B> {
    pub(super) body: B,
    pub(super) _busy: Busy,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Counted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn idle_begins_when_the_last_request_ends() {
        let (activity, minute) = (Activity::new(), Duration::from_mins(1));
        let start = Instant::now();
        assert_eq!(activity.idle_at(minute), Some(start + minute));
        let (one, two) = (activity.begin(), activity.begin());
        assert_eq!(activity.idle_at(minute), None);
        drop(one);
        assert_eq!(activity.idle_at(minute), None);
        tokio::time::advance(minute).await;
        drop(two);
        assert_eq!(activity.idle_at(minute), Some(start + 2 * minute));
    }
}
