//! Answering requests, as a harness does, or as it never would.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    sync::Arc,
    thread,
};

use crate::{control::Task, raw, steps};

const MAX_HEAD: usize = 1 << 20;

/// Takes connections, each in a thread of its own.
pub(crate) fn serve(listener: &UnixListener, task: &Arc<Task>) {
    for stream in listener.incoming().flatten() {
        let task = Arc::clone(task);
        // One that cannot be made is one answer less.
        let _ = thread::Builder::new().spawn(move || {
            let _ = connection(stream, &task);
        });
    }
}

fn connection(mut stream: UnixStream, task: &Task) -> io::Result<()> {
    while let Some(path) = request(&mut stream)? {
        if let Some(name) = path.strip_prefix("/raw/") {
            return raw::answer(&mut stream, name);
        }
        let named = path
            .strip_prefix("/try")
            .filter(|_| !task.attempt.is_empty());
        let body = match (
            path.as_str(),
            named.map(|name| name.trim_start_matches('/')),
        ) {
            (_, Some("")) => steps::make(task, &task.attempt),
            (_, Some(name)) => steps::make(task, name),
            ("/", None) => "hello".to_owned(),
            (other, None) => format!("no such thing: {other}"),
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
    }
    Ok(())
}

/// The path of the next request, whose body must be empty.
fn request(stream: &mut UnixStream) -> io::Result<Option<String>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > MAX_HEAD || stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    Ok(Some(path.split('?').next().unwrap_or_default().to_owned()))
}
