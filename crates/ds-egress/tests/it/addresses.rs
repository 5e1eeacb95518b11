//! Names that lead inside.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    sandbox::{Answers, Setup},
    server,
};

const REFUSED: &str = "egress refused: api.example.com:443 (it leads to no address on the public";

#[tokio::test]
async fn what_is_inside_is_not_reached_under_any_name() {
    for address in [
        "127.0.0.1:80",
        "0.0.0.0:80",
        "10.0.0.1:80",
        "100.64.0.1:80",
        "169.254.169.254:80",
        "192.168.1.1:80",
        "255.255.255.255:80",
        "[::1]:80",
        "[::]:80",
        "[::ffff:127.0.0.1]:80",
        "[::ffff:169.254.169.254]:80",
        "[64:ff9b::7f00:1]:80",
        "[2002:7f00:1::]:80",
        "[fd00::1]:80",
        "[fe80::1]:80",
    ] {
        let mut setup = Setup::new(&["api.example.com"], address.parse().unwrap());
        setup.allow.clear();
        let sandbox = setup.start();
        let stream = sandbox.connect("api.example.com", 443).await;
        sandbox.refused(stream, REFUSED).await;
    }
}

/// The first answer is fine and the next leads inside; the app connects again and again.
#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    // Stands for the public internet, as far as the filter knows.
    let public = server::echo().await;
    let inside = server::tcp(|mut stream| async move {
        let _ = stream.write_all(b"inside").await;
    })
    .await;
    let inside = SocketAddr::new("127.0.0.2".parse().unwrap(), inside.port());
    let asked = Arc::new(AtomicUsize::new(0));
    let times = Arc::clone(&asked);
    let mut setup = Setup::new(&["api.example.com"], public);
    setup.allow = vec!["127.0.0.1/32"];
    setup.resolver = Arc::new(Answers(move |_: &str| {
        Ok(match times.fetch_add(1, Relaxed) {
            0 => vec![public],
            1 => vec![inside],
            // Both: the good one is taken.
            2 => vec![inside, public],
            _ => return Err(io::ErrorKind::TimedOut.into()),
        })
    }));
    let sandbox = setup.start();
    let echoed = async || {
        let mut stream = sandbox.connect("api.example.com", 443).await;
        stream.write_all(b"x").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'x');
    };
    echoed().await;
    // The app asking for the name again asks nobody out there; connecting does, once.
    sandbox.address("api.example.com").await;
    assert_eq!(asked.load(Relaxed), 1);
    let stream = sandbox.connect("api.example.com", 443).await;
    sandbox.refused(stream, REFUSED).await;
    assert_eq!(asked.load(Relaxed), 2);
    echoed().await;
    let stream = sandbox.connect("api.example.com", 443).await;
    sandbox
        .refused(
            stream,
            "egress failed: api.example.com:443 (no address was found",
        )
        .await;
}

/// What an app's `fetch` does with a redirect: the next name is asked for and connected to like any other.
#[tokio::test]
async fn a_redirect_opens_nothing() {
    let server = server::tcp(|mut stream| async move {
        let mut request = [0; 64];
        let _ = stream.read(&mut request).await;
        let to = if request.starts_with(b"GET /1 ") {
            "http://evil.example/"
        } else {
            "http://inside.example.org/"
        };
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\nconnection: close\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let mut setup = Setup::new(&["api.example.com:80", "*.example.org:80"], server);
    setup.resolver = Arc::new(Answers(move |name: &str| {
        let inside = "10.0.0.1:80".parse().unwrap();
        Ok(vec![if name == "inside.example.org" {
            inside
        } else {
            server
        }])
    }));
    let sandbox = setup.start();
    let location = async |path: &str| {
        let mut stream = sandbox.connect("api.example.com", 80).await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: api.example.com\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (_, rest) = answer.split_once("location: http://").unwrap();
        rest.split_once('/').unwrap().0.to_owned()
    };
    let not_approved = location("/1").await;
    assert_eq!(sandbox.address(&not_approved).await, None);
    sandbox
        .logs("egress refused: evil.example (not approved)")
        .await;
    let inside = location("/2").await;
    let stream = sandbox.connect(&inside, 80).await;
    sandbox
        .refused(
            stream,
            "egress refused: inside.example.org:80 (it leads to no",
        )
        .await;
}
