//! Bodies on their way to and from an app.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::{Body, BoxError};

/// How far the sending of a request has come.
pub(in crate::deno) struct Sending {
    begun: Instant,
    /// When the last piece went, in milliseconds since the beginning.
    last: AtomicU64,
    done: AtomicBool,
}

impl Sending {
    pub(in crate::deno) fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            last: AtomicU64::new(0),
            done: AtomicBool::new(false),
        })
    }

    /// Since when nothing more was sent: the app's time to answer begins here.
    pub(in crate::deno) fn quiet_since(&self) -> Instant {
        self.begun + Duration::from_millis(self.last.load(Ordering::Acquire))
    }

    /// Whether all of the request has been sent.
    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    fn moved(&self, done: bool) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Release);
        self.done.store(done, Ordering::Release);
    }
}

/// A request's body, which tells how far it has been sent.
pub(super) struct Upload {
    body: Body,
    sending: Arc<Sending>,
}

impl Upload {
    pub(super) fn new(body: Body, sending: Arc<Sending>) -> Self {
        sending.moved(body.is_end_stream());
        Self { body, sending }
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        this.sending
            .moved(frame.is_none() || this.body.is_end_stream());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body. When it has been read to its end, its connection is given back; if it is dropped
/// before, the connection is dropped with it.
pub(super) struct Download<F> {
    body: Incoming,
    give_back: Option<F>,
}

impl<F: FnOnce() + Send + Unpin + 'static> Download<F> {
    pub(super) fn boxed(body: Incoming, give_back: F) -> Body {
        let mut download = Self {
            body,
            give_back: Some(give_back),
        };
        download.give_back_at_end();
        download.boxed_unsync()
    }

    fn give_back_at_end(&mut self) {
        if self.body.is_end_stream()
            && let Some(give_back) = self.give_back.take()
        {
            give_back();
        }
    }
}

impl<F: FnOnce() + Send + Unpin + 'static> http_body::Body for Download<F> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match &frame {
            None => {
                if let Some(give_back) = this.give_back.take() {
                    give_back();
                }
            }
            // It is broken, and so is its connection.
            Some(Err(_)) => this.give_back = None,
            Some(Ok(_)) => this.give_back_at_end(),
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
