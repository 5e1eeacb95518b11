//! Request bodies that must keep coming.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::BoxError;

/// How long one waits for the next piece of a body.
const PATIENCE: Duration = Duration::from_mins(1);

/// A body that ends with an error if nothing of it comes for a while although somebody waits for it. A body
/// may take as long as it likes altogether.
pub struct Patient<B> {
    body: B,
    /// There while somebody waits.
    waiting: Option<Pin<Box<Sleep>>>,
}

/// Nothing came for a while.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the request did not come")]
struct TooSlow;

impl<B> Patient<B> {
    /// Waits for this body's pieces.
    #[must_use]
    pub fn new(body: B) -> Self {
        Self {
            body,
            waiting: None,
        }
    }
}

impl<B> Body for Patient<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow.into())))
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
    use http_body_util::{BodyExt as _, channel::Channel};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slow_bodies_arrive_and_stalled_ones_end() {
        let (mut feed, body) = Channel::<Bytes, BoxError>::new(1);
        let feeding = tokio::spawn(async move {
            for _ in 0..5 {
                sleep(PATIENCE.mul_f32(0.9)).await;
                feed.send_data(Bytes::from_static(b"x")).await.unwrap();
            }
            feed
        });
        let mut body = Patient::new(body);
        for _ in 0..5 {
            assert!(body.frame().await.unwrap().is_ok());
        }
        let _still_open = feeding.await.unwrap();
        // Whoever does not wait is not waited for.
        sleep(PATIENCE * 2).await;
        let stalled = tokio::time::Instant::now();
        let end = body.frame().await.unwrap().unwrap_err();
        assert!(end.is::<TooSlow>());
        assert_eq!(stalled.elapsed(), PATIENCE);
    }
}
