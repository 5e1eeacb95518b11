//! Bodies on their way to and from an app.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::{Body, BoxError};

/// A request's body, which tells when all of it has been sent.
pub(super) struct Upload {
    body: Body,
    sent: Arc<AtomicBool>,
}

impl Upload {
    pub(super) fn new(body: Body, sent: Arc<AtomicBool>) -> Self {
        sent.store(body.is_end_stream(), Ordering::Release);
        Self { body, sent }
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
        if frame.is_none() || this.body.is_end_stream() {
            this.sent.store(true, Ordering::Release);
        }
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
