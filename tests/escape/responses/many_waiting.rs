//! Hundreds of requests that a runtime takes and never answers. Expected: each is told so in time, and others are served
//! meanwhile.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::escape::world::{Stage, request};

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 2");
    stage.conquer("silence");
    assert_eq!(stage.get("/").body, "hello");
    let mut waiting: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(stage.host().address).unwrap();
            stream.write_all(request("/try").as_bytes()).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(30)))
                .unwrap();
            stream
        })
        .collect();
    for stream in &mut waiting {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["502", "503", "504"].contains(&status), "{answer}");
    }
    stage.until_it_answers("/");
});
