//! Bodies that keep something until they end.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use ds_core::Lease;
use ds_sandbox::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;

/// A response body that holds its appspace's lease, and what else it needs, until it ends. When the gate
/// closes it gets a grace period and is then cut.
struct Leased<Kept> {
    body: Body,
    /// Resolves when the time is up.
    cut: Pin<Box<dyn Future<Output = ()> + Send>>,
    _kept: Kept,
}

/// The response was cut because the appspace is brought to rest.
#[derive(Debug, thiserror::Error)]
#[error("the appspace is being brought to rest")]
struct Cut;

/// Keeps a lease, and `kept`, as long as a body is being sent.
pub(crate) fn leased<Kept>(body: Body, lease: Lease, grace: Duration, kept: Kept) -> Body
where
    Kept: Send + Unpin + 'static,
{
    if body.is_end_stream() {
        return body;
    }
    let cut = Box::pin(async move {
        lease.closing().await;
        tokio::time::sleep(grace).await;
    });
    Leased {
        body,
        cut,
        _kept: kept,
    }
    .boxed_unsync()
}

impl<Kept: Unpin> http_body::Body for Leased<Kept> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // Asked first: a body that always has more must end too.
        match self.cut.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err(Cut.into()))),
            Poll::Pending => Pin::new(&mut self.body).poll_frame(cx),
        }
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
}
