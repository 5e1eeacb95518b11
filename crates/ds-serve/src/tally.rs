//! Counting what goes through bodies: for the owner to see, and to hold requests to their limit.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use ds_core::{
    AppspaceId,
    usage::{Meter, UsageDelta},
};
use ds_sandbox::{Body, BoxError};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;

/// A stream that goes on tells the meter each time it moved this much.
const TELL_EACH: u64 = 1 << 20;

/// What one request moved. Tells the meter at the end, and now and then if it takes long.
pub(crate) struct Tally {
    meter: Arc<dyn Meter>,
    appspace: AppspaceId,
    received: AtomicU64,
    sent: AtomicU64,
    /// The request's body was longer than its limit.
    too_large: AtomicBool,
}

impl Tally {
    /// Counts a request that was let in.
    pub(crate) fn begin(meter: &Arc<dyn Meter>, appspace: AppspaceId) -> Arc<Self> {
        let one = UsageDelta {
            requests: 1,
            ..UsageDelta::default()
        };
        meter.add(appspace, one);
        Arc::new(Self {
            meter: Arc::clone(meter),
            appspace,
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            too_large: AtomicBool::new(false),
        })
    }

    /// Counts bytes of the response.
    pub(crate) fn sent(&self, bytes: usize) {
        self.moved(&self.sent, bytes);
    }

    /// A sandbox is started for it.
    pub(crate) fn wakes(&self) {
        let one = UsageDelta {
            wakes: 1,
            ..UsageDelta::default()
        };
        self.meter.add(self.appspace, one);
    }

    /// Whether the request's body turned out longer than its limit.
    pub(crate) fn is_too_large(&self) -> bool {
        self.too_large.load(Ordering::SeqCst)
    }

    fn moved(&self, counter: &AtomicU64, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        if counter.fetch_add(bytes, Ordering::Relaxed) >= TELL_EACH {
            self.tell();
        }
    }

    fn tell(&self) {
        let moved = UsageDelta {
            bytes_in: self.received.swap(0, Ordering::Relaxed),
            bytes_out: self.sent.swap(0, Ordering::Relaxed),
            ..UsageDelta::default()
        };
        if !moved.is_empty() {
            self.meter.add(self.appspace, moved);
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.tell();
    }
}

/// The request has more bytes than it may.
#[derive(Debug, thiserror::Error)]
#[error("the request is longer than its limit")]
struct TooLarge;

/// A request's body that is counted, and fails beyond its limit.
struct Counted {
    body: Body,
    tally: Arc<Tally>,
    left: u64,
}

/// Counts a request's body; `None` if it says itself that it is longer than the limit.
pub(crate) fn counted(body: Body, limit: u64, tally: &Arc<Tally>) -> Option<Body> {
    if body.size_hint().lower() > limit {
        return None;
    }
    if body.is_end_stream() {
        return Some(body);
    }
    let counted = Counted {
        body,
        tally: Arc::clone(tally),
        left: limit,
    };
    Some(counted.boxed_unsync())
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        this.tally.moved(&this.tally.received, length);
        let Some(left) = this.left.checked_sub(length as u64) else {
            this.left = 0;
            this.tally.too_large.store(true, Ordering::SeqCst);
            return Poll::Ready(Some(Err(TooLarge.into())));
        };
        this.left = left;
        Poll::Ready(frame)
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
    use std::sync::Mutex;

    use ds_sandbox::{empty_body, full_body};
    use futures_util::stream;
    use http_body_util::StreamBody;

    use super::*;

    /// What a meter was told, one after another.
    #[derive(Default)]
    struct Told(Mutex<Vec<UsageDelta>>);

    impl Meter for Told {
        fn add(&self, _: AppspaceId, delta: UsageDelta) {
            self.0.lock().unwrap().push(delta);
        }
    }

    impl Told {
        fn take(&self) -> Vec<(u64, u64, u64)> {
            let told = std::mem::take(&mut *self.0.lock().unwrap());
            let short = |one: UsageDelta| (one.requests, one.bytes_in, one.bytes_out);
            told.into_iter().map(short).collect()
        }
    }

    fn tally() -> (Arc<Told>, Arc<Tally>) {
        let told = Arc::new(Told::default());
        let meter: Arc<dyn Meter> = told.clone();
        (told, Tally::begin(&meter, AppspaceId::new()))
    }

    /// A body that does not tell how long it is.
    fn streamed(chunks: &[usize]) -> Body {
        let frames: Vec<Result<Frame<Bytes>, BoxError>> = chunks
            .iter()
            .map(|length| Ok(Frame::data(vec![b'x'; *length].into())))
            .collect();
        StreamBody::new(stream::iter(frames)).boxed_unsync()
    }

    #[tokio::test]
    async fn bodies_within_their_limit_pass_whole() {
        let check = async |body: Body, limit: u64, expect: Option<usize>| {
            let (told, tally) = tally();
            let Some(body) = counted(body, limit, &tally) else {
                assert_eq!(expect, None);
                assert_eq!(told.take(), [(1, 0, 0)], "nothing was read");
                return;
            };
            let got = body.collect().await.map(|got| got.to_bytes().len()).ok();
            assert_eq!((got, tally.is_too_large()), (expect, expect.is_none()));
            drop(tally);
            let read = told.take();
            assert!(
                expect.is_none() || read.iter().map(|it| it.1).sum::<u64>() == got.unwrap() as u64
            );
        };
        check(empty_body(), 0, Some(0)).await;
        check(full_body("abc"), 3, Some(3)).await;
        check(full_body("abc"), 2, None).await;
        check(streamed(&[2, 0, 2]), 4, Some(4)).await;
        check(streamed(&[2, 2, 1]), 4, None).await;
        check(streamed(&[5]), 4, None).await;
    }

    #[test]
    fn long_streams_tell_now_and_then() {
        let (told, tally) = tally();
        tally.sent(1000);
        assert_eq!(told.take(), [(1, 0, 0)]);
        tally.sent(2 << 20);
        assert_eq!(told.take(), []);
        tally.sent(1);
        assert_eq!(told.take(), [(0, 0, (2 << 20) + 1001)]);
        drop(tally);
        assert_eq!(told.take(), []);
    }
}
