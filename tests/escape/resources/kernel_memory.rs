//! Memory of the kernel's own: pipes, sockets and queues filled up, watches, timers, locked pages. Expected: each ends at
//! the limit of open files or memory, or is refused.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("open_files = 100\nmemory_mib = 256");
    stage.conquer("kernel-memory");
    let answer = stage.get("/try");
    // Memory may end it.
    if answer.status != 200 {
        assert_eq!(answer.status, 502, "{answer:?}");
        return;
    }
    let outcome = crate::escape::world::Outcome::read(&answer.body);
    for name in ["pipes", "sockets", "inotify", "epoll", "eventfd", "memfds"] {
        if let Said::Got(taken) = outcome.said(name) {
            assert!(taken.parse::<u32>().unwrap() <= 100, "{name}: {taken}");
        }
    }
});
