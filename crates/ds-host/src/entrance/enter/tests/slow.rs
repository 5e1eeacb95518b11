//! Forms that take their time.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use ds_core::{Gate, Reason};
use ds_sandbox::{Body, BoxError};
use ds_serve::ServeError;
use http::{Request, StatusCode, header};
use http_body::Frame;
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;

use super::world::{Browser, World};

const ENTER: &str = "/.dropserver/enter/dropid";

/// A body that comes as it is sent.
struct Slowly(mpsc::Receiver<Bytes>);

impl http_body::Body for Slowly {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

fn slowly() -> (mpsc::Sender<Bytes>, Body) {
    let (sends, arrives) = mpsc::channel(1);
    (sends, Slowly(arrives).boxed_unsync())
}

fn form(path: &str, body: Body) -> Request<Body> {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    request.body(body).unwrap()
}

/// Whether it waits for more.
async fn waits<F: Future + Unpin>(work: &mut F) -> bool {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *work).poll(context).is_pending())).await
}

#[tokio::test]
async fn a_form_that_never_ends_leaves_nothing_behind_that_goes_on() {
    let world = World::new().await;
    let (sends, body) = slowly();
    let mut answer = Box::pin(world.answer(form(ENTER, body)));
    sends.send(Bytes::from_static(b"who=")).await.unwrap();
    assert!(waits(&mut answer).await);
    assert_eq!(world.site.gate.leases(), 0, "not begun yet");
    // As the door does when the appspace is to come to rest.
    drop(answer);
    let patience = Duration::from_secs(10);
    let rest = tokio::time::timeout(patience, world.site.gate.hold(Reason::Snapshot)).await;
    assert!(rest.is_ok(), "something holds the appspace");
    assert!(sends.is_closed(), "somebody still reads");
}

#[tokio::test]
async fn a_form_that_arrives_when_the_appspace_has_closed_is_not_begun() {
    let world = World::new().await;
    let (sends, body) = slowly();
    let mut answer = Box::pin(world.answer(form(ENTER, body)));
    assert!(waits(&mut answer).await);
    let gate: Gate = world.site.gate.clone();
    let hold = gate.hold(Reason::Snapshot).await;
    drop(sends);
    let answered = answer.await;
    assert!(matches!(answered, Err(ServeError::Closed(_))));
    drop(hold);
}

#[tokio::test]
async fn strangers_send_short_forms_alone() {
    let world = World::new().await;
    let long = "x".repeat(100 * 1024);
    for path in [ENTER, "/.dropserver/me/picture", "/.dropserver/me/name"] {
        let request = Request::post(path);
        let answer = world
            .send(&mut Browser::default(), request, long.clone())
            .await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert!(answer.body.contains("notes.localhost"), "its own page");
    }
}
