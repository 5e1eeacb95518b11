//! Requests, and what is answered.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use crate::host::Host;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Asks whoever listens at an address.
pub(super) fn ask(address: &str, line: &str, host: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|text| text.parse().ok());
    let (status, body) = status
        .zip(answer.split_once("\r\n\r\n"))
        .ok_or_else(|| io::Error::other(format!("this is no answer: {answer:?}")))?;
    Ok(Answer {
        status,
        body: body.1.to_owned(),
    })
}

/// Asks an appspace of a host.
pub(super) fn get(host: &Host, name: &str, path: &str) -> Answer {
    let address = host.ready["listen"].as_str().unwrap();
    let name = format!("{name}.localhost");
    ask(address, &format!("GET {path}"), &name).unwrap()
}
