//! Connections to approved hosts, and those that are none.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{
    sandbox::{Answers, Setup, ended, until},
    server,
};

pub(crate) async fn echoes(stream: &mut TcpStream, text: &[u8]) {
    stream.write_all(text).await.unwrap();
    let mut back = vec![0; text.len()];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(back, text);
}

#[tokio::test]
async fn bytes_go_both_ways_and_are_counted() {
    let sandbox = Setup::new(&["api.example.com:7"], server::echo().await).start();
    let mut stream = sandbox.connect("api.example.com", 7).await;
    echoes(&mut stream, b"hello").await;
    // The app has said all it wants to say, and hears the rest.
    stream.write_all(&[7; 2000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, [7; 2000]);
    sandbox.counted((2005, 2005)).await;
    assert!(sandbox.log().is_empty(), "{:?}", sandbox.log());
}

#[tokio::test]
async fn much_is_counted_while_it_goes() {
    let sandbox = Setup::new(&["api.example.com"], server::echo().await).start();
    let mut stream = sandbox.connect("api.example.com", 443).await;
    for _ in 0..100 {
        echoes(&mut stream, &[1; 10_000]).await;
    }
    let (received, sent) = sandbox.counts();
    assert!(received > 700_000 && sent > 700_000, "{received} {sent}");
    drop(stream);
    sandbox.counted((1_000_000, 1_000_000)).await;
}

#[tokio::test]
async fn addresses_that_were_not_handed_out_lead_nowhere() {
    let sandbox = Setup::new(&["api.example.com"], server::echo().await).start();
    for (address, line) in [
        (Ipv4Addr::LOCALHOST, "127.0.0.1:443 (not the address of"),
        (
            Ipv4Addr::new(127, 1, 0, 1),
            "127.1.0.1:443 (not the address of",
        ),
        (
            Ipv4Addr::new(127, 255, 0, 1),
            "127.255.0.1:443 (not the address of",
        ),
    ] {
        let stream = sandbox.connect_to(address, 443).await;
        sandbox.refused(stream, line).await;
    }
}

#[tokio::test]
async fn a_name_is_approved_for_its_port() {
    let sandbox = Setup::new(
        &["a.example.com:7", "b.example.com:8"],
        server::echo().await,
    )
    .start();
    for (name, port) in [("a.example.com", 7), ("b.example.com", 8)] {
        echoes(&mut sandbox.connect(name, port).await, b"x").await;
    }
    let stream = sandbox.connect("a.example.com", 8).await;
    sandbox
        .refused(
            stream,
            "egress refused: a.example.com:8 (not approved for this port)",
        )
        .await;
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_told_of() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let sandbox = Setup::new(&["api.example.com"], gone).start();
    let stream = sandbox.connect("api.example.com", 443).await;
    sandbox
        .refused(
            stream,
            "egress failed: api.example.com:443 (it cannot be reached",
        )
        .await;

    let mut setup = Setup::new(&["api.example.com"], gone);
    setup.resolver = Arc::new(Answers(|_: &str| Ok(Vec::new())));
    let sandbox = setup.start();
    let stream = sandbox.connect("api.example.com", 443).await;
    sandbox
        .refused(
            stream,
            "egress failed: api.example.com:443 (no address was found",
        )
        .await;
}

#[tokio::test]
async fn everything_ends_with_the_sandbox() {
    let open = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&open);
    let server = server::tcp(move |mut stream| {
        let count = Arc::clone(&count);
        async move {
            count.fetch_add(1, Relaxed);
            let _ = stream.read_u8().await;
            count.fetch_sub(1, Relaxed);
        }
    })
    .await;
    let mut sandbox = Setup::new(&["api.example.com"], server).start();
    let mut stream = sandbox.connect("api.example.com", 443).await;
    let mut names = sandbox.names().await;
    names.ask("api.example.com", 1).await.unwrap();
    until(|| open.load(Relaxed) == 1, &|| "not connected".to_owned()).await;
    drop(sandbox.outlet.take());
    ended(&mut stream).await;
    ended(&mut names.0).await;
    until(|| open.load(Relaxed) == 0, &|| "still connected".to_owned()).await;
    let address = names.0.peer_addr().unwrap();
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), closed).await.unwrap();
}
