//! Requests to one server, over connections that are kept.

use std::{io, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

/// How long a connection may take to be made.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections that are kept.
const MOST_KEPT: usize = 4;

/// A server, and the connections to it that nobody uses right now.
pub(super) struct Server {
    tls: Arc<rustls::ClientConfig>,
    kept: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// What is asked for.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) range: Option<(u64, u64)>,
    pub(super) body: Bytes,
    /// The most bytes of an answer.
    pub(super) most: u64,
}

/// What was answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Server {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            tls: ds_net::tls_config(&[]).map_err(io::Error::other)?,
            kept: Mutex::default(),
        })
    }

    /// Asks once.
    pub(super) async fn ask(&self, ask: &Ask) -> io::Result<Answer> {
        let mut sender = match self.kept() {
            Some(kept) => kept,
            None => self.connect(&ask.url).await?,
        };
        let response = sender.send_request(request(ask)?).await;
        let response = response.map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(io::Error::other)?;
            if let Ok(data) = frame.into_data() {
                if (all.len() + data.len()) as u64 > ask.most {
                    let said = "the server answered with more than was asked for";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, said));
                }
                all.extend_from_slice(&data);
            }
        }
        self.keep(sender);
        Ok(Answer {
            status,
            body: all.freeze(),
        })
    }

    fn kept(&self) -> Option<SendRequest<Full<Bytes>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(sender) = kept.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, sender: SendRequest<Full<Bytes>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_KEPT {
            kept.push(sender);
        }
    }

    async fn connect(&self, url: &Url) -> io::Result<SendRequest<Full<Bytes>>> {
        let connecting = self.open(url);
        timeout(PATIENCE, connecting)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn open(&self, url: &Url) -> io::Result<SendRequest<Full<Bytes>>> {
        let host = url.host().ok_or(io::ErrorKind::InvalidInput)?;
        let port = url.port_or_known_default().unwrap_or(443);
        let (name, stream) = match host {
            Host::Domain(name) => (
                ServerName::try_from(name.to_owned()).map_err(io::Error::other)?,
                TcpStream::connect((name, port)).await?,
            ),
            Host::Ipv4(address) => (
                ServerName::IpAddress(address.into()),
                TcpStream::connect((address, port)).await?,
            ),
            Host::Ipv6(address) => (
                ServerName::IpAddress(address.into()),
                TcpStream::connect((address, port)).await?,
            ),
        };
        stream.set_nodelay(true)?;
        if url.scheme() == "http" {
            return speak(stream).await;
        }
        let connector = TlsConnector::from(self.tls.clone());
        speak(connector.connect(name, stream).await?).await
    }
}

/// Begins to speak HTTP on a connection.
async fn speak<S>(stream: S) -> io::Result<SendRequest<Full<Bytes>>>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(async move {
        // What broke is told to whoever asked.
        let _ = connection.await;
    });
    Ok(sender)
}

fn request(ask: &Ask) -> io::Result<Request<Full<Bytes>>> {
    let host = match (ask.url.host_str(), ask.url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let agent = concat!("Dropserver/", env!("CARGO_PKG_VERSION"));
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, host)
        .header(header::USER_AGENT, agent);
    if let Some((first, last)) = ask.range {
        request = request.header(header::RANGE, format!("bytes={first}-{last}"));
    }
    request
        .body(Full::new(ask.body.clone()))
        .map_err(io::Error::other)
}
