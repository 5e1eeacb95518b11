//! Bodies that keep something until they end.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use ds_core::Lease;
use ds_sandbox::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    stays::{self, Stays},
    tally::Tally,
};

/// How long a client may leave an answer lying that is ready for it. Each keeps a sandbox awake and takes one
/// of its places.
const STALLED: Duration = Duration::from_mins(2);

/// A response body that holds its appspace's lease, and what else it needs, until it ends. When the gate
/// closes it gets a grace period and is then cut: by a task of its own, because nobody asks for more of a body
/// whose client has stopped reading, and such a client must not keep an appspace from coming to rest, nor its
/// sandbox from making room for others.
struct Leased<Kept> {
    /// Empty once it is cut.
    inside: Arc<Mutex<Option<Inside<Kept>>>>,
    _cutter: AbortOnDropHandle<()>,
}

struct Inside<Kept> {
    body: Body,
    /// Who waits for more of it.
    reader: Option<Waker>,
    /// When somebody last asked for more of it.
    asked: Instant,
    tally: Arc<Tally>,
    _kept: Kept,
    _lease: Lease,
}

impl<Kept> Inside<Kept> {
    /// When it is time to look whether its client reads: in the past if it does not.
    fn look_at(&self) -> Instant {
        match self.reader {
            Some(_) => Instant::now() + STALLED,
            None => self.asked + STALLED,
        }
    }
}

/// The response was cut: the appspace is brought to rest, the client has stopped reading, or it may not read any more.
#[derive(Debug, thiserror::Error)]
#[error(
    "the response was cut: the appspace comes to rest, or the client did not read for long, or may not any more"
)]
struct Cut;

/// Keeps a lease, and `kept`, as long as a body is being sent, and counts its bytes. It ends at once when whoever gets
/// it may not have it any more.
pub(crate) fn leased<Kept>(
    body: Body,
    lease: Lease,
    tally: Arc<Tally>,
    grace: Duration,
    mut stays: Option<Stays>,
    kept: Kept,
) -> Body
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
        asked: Instant::now(),
        tally,
        _kept: kept,
        _lease: lease,
    })));
    let to_cut = Arc::downgrade(&inside);
    let cutter = tokio::spawn(async move {
        tokio::select! {
            () = closing => sleep(grace).await,
            () = stalled(&to_cut) => {}
            () = stays::ended(&mut stays) => {}
        }
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

/// Resolves when the client has left a piece of the answer lying for too long.
async fn stalled<Kept>(inside: &Weak<Mutex<Option<Inside<Kept>>>>) {
    loop {
        let look_at = inside
            .upgrade()
            .and_then(|it| lock(&it).as_ref().map(Inside::look_at));
        match look_at {
            Some(at) if at > Instant::now() => sleep_until(at).await,
            _ => return,
        }
    }
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
        inside.asked = Instant::now();
        inside.reader = None;
        match &frame {
            Poll::Pending => inside.reader = Some(cx.waker().clone()),
            Poll::Ready(Some(Ok(frame))) => {
                inside.tally.sent(frame.data_ref().map_or(0, Bytes::len));
            }
            Poll::Ready(_) => {}
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
    use ds_core::{AppspaceId, Gate, Reason, usage::NoMeter};
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

    fn tally() -> Arc<Tally> {
        let meter: Arc<dyn ds_core::usage::Meter> = Arc::new(NoMeter);
        Tally::begin(&meter, AppspaceId::new())
    }

    #[tokio::test]
    async fn a_body_keeps_its_lease_until_it_ends() {
        let gate = Gate::new(AppspaceId::new());
        let grace = Duration::from_secs(1);
        let body = leased(
            full_body("x"),
            gate.enter().unwrap(),
            tally(),
            grace,
            None,
            (),
        );
        assert_eq!(gate.leases(), 1);
        assert_eq!(body.collect().await.unwrap().to_bytes(), "x");
        assert_eq!(gate.leases(), 0);
    }

    #[tokio::test]
    async fn an_endless_body_is_cut_when_the_gate_closes() {
        let gate = Gate::new(AppspaceId::new());
        let mut body = leased(
            endless(),
            gate.enter().unwrap(),
            tally(),
            Duration::ZERO,
            None,
            (),
        );
        let reader = tokio::spawn(async move { body.frame().await.unwrap().is_err() });
        let hold = gate.hold(Reason::Snapshot).await;
        assert!(reader.await.unwrap());
        drop(hold);
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_is_cut_too() {
        let gate = Gate::new(AppspaceId::new());
        let mut body = leased(
            full_body("x"),
            gate.enter().unwrap(),
            tally(),
            Duration::ZERO,
            None,
            (),
        );
        let hold = gate.hold(Reason::Snapshot);
        let hold = tokio::time::timeout(Duration::from_secs(10), hold).await;
        assert!(hold.is_ok(), "a client that does not read holds the gate");
        assert!(body.frame().await.unwrap().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_keeps_nothing() {
        let gate = Gate::new(AppspaceId::new());
        let begin = |body| {
            let lease = gate.enter().unwrap();
            leased(body, lease, tally(), Duration::ZERO, None, ())
        };
        // One that waits for the app may wait for as long as it likes.
        let mut waits = begin(endless());
        let waiting = tokio::spawn(async move { waits.frame().await.is_some() });
        let mut slow = begin(full_body("x"));
        let mut stalled = begin(full_body("x"));
        sleep(STALLED / 2).await;
        assert!(slow.frame().await.unwrap().is_ok());
        sleep(STALLED / 2 + Duration::from_secs(1)).await;
        assert_eq!(gate.leases(), 2);
        assert!(stalled.frame().await.unwrap().is_err());
        assert!(slow.frame().await.is_none());
        sleep(STALLED * 3).await;
        assert_eq!(gate.leases(), 1);
        assert!(!waiting.is_finished());
    }
}
