//! Ends without a warning: of a sandbox, of its launcher, of the host. Each as root, with cgroups delegated, and with
//! none.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::escape::world::{Mode, Stage, run};

/// How long a request may take to get to its handler.
const PATIENCE: Duration = Duration::from_secs(20);
const APP: &str = r#"
    slow: () => {
        Deno.writeTextFileSync("inside", "");
        return new Promise((resolve) => setTimeout(() => resolve("late"), 20_000));
    },
    hello: () => "hello",
"#;

#[test]
fn a_killed_sandbox_as_root() {
    run(Mode::Root, a_killed_sandbox);
}

#[test]
fn a_killed_sandbox_delegated() {
    run(Mode::Delegated, a_killed_sandbox);
}

#[test]
fn a_killed_sandbox_bare() {
    run(Mode::Bare, a_killed_sandbox);
}

#[test]
fn a_killed_launcher_as_root() {
    run(Mode::Root, a_killed_launcher);
}

#[test]
fn a_killed_launcher_delegated() {
    run(Mode::Delegated, a_killed_launcher);
}

#[test]
fn a_killed_launcher_bare() {
    run(Mode::Bare, a_killed_launcher);
}

#[test]
fn a_killed_host_as_root() {
    run(Mode::Root, a_killed_host);
}

#[test]
fn a_killed_host_delegated() {
    run(Mode::Delegated, a_killed_host);
}

#[test]
fn a_killed_host_bare() {
    run(Mode::Bare, a_killed_host);
}

/// The request gets a 502 that says why, and the next one is served.
fn a_killed_sandbox(stage: &mut Stage) {
    kill_during_a_request(stage, |sandbox| sandbox);
}

/// Its sandbox ends with it.
fn a_killed_launcher(stage: &mut Stage) {
    kill_during_a_request(stage, parent);
}

fn kill_during_a_request(stage: &mut Stage, whom: fn(i32) -> i32) {
    stage.app(APP, &[]);
    assert_eq!(stage.get("/one/hello").body, "hello");
    let sandbox = stage.process();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| stage.get("/one/slow"));
        let (inside, deadline) = (stage.files().join("inside"), Instant::now() + PATIENCE);
        while !inside.exists() {
            assert!(Instant::now() < deadline, "the request did not get inside");
            thread::sleep(Duration::from_millis(10));
        }
        kill(whom(sandbox));
        let answer = waiting.join().unwrap();
        assert_eq!(answer.status, 502, "{answer:?}");
        assert!(!answer.body.is_empty());
    });
    assert_eq!(stage.get("/one/hello").body, "hello");
    stage.expect_log("ended: ");
}

/// Nothing it started outlives it, and the next start finds nothing in its way.
fn a_killed_host(stage: &mut Stage) {
    stage.app(APP, &[]);
    assert_eq!(stage.get("/one/hello").body, "hello");
    for _ in 0..2 {
        let runs = stage.kill_host();
        assert!(!runs.is_empty());
        assert_eq!(stage.get("/one/hello").body, "hello");
        let left: Vec<_> = runs.iter().filter(|run| run.exists()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn parent(pid: i32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let rest = &stat[stat.rfind(')').unwrap() + 2..];
    rest.split(' ').nth(1).unwrap().parse().unwrap()
}

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}
