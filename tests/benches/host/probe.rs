//! Single requests, as plain as can be.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::running::Running;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often a server that is starting is tried.
const PAUSE: Duration = Duration::from_micros(200);

/// What to ask for, and where.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// Which server.
    pub(crate) address: SocketAddr,
    /// The name it is asked by.
    pub(crate) host: String,
    /// The path.
    pub(crate) path: String,
    /// A cookie to show.
    pub(crate) cookie: Option<String>,
}

/// What came back.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// All of it, the head too.
    pub(crate) text: String,
    /// When its first byte came.
    pub(crate) first_byte: Instant,
}

impl Ask {
    /// Asks, on a connection of its own.
    pub(crate) fn send(&self) -> Result<Answer> {
        let asked = self.try_send();
        asked.with_context(|| format!("asking {} for {}", self.address, self.path))
    }

    fn try_send(&self) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (host, path) = (&self.host, &self.path);
        let cookie = self
            .cookie
            .as_ref()
            .map(|cookie| format!("cookie: {cookie}\r\n"));
        let cookie = cookie.unwrap_or_default();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{cookie}connection: close\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        let mut bytes = vec![0; 64 << 10];
        let length = stream.read(&mut bytes)?;
        let first_byte = Instant::now();
        bytes.truncate(length);
        stream.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok());
        Ok(Answer {
            status: status.context("no answer")?,
            text,
            first_byte,
        })
    }

    /// Asks, and makes sure that the answer is a good one with a body of this size.
    pub(crate) fn expect(&self, size: usize) -> Result<Answer> {
        let answer = self.send()?;
        let body = answer
            .text
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.len());
        if answer.status != 200 || body != Some(size) {
            let start: String = answer.text.chars().take(400).collect();
            bail!(
                "{} at {} is not answered as it should be: {start}",
                self.path,
                self.host
            );
        }
        Ok(answer)
    }

    /// Asks a server that is starting until it answers, whatever it says.
    pub(crate) fn until_answered(&self, server: &mut Running) -> Result<Answer> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match TcpStream::connect(self.address) {
                Ok(_) => return self.send(),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => server.check()?,
                Err(error) => return Err(error.into()),
            }
            thread::sleep(PAUSE);
        }
        bail!(
            "{} did not start to answer within {PATIENCE:?}",
            self.address
        )
    }
}
