//! Asking for names.

use std::time::Duration;

use ds_egress::EgressLimits;
use tokio::{io::AsyncWriteExt as _, time::timeout};

use crate::{
    asking::question,
    sandbox::{Sandbox, Setup, ended},
};

fn sandbox(rules: &[&str]) -> Sandbox {
    Setup::new(rules, "127.0.0.1:1".parse().unwrap()).start()
}

const A: u16 = 1;
const AAAA: u16 = 28;
const HTTPS: u16 = 65;
const NO_SUCH_NAME: u8 = 3;
const REFUSED: u8 = 5;

#[tokio::test]
async fn approved_names_have_addresses_and_others_do_not_exist() {
    let sandbox = sandbox(&["api.example.com", "*.example.org:8080"]);
    let mut names = sandbox.names().await;
    let mut check = async |name: &str, kind: u16, expect: (u8, Option<&str>)| {
        let (code, address) = names.ask(name, kind).await.unwrap();
        let address = address.map(|address| address.to_string());
        assert_eq!((code, address.as_deref()), expect, "{name} {kind}");
    };
    check("api.example.com", A, (0, Some("127.1.0.1"))).await;
    check("a.example.org", A, (0, Some("127.1.0.2"))).await;
    check("API.Example.com", A, (0, Some("127.1.0.1"))).await;
    check("b.a.example.org", A, (0, Some("127.1.0.3"))).await;
    check("api.example.com", AAAA, (0, None)).await;
    check("api.example.com", HTTPS, (0, None)).await;
    check("example.org", A, (NO_SUCH_NAME, None)).await;
    check("evil.example", AAAA, (NO_SUCH_NAME, None)).await;
    check("api.example.com.evil.example", A, (NO_SUCH_NAME, None)).await;
    check("localhost", A, (NO_SUCH_NAME, None)).await;
    for name in ["example.org", "evil.example", "localhost"] {
        sandbox
            .logs(&format!("egress refused: {name} (not approved)"))
            .await;
    }
    assert_eq!(
        sandbox.address("api.example.com").await,
        "127.1.0.1".parse().ok()
    );
}

#[tokio::test]
async fn questions_sent_together_are_answered_in_turn() {
    let sandbox = sandbox(&["api.example.com"]);
    let mut names = sandbox.names().await;
    for kind in [A, AAAA, A] {
        names.send(&question("api.example.com", kind)).await;
    }
    for has in [true, false, true] {
        assert_eq!(names.answer().await.unwrap().1.is_some(), has);
    }
}

#[tokio::test]
async fn there_is_an_end_to_names() {
    let mut setup = Setup::new(&["*.example.org"], "127.0.0.1:1".parse().unwrap());
    setup.limits = EgressLimits {
        names: 3,
        ..EgressLimits::default()
    };
    let sandbox = setup.start();
    let mut names = sandbox.names().await;
    for number in 0..3 {
        let name = format!("h{number}.example.org");
        assert!(names.ask(&name, A).await.unwrap().1.is_some());
    }
    assert_eq!(
        names.ask("h3.example.org", A).await.unwrap(),
        (REFUSED, None)
    );
    assert!(names.ask("h0.example.org", A).await.unwrap().1.is_some());
    sandbox
        .logs("h3.example.org (the app asked for 3 names already)")
        .await;
}

#[tokio::test]
async fn garbage_ends_its_connection_alone() {
    let sandbox = sandbox(&["api.example.com"]);
    for garbage in [&b""[..], b"\xff", &[0xff; 12], &[0x80; 40]] {
        let mut names = sandbox.names().await;
        names.send(garbage).await;
        ended(&mut names.0).await;
    }
    let mut names = sandbox.names().await;
    // A question whose name points to itself is answered: that is an error.
    let mut message = question("a.b", A);
    message[12..14].copy_from_slice(&[0xc0, 12]);
    names.send(&message).await;
    assert_eq!(names.answer().await.unwrap(), (1, None));
    assert_eq!(
        sandbox.address("api.example.com").await,
        "127.1.0.1".parse().ok()
    );
}

#[tokio::test]
async fn long_messages_are_not_read() {
    let sandbox = sandbox(&["api.example.com"]);
    let mut names = sandbox.names().await;
    names.0.write_all(&[0xff, 0xff]).await.unwrap();
    ended(&mut names.0).await;
    sandbox.logs("a question of 65535 bytes is longer").await;
}

#[tokio::test]
async fn a_flood_of_names_does_not_fill_the_log() {
    let sandbox = sandbox(&["api.example.com"]);
    let mut names = sandbox.names().await;
    for number in 0..500 {
        let name = format!("h{number}.evil.example");
        assert_eq!(names.ask(&name, A).await.unwrap().0, NO_SUCH_NAME);
        assert_eq!(names.ask("evil.example", A).await.unwrap().0, NO_SUCH_NAME);
    }
    let lines = sandbox.log();
    assert!((30..40).contains(&lines.len()), "{lines:?}");
    assert_eq!(
        lines
            .iter()
            .filter(|one| one.contains(": evil.example"))
            .count(),
        1
    );
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let sandbox = sandbox(&["api.example.com"]);
    let mut open = Vec::new();
    for _ in 0..32 {
        let mut names = sandbox.names().await;
        names.ask("api.example.com", A).await.unwrap();
        open.push(names);
    }
    let mut late = sandbox.names().await;
    late.send(&question("api.example.com", A)).await;
    let waits = timeout(Duration::from_millis(50), late.answer()).await;
    assert!(waits.is_err());
    open.pop();
    let answer = timeout(Duration::from_secs(10), late.answer()).await;
    assert!(answer.unwrap().unwrap().1.is_some());
}
