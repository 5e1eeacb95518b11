//! The sandbox of a migration, or of the look whether a version works, ends in the middle: the job fails, the data is as
//! it was, and the host goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    app::{self, ANSWERS_NEVER, MIGRATES_FOR_EVER},
    state::see,
};
use crate::host::{Answer, Host};

/// How long a job may take to get to where it stays.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which process ends.
#[derive(Clone, Copy, Debug)]
enum Whom {
    Deno,
    Launcher,
}

/// Begins an upgrade, kills when the app is inside, and looks what is left.
fn check(more: &str, whom: Whom, says: &str) {
    let host = app::with_app("[sandbox]\nwarm = 0\n");
    let create = "appspace create --app keeper --address notes --json";
    host.run(create).done();
    app::keep(&host, "notes", 1..10);
    app::install(&host, "2.0.0", more);
    let (_, dir) = host.stop();
    let (before, dir) = see(dir);

    let host = Host::start_in(dir);
    let failed = interrupted(&host, whom);
    let error = failed.json()["error"].take();
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains(says), "{failed:?}");
    assert!(
        message.contains("Everything is as it was before"),
        "{message}"
    );
    assert_eq!(app::contents(&host, "notes").version, "1.0.0");
    app::keep(&host, "notes", 10..11);
    assert_eq!(app::contents(&host, "notes").rows, (1..11).collect());
    // A second try fails the same way and leaves as little.
    assert_eq!(interrupted(&host, whom).code, failed.code);
    let (status, dir) = host.stop();
    assert!(status.success(), "{status}");
    let (after, _) = see(dir);
    assert!(after.state.is_tidy(), "{:?}", after.state);
    assert!(before.state.is_tidy() && before.state != after.state);
    assert!(after.snapshots > before.snapshots);
}

fn interrupted(host: &Host, whom: Whom) -> Answer {
    thread::scope(|scope| {
        let upgrade = scope.spawn(|| host.run("appspace upgrade notes 2.0.0 --json"));
        let staging = host.dir.path().join("data/staging");
        let deadline = Instant::now() + PATIENCE;
        while !is_inside(&staging) {
            assert!(!upgrade.is_finished(), "{:?}", upgrade.join());
            assert!(Instant::now() < deadline, "the app is not inside");
            thread::sleep(Duration::from_millis(10));
        }
        let deno = deno_below(host.pid());
        let pid = match whom {
            Whom::Deno => deno,
            Whom::Launcher => parent(deno).unwrap(),
        };
        let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
        let failed = upgrade.join().unwrap();
        assert_eq!(fs::read_dir(&staging).unwrap().count(), 0);
        failed
    })
}

/// Whether the app has left its mark in what a job works on.
fn is_inside(staging: &Path) -> bool {
    let jobs = fs::read_dir(staging).unwrap().filter_map(Result::ok);
    let copies = jobs.filter_map(|job| fs::read_dir(job.path()).ok());
    let mark = |copy: PathBuf| copy.join("data/files/inside").exists();
    copies
        .flatten()
        .filter_map(Result::ok)
        .any(|copy| mark(copy.path()))
}

/// The Deno that sees what a job works on. That of the appspace may run too, and one that makes what Deno keeps.
fn deno_below(host: u32) -> u32 {
    let pids = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_jobs = |pid: &u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm"));
        let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo"));
        let is_deno = name.is_ok_and(|name| name.trim() == "deno");
        let sees_it = mounts.is_ok_and(|mounts| mounts.contains("/staging/"));
        let is_below = || std::iter::successors(parent(*pid), |pid| parent(*pid));
        is_deno && sees_it && is_below().any(|pid| pid == host)
    };
    pids.find(is_jobs).expect("the job runs one")
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest = &stat[stat.rfind(')')? + 2..];
    rest.split(' ').nth(1)?.parse().ok()
}

#[test]
fn during_a_migration() {
    check(MIGRATES_FOR_EVER, Whom::Deno, "ended");
}

#[test]
fn during_the_look_whether_it_works() {
    check(ANSWERS_NEVER, Whom::Deno, "ended");
}

#[test]
fn the_launcher_too() {
    check(MIGRATES_FOR_EVER, Whom::Launcher, "ended");
}
