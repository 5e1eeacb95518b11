//! A body without an end, to a reader who is slow. Expected: it is handed on no faster than it is read, so that the host's
//! memory stays small; when the reader goes, so does the rest.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    assert_eq!(stage.get("/").body, "hello");
    let before = memory(stage);
    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut reader = TcpStream::connect(stage.host().address).unwrap();
        reader.write_all(stage.request("/raw/endless-body").as_bytes()).unwrap();
        let mut first = [0; 1024];
        reader.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        reader.read_exact(&mut first).unwrap();
        readers.push(reader);
    }
    // Long enough to take gigabytes, if somebody did.
    std::thread::sleep(Duration::from_secs(2));
    let during = memory(stage);
    assert!(during < before + (32 << 10), "{before} KiB became {during} KiB");
    drop(readers);
    assert_eq!(stage.get("/").body, "hello");
});

/// What the host has in memory, in KiB.
fn memory(stage: &Stage) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", stage.host().pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
