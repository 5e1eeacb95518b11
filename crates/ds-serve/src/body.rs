//! Bodies that keep something until they end.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use ds_core::Lease;
use ds_sandbox::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio_util::task::AbortOnDropHandle;

/// A response body that holds its appspace's lease, and what else it needs, until it ends. When the gate
/// closes it gets a grace period and is then cut: by a task of its own, because nobody asks for more of a body
/// whose client has stopped reading, and such a client must not keep an appspace from coming to rest.
struct Leased<Kept> {
    /// Empty once it is cut.
    inside: Arc<Mutex<Option<Inside<Kept>>>>,
    _cutter: AbortOnDropHandle<()>,
}

struct Inside<Kept> {
    body: Body,
    /// Who waits for more of it.
    reader: Option<Waker>,
    _kept: Kept,
    _lease: Lease,
}

/// The response was cut because the appspace is brought to rest.
#[derive(Debug, thiserror::Error)]
#[error("the appspace is being brought to rest")]
struct Cut;

/// Keeps a lease, and `kept`, as long as a body is being sent.
pub(crate) fn leased<Kept>(body: Body, lease: Lease, grace: Duration, kept: Kept) -> Body
where
    Kept: Send + 'static,
{
    if body.is_end_stream() {
        return body;
    }
    let closing = lease.closing();
    let inside = Arc::new(Mutex::new(Some(Inside {
        body,
        reader: None,
        _kept: kept,
        _lease: lease,
    })));
    let to_cut = Arc::downgrade(&inside);
    let cutter = tokio::spawn(async move {
        closing.await;
        tokio::time::sleep(grace).await;
        let Some(inside) = to_cut.upgrade() else {
            return;
        };
        let cut = lock(&inside).take();
        if let Some(reader) = cut.and_then(|mut inside| inside.reader.take()) {
            reader.wake();
        }
    });
    Leased {
        inside,
        _cutter: AbortOnDropHandle::new(cutter),
    }
    .boxed_unsync()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Kept> http_body::Body for Leased<Kept> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut inside = lock(&self.inside);
        let Some(inside) = inside.as_mut() else {
            return Poll::Ready(Some(Err(Cut.into())));
        };
        let frame = Pin::new(&mut inside.body).poll_frame(cx);
        if frame.is_pending() {
            inside.reader = Some(cx.waker().clone());
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        let inside = lock(&self.inside);
        inside.as_ref().is_some_and(|it| it.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let inside = lock(&self.inside);
        inside
            .as_ref()
            .map_or_else(SizeHint::default, |it| it.body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use ds_core::{AppspaceId, Gate, Reason};
    use ds_sandbox::full_body;

    use super::*;

    fn endless() -> Body {
        struct Endless;
        impl http_body::Body for Endless {
            type Data = Bytes;
            type Error = BoxError;
            fn poll_frame(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
                Poll::Pending
            }
        }
        Endless.boxed_unsync()
    }

    #[tokio::test]
    async fn a_body_keeps_its_lease_until_it_ends() {
        let gate = Gate::new(AppspaceId::new());
        let grace = Duration::from_secs(1);
        let body = leased(full_body("x"), gate.enter().unwrap(), grace, ());
        assert_eq!(gate.leases(), 1);
        assert_eq!(body.collect().await.unwrap().to_bytes(), "x");
        assert_eq!(gate.leases(), 0);
    }

    #[tokio::test]
    async fn an_endless_body_is_cut_when_the_gate_closes() {
        let gate = Gate::new(AppspaceId::new());
        let mut body = leased(endless(), gate.enter().unwrap(), Duration::ZERO, ());
        let reader = tokio::spawn(async move { body.frame().await.unwrap().is_err() });
        let hold = gate.hold(Reason::Snapshot).await;
        assert!(reader.await.unwrap());
        drop(hold);
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_is_cut_too() {
        let gate = Gate::new(AppspaceId::new());
        let mut body = leased(full_body("x"), gate.enter().unwrap(), Duration::ZERO, ());
        let hold = gate.hold(Reason::Snapshot);
        let hold = tokio::time::timeout(Duration::from_secs(10), hold).await;
        assert!(hold.is_ok(), "a client that does not read holds the gate");
        assert!(body.frame().await.unwrap().is_err());
    }
}
