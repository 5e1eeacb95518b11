//! A mail server of a few lines, with TLS and without.

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::*;

/// How a server protects the way to it.
#[derive(Clone)]
enum Way {
    Plain,
    Implicit(TlsAcceptor),
    StartTls(TlsAcceptor),
}

/// A server that takes mail, refuses it for now (`451`) so many times, or for good (`550`).
struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

/// What a server got.
#[derive(Default)]
struct Seen {
    taken: Mutex<Vec<String>>,
    /// What was said before there was TLS, where there should be.
    in_the_open: Mutex<Vec<String>>,
    asked: AtomicUsize,
}

impl Server {
    async fn start(answer: &'static str, refused: usize) -> Self {
        Self::with(Way::Plain, answer, refused).await
    }

    async fn with(way: Way, answer: &'static str, refused: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
        };
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let is_early = seen.asked.fetch_add(1, Ordering::SeqCst) < refused;
                receive(stream, &way, is_early.then_some(answer), &seen).await;
            }
        });
        server
    }

    fn post(&self) -> Post {
        self.post_by(Security::None, "127.0.0.1", &[])
    }

    fn post_by(&self, security: Security, host: &str, authorities: &[Vec<u8>]) -> Post {
        let server = SmtpServer {
            host: host.to_owned(),
            port: self.address.port(),
            security,
            login: Some(Login {
                user: "drop".to_owned(),
                password: Password::Given("secret".to_owned()),
            }),
        };
        let transport = SmtpTransport::new(server, "drop.example.com".to_owned(), authorities);
        post_by(from(), Box::new(transport.unwrap()))
    }

    fn taken(&self) -> Vec<String> {
        self.seen.taken.lock().unwrap().clone()
    }
}

/// Clients that do not trust the certificate hang up: that is no failure of the server.
async fn receive(stream: TcpStream, way: &Way, refusal: Option<&str>, seen: &Seen) {
    let greeting = "220 here";
    match way {
        Way::Plain => {
            talk(stream, greeting, refusal, &seen.taken).await;
        }
        Way::Implicit(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                talk(stream, greeting, refusal, &seen.taken).await;
            }
        }
        Way::StartTls(tls) => {
            let Some(stream) = until_tls(stream, &seen.in_the_open).await else {
                return;
            };
            if let Ok(stream) = tls.accept(stream).await {
                talk(stream, "", refusal, &seen.taken).await;
            }
        }
    }
}

/// What comes before TLS; `None` if none is wanted.
async fn until_tls(stream: TcpStream, said: &Mutex<Vec<String>>) -> Option<TcpStream> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await.unwrap();
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        let answer = match line.trim_end() {
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await.unwrap();
                return Some(stream.into_inner());
            }
            hello if hello.starts_with("EHLO") => "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS",
            _ => "250 fine",
        };
        said.lock().unwrap().push(std::mem::take(&mut line));
        let answer = format!("{answer}\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    None
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    greeting: &str,
    refusal: Option<&str>,
    taken: &Mutex<Vec<String>>,
) {
    let mut stream = BufReader::new(stream);
    if !greeting.is_empty() {
        let greeting = format!("{greeting}\r\n");
        stream.write_all(greeting.as_bytes()).await.unwrap();
    }
    let (mut message, mut in_message) = (String::new(), false);
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        let said = std::mem::take(&mut line);
        let said = said.trim_end_matches(['\r', '\n']);
        if in_message && said != "." {
            // A line that begins with a dot travels with another one.
            message.push_str(said.strip_prefix('.').unwrap_or(said));
            message.push_str("\r\n");
            continue;
        }
        let answer = match said.split_whitespace().next().unwrap_or_default() {
            "." => {
                in_message = false;
                taken.lock().unwrap().push(std::mem::take(&mut message));
                "250 taken"
            }
            "EHLO" => "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            // "\0drop\0secret"
            "AUTH" if said.ends_with("AGRyb3AAc2VjcmV0") => "235 welcome",
            "AUTH" => "535 who?",
            "RCPT" => refusal.unwrap_or("250 fine"),
            "DATA" => {
                in_message = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        let answer = format!("{answer}\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() || said == "QUIT" {
            return;
        }
    }
}

#[tokio::test]
async fn a_server_takes_letters() {
    let server = Server::start("", 0).await;
    let text = "Grüße\n.\nMAIL FROM:<eve@example.com>\n..end";
    server
        .post()
        .send_now(&letter("Über alles", text))
        .await
        .unwrap();
    let taken = server.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    let (head, body) = parts(&taken[0]);
    assert!(
        head.contains(&"From: Dropserver <drop@example.com>"),
        "{head:?}"
    );
    assert!(body.contains("eve@example.com"), "{body}");
}

#[tokio::test]
async fn a_server_that_says_no_for_good_is_not_asked_again() {
    let server = Server::start("550 nobody here", usize::MAX).await;
    let error = server.post().send_now(&letter("s", "t")).await.unwrap_err();
    assert!(error.is_final(), "{error:?}");
    assert!(
        ds_core::error_chain(&error).contains("nobody here"),
        "{error:?}"
    );
    let server = Server::start("451 later", usize::MAX).await;
    let error = server.post().send_now(&letter("s", "t")).await.unwrap_err();
    assert!(!error.is_final(), "{error:?}");
}

#[tokio::test]
async fn mail_goes_by_tls_to_whom_an_authority_vouches_for() {
    let (authority, tls) = ds_testkit::tls::trusted_server(&["localhost"]);
    let (another, _) = ds_testkit::tls::trusted_server(&["localhost"]);
    let check = async |way: Way, security: Security, trusted: &str, host: &str, expect: bool| {
        let server = Server::with(way, "", 0).await;
        let post = server.post_by(security, host, &[trusted.as_bytes().to_vec()]);
        let sent = post.send_now(&letter("Over TLS", "Grüße")).await;
        assert_eq!(sent.is_ok(), expect, "{security:?} {host} {sent:?}");
        assert_eq!(server.taken().len(), usize::from(expect), "{security:?}");
        let in_the_open = server.seen.in_the_open.lock().unwrap().clone();
        assert!(
            in_the_open.iter().all(|line| line.starts_with("EHLO")),
            "nothing is said before TLS: {in_the_open:?}"
        );
    };
    let implicit = || Way::Implicit(tls.clone());
    let start_tls = || Way::StartTls(tls.clone());
    check(
        implicit(),
        Security::Implicit,
        &authority,
        "localhost",
        true,
    )
    .await;
    check(
        start_tls(),
        Security::StartTls,
        &authority,
        "localhost",
        true,
    )
    .await;
    // Nobody vouches for it, or it is another's name.
    check(implicit(), Security::Implicit, &another, "localhost", false).await;
    check(
        start_tls(),
        Security::StartTls,
        &another,
        "localhost",
        false,
    )
    .await;
    check(
        implicit(),
        Security::Implicit,
        &authority,
        "127.0.0.1",
        false,
    )
    .await;
    check(
        start_tls(),
        Security::StartTls,
        &authority,
        "127.0.0.1",
        false,
    )
    .await;
    // Somebody on the way took the offer of TLS away.
    check(
        Way::Plain,
        Security::StartTls,
        &authority,
        "localhost",
        false,
    )
    .await;
}
