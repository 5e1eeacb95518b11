//! Plain HTTP: what is answered, what is refused, and how it ends.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
};

use super::*;

/// Sends these bytes and reads until the other side closes.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn what_is_answered() {
    let host = listen(None, Limits::default()).await;
    let check = async |request: &[u8], expect: &str| {
        let answer = exchange(host.address, request).await;
        assert!(answer.starts_with(expect), "{answer:?}");
    };
    check(
        b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 ",
    )
    .await;
    check(b"GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ").await;
    check(b"nonsense\r\n\r\n", "HTTP/1.1 400 ").await;
    let long = [
        b"GET / HTTP/1.1\r\nX: ".as_slice(),
        &vec![b'x'; 70 << 10],
        b"\r\n\r\n",
    ]
    .concat();
    check(&long, "HTTP/1.1 431 ").await;
}

#[tokio::test]
async fn who_says_nothing_is_hung_up_on() {
    let short = Limits {
        head: Duration::from_millis(50),
        idle: Duration::from_millis(50),
        ..Limits::default()
    };
    let host = listen(None, short).await;
    for request in [
        "",
        "P",
        "GET / HTTP/1.1\r\nHo",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let answer = exchange(host.address, request.as_bytes()).await;
        assert_eq!(
            answer.contains("200"),
            request.ends_with("\r\n\r\n"),
            "{request:?}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn one_connection_at_a_time_if_so_bounded() {
    let one = Limits {
        connections: 1,
        ..Limits::default()
    };
    let host = listen(None, one).await;
    let mut first = TcpStream::connect(host.address).await.unwrap();
    first
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    first.read_u8().await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let mut second = std::pin::pin!(exchange(host.address, request));
    let waited = tokio::time::timeout(Duration::from_millis(50), second.as_mut()).await;
    assert!(waited.is_err(), "served beside the first");
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn open_requests_finish_before_the_end() {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let bound = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, stop) = (bound.address, Stop::default());
    let handler = {
        let (arrived, go) = (Arc::clone(&arrived), Arc::clone(&go));
        service_fn(move |request| {
            let (arrived, go) = (Arc::clone(&arrived), Arc::clone(&go));
            async move {
                arrived.notify_one();
                go.notified().await;
                answer(request).await
            }
        })
    };
    stop.spawn(bound.serve(None, handler, Limits::default(), stop.clone()));
    let asked = tokio::spawn(exchange(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    arrived.notified().await;
    stop.ask();
    let draining = tokio::spawn(async move { stop.drain(Duration::from_mins(1)).await });
    go.notify_one();
    assert!(asked.await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(draining.await.unwrap());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_is_cut() {
    let arrived = Arc::new(Notify::new());
    let bound = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, stop) = (bound.address, Stop::default());
    let handler = {
        let arrived = Arc::clone(&arrived);
        service_fn(move |request| {
            let arrived = Arc::clone(&arrived);
            async move {
                arrived.notify_one();
                std::future::pending::<()>().await;
                answer(request).await
            }
        })
    };
    stop.spawn(bound.serve(None, handler, Limits::default(), stop.clone()));
    let asked = tokio::spawn(exchange(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    arrived.notified().await;
    assert!(!stop.drain(Duration::from_millis(20)).await);
    assert_eq!(asked.await.unwrap(), "");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let host = listen(None, Limits::default()).await;
    let error = bind(host.address).await.err().unwrap().to_string();
    assert!(error.contains(&host.address.to_string()), "{error}");
    assert!(error.contains("another program"), "{error}");
}

/// An answer that never ends, and tells when nobody wants it any more.
struct Endless(Arc<Notify>);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let block = Bytes::from_static(&[0; 8 << 10]);
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(block))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_takes_nothing_is_cut_off() {
    let impatient = Limits {
        stalled: Duration::from_secs(1),
        ..Limits::default()
    };
    let bound = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, stop) = (bound.address, Stop::default());
    let ended = Arc::new(Notify::new());
    let handler = {
        let ended = Arc::clone(&ended);
        service_fn(move |_| {
            let body = Endless(Arc::clone(&ended));
            async move { Ok::<_, Infallible>(Response::new(body)) }
        })
    };
    stop.spawn(bound.serve(None, handler, impatient, stop.clone()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    stream.read_u8().await.unwrap();
    let cut = tokio::time::timeout(Duration::from_secs(30), ended.notified()).await;
    assert!(cut.is_ok(), "who reads nothing is served for ever");
    drop(stream);
}
