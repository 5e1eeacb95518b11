//! Descriptors that came along from the launcher or the host, and what is there before an app is assigned. Expected:
//! the standard three and sockets of this sandbox; nothing of any app.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("early");
    let fds = outcome.got("fds");
    for line in fds.lines() {
        let (number, is) = line.split_once(' ').unwrap();
        let expected = match number {
            "0" => is == "/dev/null",
            "1" | "2" => is.starts_with("pipe:"),
            // The one that reads the list.
            _ => is.is_empty() || is.starts_with("/proc/"),
        };
        assert!(expected, "{line} among\n{fds}");
    }
    for place in ["/ro/app", "/rw/files", "/rw/dd/location_data"] {
        if let Said::Got(names) = outcome.said(place) {
            assert!(!names.contains("private.txt"), "{place}: {names}");
        }
    }
    if let Said::Got(names) = outcome.said("/tmp") {
        assert_eq!(names, "");
    }
    if let Said::Got(names) = outcome.said("/dev") {
        let known = [
            "full", "null", "random", "urandom", "zero", "fd", "shm", "stdin", "stdout", "stderr",
        ];
        for name in names.split_whitespace() {
            assert!(known.contains(&name), "/dev/{name}");
        }
    }
});
