//! A body without an end, to a reader who is slow. Expected: it is handed on no faster than it is read, so that the host's
//! memory stays small; when the reader goes, so does the rest.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::escape::world::{Stage, request};

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    assert_eq!(stage.get("/").body, "hello");
    let before = stage.host().memory_kib();
    let mut readers = Vec::new();
    for _ in 0..4 {
        let mut reader = TcpStream::connect(stage.host().address).unwrap();
        reader
            .write_all(request("/raw/endless-body").as_bytes())
            .unwrap();
        let mut first = [0; 1024];
        reader
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        reader.read_exact(&mut first).unwrap();
        readers.push(reader);
    }
    // Long enough to take gigabytes, if somebody did.
    std::thread::sleep(Duration::from_secs(2));
    let during = stage.host().memory_kib();
    assert!(
        during < before + (32 << 10),
        "{before} KiB became {during} KiB"
    );
    drop(readers);
    assert_eq!(stage.get("/").body, "hello");
});
