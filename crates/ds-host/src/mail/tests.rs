//! Letters as they arrive: in files, and at a server of a few lines.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;

fn from() -> Mailbox {
    "Dropserver <drop@example.com>".parse().unwrap()
}

fn letter(subject: &str, text: &str) -> Letter {
    Letter {
        to: "ada@example.com".to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
    }
}

/// The headers and the body of a message.
fn parts(message: &str) -> (Vec<&str>, &str) {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    (head.split("\r\n").collect(), body)
}

#[test]
fn nothing_becomes_a_header() {
    let check = |subject: &str, text: &str| {
        let message = letter(subject, text).message(&from()).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = parts(&text);
        let names: Vec<&str> = head
            .iter()
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0)
            .collect();
        let expect = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
        ];
        assert_eq!(names, expect, "{subject:?}");
        assert!(
            head.iter().all(|line| line.is_ascii() && line.len() < 999),
            "{head:?}"
        );
    };
    check("plain", "text");
    check("two\r\nBcc: eve@example.com", "text");
    check("two\nBcc: eve@example.com\n\nbody", "text");
    check("lone\rBcc: eve@example.com", "text");
    check(&"ü".repeat(5_000), "ü");
    check("=?utf-8?Q?=0D=0ABcc:_eve@example.com?=", "text");
    check(
        "",
        "Bcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>\r\n",
    );
}

#[test]
fn addresses_are_checked() {
    let check = |to: &str, expect: bool| {
        let letter = Letter {
            to: to.to_owned(),
            ..letter("s", "t")
        };
        assert_eq!(letter.message(&from()).is_ok(), expect, "{to:?}");
    };
    check("ada@example.com", true);
    check("ada@bücher.example", true);
    check("ada@example.com\r\nBcc: eve@example.com", false);
    check("ada@example.com, eve@example.com", false);
    check("<ada@example.com>", false);
    check("ada", false);
    check("", false);
}

#[tokio::test]
async fn letters_become_files() {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("a/mail");
    let post = Post::new(from(), Box::new(FileTransport::new(mail.clone())));
    post.send(&letter("First", "Grüße\nfrom the host")).unwrap();
    post.close(Duration::from_secs(10)).await;
    let files: Vec<_> = std::fs::read_dir(&mail).unwrap().collect();
    assert_eq!(files.len(), 1);
    let path = files[0].as_ref().unwrap().path();
    assert!(path.extension().unwrap() == "eml");
    let text = std::fs::read_to_string(path).unwrap();
    let (head, body) = parts(&text);
    assert!(head.contains(&"To: ada@example.com"), "{head:?}");
    assert!(
        head.contains(&"Content-Type: text/plain; charset=utf-8"),
        "{head:?}"
    );
    assert!(body.contains("from the host"), "{body}");
    assert!(matches!(
        post.send(&letter("Second", "")),
        Err(MailError::Full)
    ));
}

/// A server that takes mail, refuses it for now (`451`) so many times, or for good (`550`).
struct Server {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: &'static str, refused: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            taken: Arc::default(),
            asked: Arc::default(),
        };
        let (taken, asked) = (Arc::clone(&server.taken), Arc::clone(&server.asked));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let is_early = asked.fetch_add(1, Ordering::SeqCst) < refused;
                talk(stream, is_early.then_some(answer), &taken).await;
            }
        });
        server
    }

    fn post(&self) -> Post {
        let server = SmtpServer {
            host: self.address.ip().to_string(),
            port: self.address.port(),
            security: Security::None,
            login: Some(Login {
                user: "drop".to_owned(),
                password: Password::Given("secret".to_owned()),
            }),
        };
        let transport = SmtpTransport::new(server, "drop.example.com".to_owned(), &[]);
        Post::new(from(), Box::new(transport.unwrap()))
    }
}

async fn talk(stream: TcpStream, refusal: Option<&str>, taken: &Mutex<Vec<String>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 here\r\n").await.unwrap();
    let (mut message, mut in_message) = (String::new(), false);
    while let Ok(Some(line)) = lines.next_line().await {
        if in_message && line != "." {
            // A line that begins with a dot travels with another one.
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
            message.push_str("\r\n");
            continue;
        }
        let answer = match line.split_whitespace().next().unwrap_or_default() {
            "." => {
                in_message = false;
                taken.lock().unwrap().push(std::mem::take(&mut message));
                "250 taken"
            }
            "EHLO" => "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            // "\0drop\0secret"
            "AUTH" if line.ends_with("AGRyb3AAc2VjcmV0") => "235 welcome",
            "AUTH" => "535 who?",
            "RCPT" => refusal.unwrap_or("250 fine"),
            "DATA" => {
                in_message = true;
                "354 go on"
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await.unwrap_or_default(),
            _ => "250 fine",
        };
        write
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .unwrap();
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
    let taken = server.taken.lock().unwrap().clone();
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

/// Refuses so many times, then takes.
struct Scripted {
    refused: usize,
    asked: Arc<AtomicUsize>,
    dir: FileTransport,
}

#[async_trait]
impl Transport for Scripted {
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.refused {
            return Err(MailError::File {
                path: "/nowhere".into(),
                source: std::io::Error::other("not now"),
            });
        }
        self.dir.deliver(message).await
    }
}

#[tokio::test(start_paused = true)]
async fn letters_are_tried_again_and_not_for_ever() {
    let check = async |refused: usize, expect: usize, arrives: bool| {
        let dir = tempfile::tempdir().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let post = Post::new(
            from(),
            Box::new(Scripted {
                refused,
                asked: Arc::clone(&asked),
                dir: FileTransport::new(dir.path().to_owned()),
            }),
        );
        post.send(&letter("s", "t")).unwrap();
        post.all_sent().await;
        assert_eq!(asked.load(Ordering::SeqCst), expect, "{refused}");
        assert_eq!(
            dir.path().read_dir().unwrap().count() == 1,
            arrives,
            "{refused}"
        );
    };
    check(0, 1, true).await;
    check(3, 4, true).await;
    check(6, 7, true).await;
    check(7, 7, false).await;
    check(usize::MAX, 7, false).await;
}
