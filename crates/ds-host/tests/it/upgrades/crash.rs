//! The host dies in the middle of a change of version. At every point of every job: `durability/crash.rs`.

use std::fs;

use super::app::{appspace, install_good, shown, started, upgrade};
use crate::host::Host;

const BEFORE: &str = "1.0.0:kept,:";
const AFTER: &str = "2.0.0:kept,up,:";

/// A host at 1.0.0 with 2.0.0 installed, stopped.
fn stopped() -> tempfile::TempDir {
    let host = started();
    install_good(&host);
    let (status, dir) = host.stop();
    assert!(status.success());
    dir
}

/// The points of a start and a change of version that goes well: those of the start alone, and all.
fn points(dir: tempfile::TempDir) -> (usize, Vec<String>) {
    let trace = dir.path().join("points");
    let host = Host::start_with(dir, &format!("trace:{}", trace.display()));
    let read = || fs::read_to_string(&trace).unwrap_or_default();
    let start = read().lines().count();
    assert_eq!(upgrade(&host, "2.0.0").code, 0);
    (start, read().lines().map(str::to_owned).collect())
}

/// Kills the host at a point, and looks what it makes of that when it runs again.
fn check(at: usize, name: &str) {
    let mut host = Host::start_with(stopped(), &at.to_string());
    let cut = upgrade(&host, "2.0.0");
    let was_done = cut.code == 0;
    let host = Host::start_in(host.kill());
    let now = shown(&host);
    let version = appspace(&host)["version"].clone();
    let is_after = now.contains(AFTER) && version == "2.0.0";
    let is_before = now.contains(BEFORE) && version == "1.0.0";
    assert!(is_after || is_before, "{at} {name}: {version} {now}");
    assert!(is_after || !was_done, "{at} {name}: it was said to be done");
    if is_before {
        assert_eq!(upgrade(&host, "2.0.0").code, 0, "{at} {name}");
    }
    assert!(shown(&host).contains(AFTER), "{at} {name}");
}

#[test]
fn around_the_exchange() {
    let (start, points) = points(stopped());
    assert!(points.len() > start + 8, "{points:?}");
    let of_exchange = |name: &&(usize, &String)| name.1.contains("in place");
    let places: Vec<(usize, &String)> = points.iter().enumerate().skip(start).collect();
    let first = places.iter().position(|one| of_exchange(&one)).unwrap();
    for (at, name) in &places[first..(first + 2).min(places.len())] {
        check(at + 1, name);
    }
}
