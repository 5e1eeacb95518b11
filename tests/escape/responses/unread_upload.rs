//! A request's body that the app never reads. Expected: it waits outside; the host's memory stays small.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::escape::world::{ATTACKER, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 3");
    stage.conquer("silence");
    assert_eq!(stage.get("/").body, "hello");
    let before = stage.host().memory_kib();
    let mut stream = TcpStream::connect(stage.host().address).unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let head =
        format!("POST /try HTTP/1.1\r\nHost: {ATTACKER}\r\nContent-Length: 536870912\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let (piece, deadline) = (vec![7u8; 1 << 20], Instant::now() + Duration::from_secs(10));
    let mut sent = 0;
    while sent < 512 && Instant::now() < deadline && stream.write_all(&piece).is_ok() {
        sent += 1;
    }
    let after = stage.host().memory_kib();
    assert!(sent < 100, "{sent} MiB went somewhere");
    assert!(
        after < before + (32 << 10),
        "{before} KiB became {after} KiB"
    );
});
