//! Responses as no honest runtime writes them.

use std::{
    io::{self, Write as _},
    os::unix::net::UnixStream,
    thread,
    time::Duration,
};

/// A whole second response, for whoever would take it for one.
const SMUGGLED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nSMUGGLED";
/// Until the other end gives up.
const FOREVER: usize = 200_000;

/// Writes one of them.
pub(crate) fn answer(stream: &mut UnixStream, name: &str) -> io::Result<()> {
    let ok = "HTTP/1.1 200 OK\r\n";
    let text = match name {
        "two-lengths" => {
            format!("{ok}content-length: 5\r\ncontent-length: 50\r\n\r\nhello{SMUGGLED}")
        }
        "length-list" => format!("{ok}content-length: 5, 50\r\n\r\nhello{SMUGGLED}"),
        "length-and-chunks" => format!(
            "{ok}content-length: 60\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{SMUGGLED}"
        ),
        "odd-encoding" => {
            format!("{ok}transfer-encoding: xchunked\r\ncontent-length: 5\r\n\r\nhello{SMUGGLED}")
        }
        "spaced-encoding" => {
            format!("{ok}transfer-encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{SMUGGLED}")
        }
        "negative-length" => format!("{ok}content-length: -1\r\n\r\nhello"),
        "huge-length" => format!("{ok}content-length: 99999999999999999999999\r\n\r\nhello"),
        "odd-chunk" => format!("{ok}transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\nhello"),
        "short-body" => format!("{ok}content-length: 50\r\n\r\nhello"),
        "long-body" => format!("{ok}content-length: 5\r\n\r\nhello{SMUGGLED}"),
        "no-content" => {
            format!("HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello{SMUGGLED}")
        }
        "not-modified" => {
            format!("HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello{SMUGGLED}")
        }
        "bare-line-ends" => {
            "HTTP/1.1 200 OK\nx-a: b\rset-cookie: ds-member=forged\ncontent-length: 5\n\nhello"
                .to_owned()
        }
        "folded" => {
            format!("{ok}x-a: b\r\n set-cookie: ds-member=forged\r\ncontent-length: 5\r\n\r\nhello")
        }
        "nul" => format!("{ok}x-a: b\0c\r\ncontent-length: 5\r\n\r\nhello"),
        "no-version" => "hello".to_owned(),
        "version-2" => "HTTP/2.0 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        "version-0.9" => "HTTP/0.9 200 OK\r\n\r\nhello".to_owned(),
        "status-99" => "HTTP/1.1 099 Low\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        "status-999" => "HTTP/1.1 999 High\r\ncontent-length: 5\r\n\r\nhello".to_owned(),
        "reason" => {
            "HTTP/1.1 200 <script>alert(1)</script>\r\ncontent-length: 5\r\n\r\nhello".to_owned()
        }
        "switch" => format!(
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n{SMUGGLED}"
        ),
        "trailers" => format!(
            "{ok}transfer-encoding: chunked\r\ntrailer: set-cookie\r\n\r\n5\r\nhello\r\n0\r\nset-cookie: ds-member=forged\r\n\r\n"
        ),
        "forged-headers" => format!(
            "{ok}set-cookie: ds-member=forged; Path=/\r\nset-cookie: __Host-ds-member=forged; Secure; Path=/\r\n\
             set-cookie: tossed=1; Domain=localhost\r\nset-cookie: tossed=2; domain=.localhost; path=/\r\n\
             set-cookie: mine=1\r\nX-Dropserver-Call: {{}}\r\nx-dropserver-user: owner\r\n\
             alt-svc: h2=\"evil.example:443\"\r\nservice-worker-allowed: /\r\nstrict-transport-security: max-age=0\r\n\
             connection: x-hidden\r\nx-hidden: 1\r\nproxy-authenticate: Basic\r\ncontent-length: 5\r\n\r\nhello"
        ),
        "endless-head" => {
            return endless(
                stream,
                ok,
                "x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
            );
        }
        "endless-line" => return endless(stream, &format!("{ok}x-long: "), &"a".repeat(64)),
        "endless-informational" => {
            return endless(stream, "", "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
        }
        "endless-continue" => return endless(stream, "", "HTTP/1.1 100 Continue\r\n\r\n"),
        "endless-chunk-line" => {
            return endless(
                stream,
                &format!("{ok}transfer-encoding: chunked\r\n\r\n5;"),
                &"a".repeat(64),
            );
        }
        "endless-trailers" => {
            let head = format!("{ok}transfer-encoding: chunked\r\n\r\n0\r\n");
            return endless(
                stream,
                &head,
                "x-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
            );
        }
        "endless-body" => {
            return endless(
                stream,
                &format!("{ok}transfer-encoding: chunked\r\n\r\n"),
                &format!("40\r\n{}\r\n", "a".repeat(64)),
            );
        }
        "slow-head" => return slowly(stream, &format!("{ok}x-a: {}", "b".repeat(1000))),
        "slow-body" => {
            return slowly(
                stream,
                &format!("{ok}content-length: 100000\r\n\r\n{}", "b".repeat(1000)),
            );
        }
        _ => format!("{ok}content-length: 7\r\n\r\nunknown"),
    };
    stream.write_all(text.as_bytes())
}

/// One part, then another again and again.
fn endless(stream: &mut UnixStream, first: &str, more: &str) -> io::Result<()> {
    stream.write_all(first.as_bytes())?;
    let more = more.repeat(64);
    for _ in 0..FOREVER {
        stream.write_all(more.as_bytes())?;
    }
    Ok(())
}

/// One byte after the other, with long pauses.
fn slowly(stream: &mut UnixStream, text: &str) -> io::Result<()> {
    let (at_once, slowly) = text.as_bytes().split_at(
        text.find("\r\n\r\n")
            .map_or(20, |end| end + 4)
            .min(text.len()),
    );
    stream.write_all(at_once)?;
    for byte in slowly {
        thread::sleep(Duration::from_millis(500));
        stream.write_all(&[*byte])?;
    }
    Ok(())
}
