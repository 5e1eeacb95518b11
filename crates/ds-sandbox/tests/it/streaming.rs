//! Bodies that take their time, in both directions, and clients that do not.

use std::time::Duration;

use bytes::Bytes;
use ds_sandbox::{Body, RequestError, Sandbox};
use http::Request;
use http_body_util::{BodyExt as _, channel::Channel};

use crate::fixture::{Fixture, call, get, request, whole};

/// A body that is fed while it is sent.
fn fed() -> (
    http_body_util::channel::Sender<Bytes, ds_sandbox::BoxError>,
    Body,
) {
    let (feed, body) = Channel::new(1);
    (feed, body.boxed_unsync())
}

#[tokio::test]
async fn large_bodies_go_both_ways_while_they_come() {
    let fixture =
        Fixture::new(r#"app([route("post", "/", (ctx) => text(ctx, ctx.req.request.body))]);"#)
            .await;
    let sandbox = fixture.serve().await;
    let (mut feed, body) = fed();
    let request = Request::post("/").body(body).unwrap();
    let sending = sandbox.request(call(0, "/"), request);
    let block = Bytes::from(vec![7; 1 << 20]);
    let (response, ()) = tokio::join!(sending, async {
        feed.send_data(block.clone()).await.unwrap();
    });
    let mut body = response.unwrap().into_body();
    // The first block is back before the last is sent.
    let mut got = 0;
    while got < block.len() {
        got += body
            .frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap()
            .len();
    }
    let feeding = tokio::spawn(async move {
        for _ in 0..31 {
            feed.send_data(block.clone()).await.unwrap();
        }
    });
    let rest = body.collect().await.unwrap().to_bytes();
    feeding.await.unwrap();
    assert_eq!(got + rest.len(), 32 << 20);
    assert!(rest.iter().all(|byte| *byte == 7));
}

#[tokio::test]
async fn events_arrive_while_the_handler_is_still_going() {
    let fixture = Fixture::new(
        r#"
        let more;
        app([
          route("get", "/", (ctx) => {
            const body = new ReadableStream({ start(controller) {
              controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
              more = () => { controller.enqueue(new TextEncoder().encode("data: 2\n\n")); controller.close(); };
            } });
            text(ctx, body, { headers: { "content-type": "text/event-stream" } });
          }),
          route("get", "/1", (ctx) => { more(); text(ctx, "told"); }),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let request = Request::get("/")
        .header("accept-encoding", "gzip, br")
        .body(ds_sandbox::empty_body());
    let response = sandbox
        .request(call(0, "/"), request.unwrap())
        .await
        .unwrap();
    let mut events = response.into_body();
    let first = events.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "data: 1\n\n");
    assert_eq!(get(&*sandbox, 1).await.1, "told");
    assert_eq!(events.collect().await.unwrap().to_bytes(), "data: 2\n\n");
}

const GONE: &str = r#"
    const said = [];
    app([
      route("get", "/", (ctx) => { said.push("came"); ctx.req.request.signal.addEventListener("abort", () => said.push("waiting")); }),
      route("get", "/1", (ctx) => {
        const body = new ReadableStream({
          pull(controller) { controller.enqueue(new Uint8Array(1000)); return new Promise((r) => setTimeout(r, 5)); },
          cancel() { said.push("streaming"); },
        });
        text(ctx, body);
      }),
      route("get", "/2", (ctx) => text(ctx, said.join(" "))),
      route("get", "/3", (ctx) => {
        ctx.req.request.signal.addEventListener("abort", () => said.push("wrong"));
        text(ctx, "answered");
      }),
    ]);
"#;

async fn said(sandbox: &dyn Sandbox, expect: &str) {
    for _ in 0..500 {
        if get(sandbox, 2).await.1 == expect {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the app says {:?}", get(sandbox, 2).await.1);
}

#[tokio::test]
async fn an_app_learns_that_its_client_has_gone() {
    let fixture = Fixture::new(GONE).await;
    let sandbox = fixture.serve().await;
    // Answered requests are not aborted afterwards.
    assert_eq!(get(&*sandbox, 3).await.1, "answered");

    tokio::select! {
        _ = sandbox.request(call(0, "/"), request()) => panic!("answered"),
        () = said(&*sandbox, "came") => {}
    }
    said(&*sandbox, "came waiting").await;

    let response = sandbox.request(call(1, "/"), request()).await.unwrap();
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    said(&*sandbox, "came waiting streaming").await;
}

#[tokio::test]
async fn a_handler_that_never_answers_is_cut_and_told() {
    let mut fixture = Fixture::new(GONE).await;
    fixture.limits.response = Duration::from_secs(1);
    let sandbox = fixture.serve().await;
    let result = sandbox.request(call(0, "/"), request()).await;
    assert!(matches!(result, Err(RequestError::TimedOut { .. })));
    said(&*sandbox, "came waiting").await;
}

#[tokio::test]
async fn a_response_before_the_whole_request_harms_no_later_one() {
    let fixture = Fixture::new(
        r#"app([route("post", "/", (ctx) => text(ctx, "early")), route("get", "/1", (ctx) => text(ctx, "later"))]);"#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let (mut feed, body) = fed();
    feed.send_data(Bytes::from_static(b"part")).await.unwrap();
    let request = Request::post("/").body(body).unwrap();
    let response = sandbox.request(call(0, "/"), request).await.unwrap();
    assert_eq!(whole(response).await, (200, "early".into()));
    for _ in 0..3 {
        assert_eq!(get(&*sandbox, 1).await, (200, "later".into()));
    }
    drop(feed);
}

#[tokio::test]
async fn statuses_without_bodies_and_repeated_headers_pass() {
    let fixture = Fixture::new(
        r#"
        app([
          route("get", "/", (ctx) => text(ctx, null, { status: 204 })),
          route("head", "/1", (ctx) => text(ctx, null, { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["content-length", "5"]] })),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    assert_eq!(get(&*sandbox, 0).await, (204, String::new()));
    let head = Request::head("/").body(ds_sandbox::empty_body()).unwrap();
    let response = sandbox.request(call(1, "/"), head).await.unwrap();
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(get(&*sandbox, 0).await.0, 204);
}

#[tokio::test]
async fn an_app_cannot_switch_protocols() {
    let fixture = Fixture::new(
        r#"
        app([
          route("get", "/", (ctx) => text(ctx, null, { status: 101, headers: { upgrade: "x", connection: "upgrade" } })),
          route("get", "/1", (ctx) => text(ctx, "fine")),
        ]);
        "#,
    )
    .await;
    let sandbox = fixture.serve().await;
    let switched = sandbox.request(call(0, "/"), request()).await;
    assert!(matches!(switched, Err(RequestError::Broken(_))));
    assert_eq!(get(&*sandbox, 1).await, (200, "fine".into()));
}

#[tokio::test]
async fn an_upload_may_take_longer_than_an_answer() {
    let limit = Duration::from_secs(1);
    let mut fixture = Fixture::new(
        r#"app([route("post", "/", async (ctx) => text(ctx, String((await ctx.req.request.bytes()).length)))]);"#,
    )
    .await;
    fixture.limits.response = limit;
    let sandbox = fixture.serve().await;
    let (mut feed, body) = fed();
    let request = Request::post("/").body(body).unwrap();
    let begun = std::time::Instant::now();
    let (response, ()) = tokio::join!(sandbox.request(call(0, "/"), request), async move {
        // Slow on purpose: this is what is tested.
        while begun.elapsed() < limit * 2 {
            feed.send_data(Bytes::from_static(b"piece")).await.unwrap();
            tokio::time::sleep(limit / 4).await;
        }
    });
    let (status, length) = whole(response.unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(length.parse::<usize>().unwrap() % 5, 0);
}
