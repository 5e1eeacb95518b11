//! Letters, what they are made of and how they arrive.

mod smtp;
mod waiting;

use std::sync::Arc;

use ds_core::SystemClock;
use ds_testkit::Memory;

use super::*;

fn from() -> Mailbox {
    "Dropserver <drop@example.com>".parse().unwrap()
}

/// Post that keeps what waits in memory.
pub(crate) fn post_by(from: Mailbox, transport: Box<dyn Transport>) -> Post {
    Post::new(PostParts {
        from,
        transport,
        store: Arc::new(Memory::new()),
        clock: Arc::new(SystemClock),
    })
}

fn letter(subject: &str, text: &str) -> Letter {
    Letter::new("ada@example.com", subject, text.to_owned())
}

/// The headers and the body of a message.
fn parts(message: &str) -> (Vec<&str>, &str) {
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    (head.split("\r\n").collect(), body)
}

#[test]
fn nothing_becomes_a_header() {
    let check = |subject: &str, text: &str| {
        let message = letter(subject, text)
            .message(&from(), LetterId::new())
            .unwrap();
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
        assert_eq!(
            letter.message(&from(), LetterId::new()).is_ok(),
            expect,
            "{to:?}"
        );
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
    let post = post_by(from(), Box::new(FileTransport::new(mail.clone())));
    let first = letter("First", "Grüße\nfrom the host");
    post.send(&first).await.unwrap();
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
        post.send(&letter("Second", "")).await,
        Err(MailError::Full)
    ));
}
