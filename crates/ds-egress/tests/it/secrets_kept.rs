//! Where secrets do not go.

use std::{net::SocketAddr, sync::atomic::Ordering::Relaxed};

use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    sandbox::{Setup, ended},
    secrets::{BEARER, NAME, app, body, mirror, request, secret, start},
    server,
};

#[tokio::test]
async fn a_secret_goes_to_its_host_alone() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    for (uri, host) in [("/", "evil.example"), ("https://evil.example/", NAME)] {
        let mut app = app(&sandbox, NAME).await;
        let asked = Request::get(uri)
            .header("host", host)
            .header("authorization", BEARER);
        assert!(
            app.send_request(asked.body(body("")).unwrap())
                .await
                .is_err()
        );
    }
    let mut app = app(&sandbox, NAME).await;
    let trace = request("/", BEARER).method("TRACE").body(body("")).unwrap();
    assert!(app.send_request(trace).await.is_err());
    sandbox
        .logs("egress refused: api.example.com:443 (the request is for another host: `evil")
        .await;
    sandbox
        .logs("egress refused: api.example.com:443 (TRACE requests")
        .await;
    assert_eq!(server.connections.load(Relaxed), 0);
}

#[tokio::test]
async fn a_host_that_cannot_prove_its_name_gets_nothing() {
    let server = server::https(&["other.example.com"], mirror).await;
    for authority in [server.pem.clone(), server::stranger()] {
        let mut setup = Setup::new(&[NAME], server.address);
        setup.secrets = vec![secret(&[NAME])];
        setup.authorities = vec![authority];
        let sandbox = setup.start();
        let mut app = app(&sandbox, NAME).await;
        let asked = request("/", BEARER).body(body("")).unwrap();
        assert!(app.send_request(asked).await.is_err());
        sandbox
            .logs("egress failed: api.example.com:443 (its TLS was not accepted: invalid peer")
            .await;
    }
}

#[tokio::test]
async fn it_is_sent_over_tls_alone() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &["api.example.com:80"], &["api.example.com:80"]);
    let mut stream = sandbox.connect(NAME, 80).await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n")
        .await
        .unwrap();
    sandbox
        .refused(
            stream,
            "api.example.com:80 (the app does not speak TLS, and a secret",
        )
        .await;
    assert_eq!(server.connections.load(Relaxed), 0);
}

#[tokio::test]
async fn each_sandbox_trusts_its_own_authority_alone() {
    let server = server::https(&[NAME], mirror).await;
    let one = start(&server, &[NAME], &[NAME]);
    let two = start(&server, &[NAME], &[NAME]);
    let stream = one.connect(NAME, 443).await;
    let trusted = two.trusted.as_deref().unwrap();
    assert!(server::trusting(trusted, NAME, stream).await.is_err());
    one.logs("egress failed: api.example.com:443 (the app's TLS failed")
        .await;
    let none = Setup::new(&[NAME], server.address).start();
    assert_eq!(none.trusted, None);
}

#[tokio::test]
async fn garbage_in_tls_ends_its_connection_alone() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    let mut stream = sandbox.connect(NAME, 443).await;
    stream.write_all(&[22; 600]).await.unwrap();
    let mut rest = Vec::new();
    // An alert, or nothing.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.len() < 100, "{rest:?}");
    let stream = sandbox.connect(NAME, 443).await;
    let trusted = sandbox.trusted.as_deref().unwrap();
    let mut stream = server::trusting(trusted, NAME, stream).await.unwrap();
    stream.write_all(b"\0\0\0 garbage\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/1.1 2"), "{rest:?}");
    assert_eq!(server.connections.load(Relaxed), 0);
}

#[tokio::test]
async fn a_host_inside_is_not_reached_with_a_secret_either() {
    let server = server::https(&[NAME], mirror).await;
    let inside: SocketAddr = "10.0.0.1:443".parse().unwrap();
    let mut setup = Setup::new(&[NAME], inside);
    setup.secrets = vec![secret(&[NAME])];
    setup.authorities = vec![server.pem];
    let sandbox = setup.start();
    let mut app = app(&sandbox, NAME).await;
    let asked = request("/", BEARER).body(body("")).unwrap();
    assert!(app.send_request(asked).await.is_err());
    sandbox
        .logs("egress refused: api.example.com:443 (it leads to no address on the public")
        .await;
}

#[tokio::test]
async fn who_says_nothing_in_tls_is_cut_off() {
    let server = server::https(&[NAME], mirror).await;
    let mut setup = Setup::new(&[NAME], server.address);
    setup.secrets = vec![secret(&[NAME])];
    setup.limits.connect = std::time::Duration::from_millis(100);
    let sandbox = setup.start();
    let mut stream = sandbox.connect(NAME, 443).await;
    ended(&mut stream).await;
    sandbox
        .logs("egress failed: api.example.com:443 (the app did not begin TLS in time)")
        .await;
}
