//! Whether there is an account for a mail address is not told by how long an answer takes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpSocket,
};

use crate::{host::Host, mail::INTO_FILES, visitor::Visitor};

/// What is measured: beyond that logins and letters are slowed down.
struct Asked {
    path: &'static str,
    /// Accounts that there are; as many that there are not are asked for.
    accounts: usize,
    /// Rounds, each over all of them and from a network of its own.
    rounds: usize,
}

/// Accounts that there are at most.
const ACCOUNTS: usize = 8;
/// How often it is measured anew if the machine did something else meanwhile.
const ATTEMPTS: u8 = 6;
/// How much longer one may take than the other.
const NOISE: f64 = 1.15;
/// What is no longer than the noise of a scheduler.
const NOTHING: Duration = Duration::from_micros(400);

/// Somebody at an address of this computer of their own: attempts are counted by network.
struct Somewhere(Ipv4Addr);

impl Somewhere {
    /// The answer to a form, less what differs by what was typed, and how long it took.
    async fn posts(
        &self,
        host: &Host,
        path: &str,
        email: &str,
        password: &str,
    ) -> (String, Duration) {
        let site = host.ready["site"].as_str().unwrap();
        let listen: SocketAddr = host.ready["listen"].as_str().unwrap().parse().unwrap();
        let form = format!("email={}&password={password}", email.replace('@', "%40"));
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {site}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            site.trim_start_matches("http://"),
            form.len()
        );
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((self.0, 0).into()).unwrap();
        let mut stream = socket.connect(listen).await.unwrap();
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let took = began.elapsed();
        (without_date(&answer).replace(email, "(email)"), took)
    }
}

fn without_date(answer: &str) -> String {
    let lines = answer.lines();
    let kept = lines.filter(|line| !line.to_lowercase().starts_with("date:"));
    kept.collect::<Vec<_>>().join("\n")
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

/// Names of the same length: what is typed is in the answer.
fn known(at: usize) -> String {
    format!("known{at}@example.com")
}

fn unknown(round: usize, at: usize) -> String {
    format!("nob{round:02}{at}@example.com")
}

fn host_with_mail() -> Host {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("dropserver.toml"), INTO_FILES).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email admin@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, "correct horse battery\n").code, 0);
    // Whoever proves their address may register.
    let admin = Visitor::log_in(&host, "admin@example.com", "correct horse battery");
    let set = admin.post("/people/settings", &[("rule", "proven")]);
    assert_eq!(set.status, 303, "{set:?}");
    for at in 0..ACCOUNTS {
        let create = format!("account create --email {} --password-stdin", known(at));
        assert_eq!(host.run_with(&create, "correct horse battery\n").code, 0);
    }
    host
}

/// Medians of answers to those who have an account, and to those who have none.
async fn measure(host: &Host, asked: &Asked, from: u8) -> (Duration, Duration) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut answers = Vec::new();
    for round in 0..asked.rounds {
        let from = Somewhere(Ipv4Addr::new(
            127,
            0,
            from,
            u8::try_from(round + 2).unwrap(),
        ));
        for at in 0..asked.accounts {
            let nobody = unknown(usize::from(from.0.octets()[2]) * 10 + round, at);
            for (email, times) in [(known(at), &mut with), (nobody, &mut without)] {
                let (answer, took) = from.posts(host, asked.path, &email, "wrong").await;
                times.push(took);
                answers.push(answer);
            }
        }
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0], "the answer tells");
    }
    (median(with), median(without))
}

async fn check(path: &'static str, accounts: usize, rounds: usize) {
    let asked = Asked {
        path,
        accounts,
        rounds,
    };
    let mut seen = Vec::new();
    for attempt in 1..=ATTEMPTS {
        // A host that has counted nothing yet.
        let host = host_with_mail();
        let (with, without) = measure(&host, &asked, attempt).await;
        let (less, more) = (with.min(without), with.max(without));
        if more <= less + NOTHING || more <= less.mul_f64(NOISE) {
            return;
        }
        seen.push((with, without));
    }
    panic!("{path} tells by its time who has an account: {seen:?}");
}

#[tokio::test]
async fn logging_in() {
    check("/login", 8, 3).await;
}

#[tokio::test]
async fn asking_for_a_new_password() {
    check("/forgot", 8, 3).await;
}

#[tokio::test]
async fn asking_for_an_account() {
    check("/register", 5, 4).await;
}
