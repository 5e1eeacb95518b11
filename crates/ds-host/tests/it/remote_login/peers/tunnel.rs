//! A proxy (`CONNECT`) that leads to one host of this computer: the name and usual port by which others know it are nowhere
//! else to be found.

use std::{
    io::{BufRead as _, BufReader, Write as _, copy},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

/// Starts one that leads to `name` at `port` of this computer. Says its own address.
pub(super) fn start(name: &str, port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap();
    let line = format!("CONNECT {name}:443 HTTP/1.1\r\n");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, line) = (stream.unwrap(), line.clone());
            thread::spawn(move || leads(stream, &line, port));
        }
    });
    format!("http://{own}")
}

fn leads(mut stream: TcpStream, line: &str, port: u16) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return;
        }
    }
    if !head.starts_with(line) {
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        return;
    }
    let mut there = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let mut back = (there.try_clone().unwrap(), stream.try_clone().unwrap());
    thread::spawn(move || {
        let _ = copy(&mut back.0, &mut back.1);
        let _ = back.1.shutdown(Shutdown::Both);
    });
    let _ = copy(&mut reader, &mut there);
    let _ = there.shutdown(Shutdown::Both);
}
