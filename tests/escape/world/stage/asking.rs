//! Asking the attacker, and hearing what came of it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{ATTACK, ATTACKER, LABEL, SECOND, Stage};
use crate::escape::world::{Answer, Outcome, Said, http};

impl Stage {
    /// Lets the attacker do its worst and reads what it says about it.
    pub(crate) fn attack(&self) -> Outcome {
        let answer = self.get("/try");
        assert_eq!(answer.status, 200, "{answer:?}\n{}", self.log());
        Outcome::read(&answer.body)
    }

    /// What the attacker answers to a request. Nothing it says may have the secret in it.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let answer = http::get(self.address(), ATTACKER, path, ATTACK);
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.log()));
        self.keeps_secrets(&answer.head);
        self.keeps_secrets(&answer.body);
        answer
    }

    /// Makes a second appspace of the attacker's app and asks it.
    pub(crate) fn second(&self, path: &str) -> Answer {
        let create = ["appspace", "create", "--app", LABEL, "--address", SECOND];
        self.host().command(&create, "").unwrap();
        let host = format!("{SECOND}.localhost");
        let answer = http::get(self.address(), &host, path, ATTACK).unwrap();
        self.keeps_secrets(&answer.body);
        answer
    }

    /// Waits until the attacker's appspace answers a request again: one end is no end of it.
    pub(crate) fn until_it_answers(&self, path: &str) {
        let deadline = Instant::now() + ATTACK;
        loop {
            let answer = self.get(path);
            if answer.status == 200 {
                return;
            }
            let log = self.log();
            assert!(Instant::now() < deadline, "{path}: {answer:?}\n{log}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks for something that takes all there is: it is ended, or it could take no more than so much.
    pub(crate) fn expect_end_or_less(&self, path: &str, what: &str, most: u64) {
        let answer = self.get(path);
        if answer.status != 200 {
            assert_eq!(answer.status, 502, "{answer:?}");
            eprintln!("it was ended:\n{}", self.log());
            return;
        }
        let outcome = Outcome::read(&answer.body);
        if let Said::Got(_) = outcome.said(what) {
            let taken = outcome.number(what);
            eprintln!("it took {taken} {what}");
            assert!(taken <= most, "{taken} {what}\n{}", self.log());
        }
    }

    /// Waits until the attacker's log has these words.
    pub(crate) fn expect_log(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(words) {
            assert!(Instant::now() < deadline, "no {words} in\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The bytes that come back for what is sent.
    pub(crate) fn exchange(&self, request: &str, most: usize, within: Duration) -> Vec<u8> {
        let got = http::exchange(self.address(), request, most, within).unwrap();
        self.keeps_secrets(&String::from_utf8_lossy(&got));
        got
    }

    /// The secret is nowhere in this text.
    pub(crate) fn keeps_secrets(&self, text: &str) {
        assert!(!text.contains(&self.canaries.secret), "a leak: {text}");
    }

    fn address(&self) -> SocketAddr {
        self.scene().host.address
    }
}
