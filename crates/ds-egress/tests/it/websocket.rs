//! WebSocket with a secret in its handshake.

use std::net::SocketAddr;

use ds_egress::Secret;
use ds_testkit::tls::trusted_server;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use crate::{
    sandbox::{Sandbox, Setup},
    server,
};

const NAME: &str = "live.example.com";

async fn head(stream: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = stream.read_line(&mut head).await.unwrap();
        assert!(read > 0, "{head}");
    }
    head.to_ascii_lowercase()
}

/// A sandbox whose owner keeps a secret for the server.
fn with_secret(server: SocketAddr, authority: String) -> Sandbox {
    let mut setup = Setup::new(&[NAME], server);
    let hosts = vec![NAME.parse().unwrap()];
    setup.secrets = vec![Secret::new("KEY", "sk-12345678", hosts).unwrap()];
    setup.authorities = vec![authority.into_bytes()];
    setup.start()
}

#[tokio::test]
async fn it_passes_and_the_secret_is_in_its_handshake() {
    let (pem, acceptor) = trusted_server(&[NAME]);
    let server = server::tcp(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = BufReader::new(acceptor.accept(stream).await.unwrap());
            let head = head(&mut stream).await;
            let fine = ["upgrade: websocket", "connection: upgrade", "sec-websocket-key: a", "key: sk-12345678"];
            assert!(fine.iter().all(|line| head.contains(line)), "{head}");
            let answer = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                sec-websocket-accept: b\r\nx-echo: sk-12345678\r\n\r\nfirst";
            stream.write_all(answer.as_bytes()).await.unwrap();
            let mut said = [0; 4];
            stream.read_exact(&mut said).await.unwrap();
            stream.write_all(&said).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    })
    .await;
    let sandbox = with_secret(server, pem);
    let stream = sandbox.connect(NAME, 443).await;
    let trusted = sandbox.trusted.as_deref().unwrap();
    let stream = server::trusting(trusted, NAME, stream).await.unwrap();
    let mut stream = BufReader::new(stream);
    let asked = format!(
        "GET /live HTTP/1.1\r\nhost: {NAME}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
         sec-websocket-key: a\r\nx-key: {{{{secret:KEY}}}}\r\n\r\n"
    );
    stream.write_all(asked.as_bytes()).await.unwrap();
    let head = head(&mut stream).await;
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert!(head.contains("sec-websocket-accept: b") && head.contains("x-echo: {{secret:key}}"));
    let mut first = [0; 5];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"first");
    // Nothing is looked for in what follows.
    stream.write_all(b"ping").await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(rest, b"ping");
}

#[tokio::test]
async fn a_switch_that_nobody_asked_for_is_no_answer() {
    let (pem, acceptor) = trusted_server(&[NAME]);
    let server = server::tcp(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = BufReader::new(acceptor.accept(stream).await.unwrap());
            head(&mut stream).await;
            let answer = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            let _ = stream.read_u8().await;
        }
    })
    .await;
    let sandbox = with_secret(server, pem);
    let stream = sandbox.connect(NAME, 443).await;
    let trusted = sandbox.trusted.as_deref().unwrap();
    let mut stream = server::trusting(trusted, NAME, stream).await.unwrap();
    let asked =
        format!("GET / HTTP/1.1\r\nhost: {NAME}\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    sandbox
        .logs("egress failed: live.example.com:443 (it")
        .await;
}
