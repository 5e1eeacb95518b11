//! HTTP as bytes: what was really answered, however odd.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// A response as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }
}

/// Connects, sends and reads until the other end closes, `most` bytes have come or the time is over.
pub(crate) fn exchange(
    address: SocketAddr,
    request: &str,
    most: usize,
    within: Duration,
) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + within;
    let mut stream = TcpStream::connect_timeout(&address, within)?;
    stream.set_write_timeout(Some(within))?;
    stream.write_all(request.as_bytes())?;
    let (mut got, mut chunk) = (Vec::new(), vec![0; 64 << 10]);
    while got.len() < most {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => got.extend_from_slice(&chunk[..count]),
            Err(error) if is_over(&error) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn is_over(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionReset, TimedOut, WouldBlock};
    matches!(error.kind(), ConnectionReset | TimedOut | WouldBlock)
}

/// The text of a request that is the last on its connection.
pub(crate) fn request(host: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    )
}

/// Sends a GET and reads all of the response.
pub(crate) fn get(
    address: SocketAddr,
    host: &str,
    path: &str,
    within: Duration,
) -> io::Result<Answer> {
    let bytes = exchange(address, &request(host, path), 64 << 20, within)?;
    parse(&bytes).ok_or_else(|| {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("no response: {shown:?}"),
        )
    })
}

/// Takes a response apart; chunks are put together.
pub(crate) fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer {
        status,
        head,
        body: String::new(),
    };
    let rest = &bytes[end + 4..];
    let chunked = answer.headers("transfer-encoding").contains(&"chunked");
    let body = if chunked { chunks(rest) } else { rest.to_vec() };
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Some(answer)
}

fn chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|part| part == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok();
        let size = size.and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let (Some(size @ 1..), Some(data)) = (size, rest.get(line + 2..)) else {
            break;
        };
        body.extend_from_slice(&data[..size.min(data.len())]);
        rest = data.get(size + 2..).unwrap_or_default();
    }
    body
}
