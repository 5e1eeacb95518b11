//! What an attacker has who conquered the runtime: a program in Deno's place, confined as Deno is, that makes the
//! system calls it likes. The escape suite (`tests/escape`) configures it as Deno and tells it, in a file of the
//! app's package, what to try.
//!
//! It says that it is Deno, plays the harness's part on the control channel and the requests' socket, and answers
//! `/try` with what it tried and how each part of it went. Without `attempt.txt` it is a harmless app.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "arguments of system calls are numbers of one size, whatever they stand for"
)]
#![expect(
    clippy::unnecessary_wraps,
    reason = "every step of an attempt is the same kind of function"
)]

mod control;
mod early;
mod listing;
mod raw;
mod report;
mod serve;
mod steps;
mod sys;

use std::{env, process::ExitCode};

/// What it answers to whoever asks whether it is Deno.
const VERSION: &str = "deno 2.9.6 (stable, release, x86_64-unknown-linux-gnu)\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--version") => {
            report::print(VERSION);
            ExitCode::SUCCESS
        }
        Some("--confined") => steps::still_confined(),
        _ => {
            let early = early::look();
            let mut arguments = arguments
                .iter()
                .skip_while(|one| !one.ends_with("harness.js"));
            match (arguments.nth(1), arguments.next()) {
                (Some(control), Some(requests)) => control::play(control, requests, &early),
                _ => ExitCode::FAILURE,
            }
        }
    }
}
