//! What was begun goes on to its end even if the browser goes away meanwhile: what follows from it, such as the end of sessions,
//! must not be left out.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use ds_core::{AppspaceId, Lease};
use tokio::runtime::Handle;

use crate::{
    ops::{ErrorKind, OpError},
    site::SiteError,
};

/// How many changes may go on at once, at one place, whose browsers have gone away. Beyond that nothing new is begun there;
/// what was begun ends, so there can be as many more as were under way.
const MOST_LEFT: usize = 64;

/// An appspace's entrance, or the account site.
type Place = Option<AppspaceId>;

/// Counts changes that go on alone, each place for itself. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Finish(Arc<Mutex<HashMap<Place, usize>>>);

impl Finish {
    fn counts(&self) -> MutexGuard<'_, HashMap<Place, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left_at(&self, place: Place) -> usize {
        self.counts().get(&place).copied().unwrap_or_default()
    }
}

/// What a change inside an appspace keeps open until it has ended, in a request's extensions. The request's body must be
/// there whole: nobody else's patience is to decide how long it is kept.
#[derive(Clone)]
pub(crate) struct Holds(pub(crate) Arc<Lease>);

/// Runs what changes something to its end.
pub(crate) async fn finish(
    State(finish): State<Finish>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let holds = request.extensions_mut().remove::<Holds>();
    let place = holds.as_ref().map(|Holds(lease)| lease.appspace());
    if finish.left_at(place) >= MOST_LEFT {
        let message = "too much that was begun here is not at its end yet";
        let busy = OpError::new(ErrorKind::Busy, message).with_hint("try again in a moment");
        return SiteError::from(busy).into_response();
    }
    let work = async move {
        let response = next.run(request).await;
        drop(holds);
        response
    };
    let change = Change {
        work: Some(Box::pin(work)),
        finish,
        place,
    };
    change.await
}

/// A change. Who awaits it runs it; if they drop it, it goes on by itself.
struct Change {
    work: Option<Pin<Box<dyn Future<Output = Response> + Send>>>,
    finish: Finish,
    place: Place,
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
        let alone = Alone::new(&self.finish, self.place);
        runtime.spawn(async move {
            work.await;
            drop(alone);
        });
    }
}

/// Counted as long as it is there.
struct Alone {
    finish: Finish,
    place: Place,
}

impl Alone {
    fn new(finish: &Finish, place: Place) -> Self {
        *finish.counts().entry(place).or_default() += 1;
        let finish = finish.clone();
        Self { finish, place }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let mut counts = self.finish.counts();
        if let Some(left) = counts.get_mut(&self.place) {
            *left -= 1;
            if *left == 0 {
                counts.remove(&self.place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::post};
    use ds_core::Gate;
    use http::StatusCode;
    use tokio::sync::Semaphore;
    use tower::ServiceExt as _;

    use super::*;

    async fn waits<F: Future + Unpin>(work: &mut F) -> bool {
        poll_fn(|context| Poll::Ready(Pin::new(&mut *work).poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn what_is_left_alone_ends_and_is_bounded_at_each_place() {
        let (go_on, ended) = (
            Arc::new(Semaphore::new(0)),
            Arc::new(AtomicUsize::default()),
        );
        let finish_here = Finish::default();
        let (place_to_wait, ends) = (go_on.clone(), ended.clone());
        let work = async move || {
            place_to_wait.acquire().await.unwrap().forget();
            ends.fetch_add(1, SeqCst);
        };
        let pages = Router::new()
            .route("/", post(work))
            .layer(from_fn_with_state(finish_here.clone(), finish));
        let (one, other) = (Gate::new(AppspaceId::new()), Gate::new(AppspaceId::new()));
        let begin = |gate: &Gate| {
            let mut request = Request::post("/").body(Body::empty()).unwrap();
            let lease = Arc::new(gate.enter().unwrap());
            request.extensions_mut().insert(Holds(lease));
            pages.clone().oneshot(request)
        };
        for _ in 0..MOST_LEFT {
            assert!(waits(&mut Box::pin(begin(&one))).await);
        }
        let place = Some(one.appspace());
        assert_eq!(finish_here.left_at(place), MOST_LEFT, "all have gone");
        assert_eq!(one.leases(), MOST_LEFT, "each keeps the appspace open");
        let refused = begin(&one).await.unwrap().status();
        assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
        let mut elsewhere = Box::pin(begin(&other));
        assert!(waits(&mut elsewhere).await, "another place is not full");
        go_on.add_permits(MOST_LEFT + 2);
        assert_eq!(elsewhere.await.unwrap().status(), StatusCode::OK);
        while finish_here.left_at(place) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(ended.load(SeqCst), MOST_LEFT + 1, "all have ended");
        assert_eq!(begin(&one).await.unwrap().status(), StatusCode::OK);
        assert!(finish_here.counts().is_empty(), "nothing is remembered");
        assert_eq!(one.leases(), 0);
    }
}
