//! What was begun goes on to its end even if the browser goes away meanwhile: what follows from it, such as the end of sessions,
//! must not be left out.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::runtime::Handle;

use crate::{
    ops::{ErrorKind, OpError},
    site::SiteError,
};

/// How many changes may go on at once whose browsers have gone away. Beyond that nothing new is begun; what was begun ends.
const MOST_LEFT: usize = 256;

/// Counts changes that go on alone. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Finish(Arc<AtomicUsize>);

/// Something that a change needs until it has ended, in a request's extensions.
#[derive(Clone)]
pub(crate) struct Holds(
    #[expect(dead_code, reason = "it is held, and not looked at")]
    pub(crate)  Arc<dyn Any + Send + Sync>,
);

/// Runs what changes something to its end.
pub(crate) async fn finish(
    State(finish): State<Finish>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    if finish.0.load(SeqCst) >= MOST_LEFT {
        let message = "too much that was begun here is not at its end yet";
        let busy = OpError::new(ErrorKind::Busy, message).with_hint("try again in a moment");
        return SiteError::from(busy).into_response();
    }
    let holds = request.extensions_mut().remove::<Holds>();
    let work = async move {
        let response = next.run(request).await;
        drop(holds);
        response
    };
    let change = Change {
        work: Some(Box::pin(work)),
        left: finish.0,
    };
    change.await
}

/// A change. Who awaits it runs it; if they drop it, it goes on by itself.
struct Change {
    work: Option<Pin<Box<dyn Future<Output = Response> + Send>>>,
    left: Arc<AtomicUsize>,
}

impl Future for Change {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let Some(work) = &mut self.work else {
            return Poll::Pending;
        };
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        let response = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(response)) => response,
            Err(_) => SiteError::failed("finish what was begun")("it panicked").into_response(),
        };
        self.work = None;
        Poll::Ready(response)
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let alone = Alone::new(&self.left);
        runtime.spawn(async move {
            work.await;
            drop(alone);
        });
    }
}

/// Counted as long as it is there.
struct Alone(Arc<AtomicUsize>);

impl Alone {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::post};
    use http::StatusCode;
    use tokio::sync::Semaphore;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_left_alone_ends_and_is_bounded() {
        let (gate, ended) = (
            Arc::new(Semaphore::new(0)),
            Arc::new(AtomicUsize::default()),
        );
        let finish_here = Finish::default();
        let (waits, ends) = (gate.clone(), ended.clone());
        let work = async move || {
            waits.acquire().await.unwrap().forget();
            ends.fetch_add(1, SeqCst);
        };
        let pages = Router::new()
            .route("/", post(work))
            .layer(from_fn_with_state(finish_here.clone(), finish));
        let begin = || {
            pages
                .clone()
                .oneshot(Request::post("/").body(Body::empty()).unwrap())
        };
        for _ in 0..MOST_LEFT {
            let mut one = Box::pin(begin());
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(one.as_mut().poll(context).is_pending())
            });
            assert!(polled.await, "it waits");
        }
        assert_eq!(
            finish_here.0.load(SeqCst),
            MOST_LEFT,
            "all browsers have gone"
        );
        let refused = begin().await.unwrap().status();
        assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
        gate.add_permits(MOST_LEFT + 1);
        tokio::task::yield_now().await;
        while finish_here.0.load(SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(ended.load(SeqCst), MOST_LEFT, "all have ended");
        assert_eq!(begin().await.unwrap().status(), StatusCode::OK);
    }
}
