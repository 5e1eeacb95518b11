//! The real kernel, with real processes, where we may.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::super::{Cgroup, Cgroups, Controllers};

/// The place for groups of a test; `None`, with a word why, where the machine has none for us.
fn find(test: &str, needs: fn(&Controllers) -> bool) -> Option<Cgroups> {
    let name = format!("test-{test}-{}", std::process::id());
    match Cgroups::find(&name) {
        Ok(groups) if needs(&groups.has()) => Some(groups),
        Ok(groups) => {
            eprintln!("skipped: {:?}", groups.why());
            let _ = groups.close();
            None
        }
        Err(problem) => {
            eprintln!("skipped: {problem}");
            None
        }
    }
}

/// A shell in the group that waits for a line and then runs the script.
fn start(group: &Cgroup, script: &str) -> Child {
    let child = Command::new("sh")
        .args(["-c", &format!("read go; {script}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    group.add(child.id()).unwrap();
    child
}

fn go(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn is_gone(groups: &Cgroups) -> bool {
    groups.branches.iter().all(|b| !b.dir.exists())
}

#[test]
fn memory_is_bounded() {
    let Some(groups) = find("memory", |has| has.memory.is_some()) else {
        return;
    };
    let group = groups.make("g").unwrap();
    group.limit_memory(400 << 20).unwrap();
    group.limit_memory(16 << 20).unwrap();
    group.limit_memory(64 << 20).unwrap();
    // `tail` keeps a line in memory until it ends.
    let mut child = start(&group, "exec tail /dev/zero");
    assert_eq!(group.stats().oom_kills, Some(0));
    go(&mut child);
    assert!(!child.wait().unwrap().success());
    let stats = group.stats();
    // Where all of a group are killed at once, some kernels count the first twice.
    assert!(matches!(stats.oom_kills, Some(1 | 2)), "{stats:?}");
    assert!(
        stats.cpu.is_none_or(|cpu| cpu > Duration::ZERO),
        "{stats:?}"
    );
    assert!(
        stats.peak.is_none_or(|p| p > 32 << 20 && p <= 64 << 20),
        "{stats:?}"
    );
    assert!(stats.memory.unwrap() <= 64 << 20, "{stats:?}");
    group.remove().unwrap();
    groups.close().unwrap();
    assert!(is_gone(&groups));
}

#[test]
fn processes_are_bounded() {
    let Some(groups) = find("pids", |has| has.pids.is_some()) else {
        return;
    };
    let group = groups.make("g").unwrap();
    group.limit_pids(3).unwrap();
    // The shell ends with an error if it cannot start another.
    let mut child = start(&group, "sleep 60 & sleep 60 & sleep 60 & sleep 60 & wait");
    go(&mut child);
    assert!(!child.wait().unwrap().success());
    // Two of three could be started, and outlive it.
    assert_eq!(group.stats().pids, Some(2));
    group.remove().unwrap();
    groups.close().unwrap();
    assert!(is_gone(&groups));
}

#[test]
fn processor_time_is_bounded() {
    let Some(groups) = find("cpu", |has| has.cpu.is_some()) else {
        return;
    };
    let group = groups.make("g").unwrap();
    group.limit_cpu(10).unwrap();
    let mut child = start(&group, "while :; do :; done");
    let used = |group: &Cgroup| group.stats().cpu.unwrap();
    go(&mut child);
    let (began, before) = (Instant::now(), used(&group));
    until("half a second", || {
        began.elapsed() > Duration::from_millis(500)
    });
    let (spent, elapsed) = (used(&group).saturating_sub(before), began.elapsed());
    // One period may have been under way.
    assert!(
        spent <= elapsed / 10 + Duration::from_millis(30),
        "{spent:?} of {elapsed:?}"
    );
    assert!(spent > Duration::ZERO);
    group.remove().unwrap();
    child.wait().unwrap();
    groups.close().unwrap();
}

#[test]
fn what_an_earlier_host_left_is_ended() {
    let Some(groups) = find("left", |_| true) else {
        return;
    };
    let group = groups.make("g").unwrap();
    let other = groups.make("other").unwrap();
    let mut child = start(&group, "sleep 60 & sleep 60");
    go(&mut child);
    // An earlier host did not drop anything.
    std::mem::forget(group);
    std::mem::forget(other);
    let name = format!("test-left-{}", std::process::id());
    let again = Cgroups::find(&name).unwrap();
    assert!(!child.wait().unwrap().success());
    let group = again.make("g").unwrap();
    assert!(group.stats().pids.is_none_or(|n| n == 0));
    drop(group);
    again.close().unwrap();
    assert!(is_gone(&again));
}

#[test]
fn a_fork_bomb_is_removed() {
    let Some(groups) = find("bomb", |has| has.pids.is_some()) else {
        return;
    };
    let group = groups.make("g").unwrap();
    group.limit_pids(60).unwrap();
    let mut child = start(&group, "f() { f & f & wait; }; f; sleep 60");
    go(&mut child);
    until("many processes", || group.stats().pids > Some(40));
    group.remove().unwrap();
    group.remove().unwrap();
    child.wait().unwrap();
    groups.close().unwrap();
    assert!(is_gone(&groups));
}

#[test]
fn what_was_dropped_is_removed_later() {
    let Some(groups) = find("drop", |_| true) else {
        return;
    };
    let group = groups.make("g").unwrap();
    let mut child = start(&group, "exec sleep 60");
    drop(group);
    until("the name to be free again", || groups.make("g").is_ok());
    // Only because it was killed.
    assert!(!child.wait().unwrap().success());
    groups.close().unwrap();
    assert!(is_gone(&groups));
}

#[test]
fn an_empty_place_goes_with_its_host() {
    let Some(groups) = find("empty", |_| true) else {
        return;
    };
    let dirs: Vec<_> = groups.branches.iter().map(|b| b.dir.clone()).collect();
    drop(groups.make("g").unwrap());
    assert!(dirs.iter().all(|dir| dir.join("g").is_dir()));
    drop(groups);
    assert!(dirs.iter().all(|dir| !dir.exists()));
}

#[test]
fn frozen_processes_can_be_killed() {
    let Some(groups) = find("freeze", |_| true) else {
        return;
    };
    let group = groups.make("g").unwrap();
    let mut child = start(&group, "exec sleep 60");
    group.freeze().unwrap();
    group.remove().unwrap();
    assert!(!child.wait().unwrap().success());
    groups.close().unwrap();
}
