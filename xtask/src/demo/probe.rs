//! Asks an address whether it answers.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// The first request may have to wake an app.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends `GET /` for `url` to where the host listens; names need not be known to this computer.
pub(super) async fn answers(url: &str, listen: SocketAddr) -> Result<()> {
    let status = timeout(PATIENCE, status(url, listen));
    let status = status
        .await
        .with_context(|| format!("{url} does not answer within {PATIENCE:?}"))?
        .with_context(|| format!("{url} does not answer"))?;
    if !(200..500).contains(&status) {
        bail!("{url} answers with status {status}");
    }
    Ok(())
}

async fn status(url: &str, listen: SocketAddr) -> Result<u16> {
    let host = url
        .strip_prefix("http://")
        .context("it is no http address")?;
    let mut stream = TcpStream::connect(listen).await?;
    let request =
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    stream.take(4096).read_to_end(&mut head).await?;
    read_status(&head).context("what comes back is no HTTP")
}

fn read_status(head: &[u8]) -> Option<u16> {
    let head = String::from_utf8_lossy(head);
    let mut words = head.lines().next()?.split(' ');
    let is_http = words.next()?.starts_with("HTTP/1.");
    words.next()?.parse().ok().filter(|_| is_http)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        let check = |head: &str, expect: Option<u16>| {
            assert_eq!(read_status(head.as_bytes()), expect, "{head}");
        };
        check("HTTP/1.1 200 OK\r\n\r\n", Some(200));
        check("HTTP/1.1 303 \r\nLocation: /", Some(303));
        check("HTTP/1.1", None);
        check("SSH-2.0 200", None);
        check("", None);
    }
}
