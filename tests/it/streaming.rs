//! Bodies in both directions, through the whole host.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use crate::host::TestHost;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_at_once_and_the_app_learns_that_a_client_has_gone() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let stream = TcpStream::connect(host.address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("/events")
        .header("host", format!("echo.localhost:{}", host.address.port()))
        .body(Full::new(Bytes::new()))
        .unwrap();
    let mut response = timeout(PATIENCE, sender.send_request(request))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    // The handler is still open, and its first event is here.
    let first = timeout(PATIENCE, response.frame())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(first.into_data().unwrap(), "data: first\n\n");

    // The client goes away: its connection is closed.
    drop((response, sender));
    connection.abort();
    let mut visitor = host.program();
    timeout(PATIENCE, async {
        while visitor
            .get(&host.at("echo", "/files/gone.txt"))
            .await
            .text()
            != "gone"
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the app was told");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_does_not_keep_an_appspace_from_its_rest() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut visitor = host.program();
    // Awake: whoever still waits for a sandbox is sent away at once instead.
    let file = host.at("echo", "/count-bytes");
    visitor.send(Method::POST, &file, &[], "1".into()).await;
    let url = host.at("echo", "/events");
    let reading = tokio::spawn(async move { visitor.try_get(&url).await });
    let appspace = host.host.ops.appspaces(host.owner).await.unwrap()[0]
        .appspace
        .id;
    timeout(PATIENCE, host.wait_until_inside(appspace))
        .await
        .expect("the stream is open");
    timeout(PATIENCE * 2, host.host.ops.pause(host.owner, "echo"))
        .await
        .unwrap()
        .unwrap();
    assert!(reading.await.unwrap().is_none(), "the stream was cut");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_uploads_pass_through() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let size = 24 << 20;
    let url = host.at("echo", "/count-bytes");
    let answer = host
        .program()
        .send(Method::POST, &url, &[], Bytes::from(vec![7; size]))
        .await;
    assert_eq!(answer.text(), format!(r#"{{"bytes":{size}}}"#));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_uploaded_files_can_be_asked_for() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut visitor = host.program();
    let keep = host.at("echo", "/keep/song.mp3");
    visitor
        .send(Method::POST, &keep, &[], "0123456789".into())
        .await;
    let url = host.at("echo", "/files/song.mp3");
    let part = visitor
        .send(Method::GET, &url, &[("range", "bytes=2-4")], Bytes::new())
        .await;
    assert_eq!((part.status.as_u16(), part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    let beyond = visitor
        .send(Method::GET, &url, &[("range", "bytes=20-")], Bytes::new())
        .await;
    assert_eq!(beyond.status, 416);
    let head = visitor.send(Method::HEAD, &url, &[], Bytes::new()).await;
    assert_eq!(
        (head.header("content-length").as_str(), head.body.len()),
        ("10", 0)
    );
    host.end().await;
}
