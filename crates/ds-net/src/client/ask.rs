//! Asking a server to do something, and reading what it says: with any method, without following redirects.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use http::{Method, Request, header};
use http_body_util::Full;
use hyper::{
    body::{Body as _, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, ReadBuf},
    task::JoinHandle,
    time::timeout,
};
use url::Url;

use super::Client;
use crate::GetError;

/// What a server is asked.
#[derive(Clone)]
pub struct Ask {
    /// `GET`, `POST` …
    pub method: Method,
    /// Where.
    pub url: Url,
    /// What says who asks, for the `Authorization` header: it is neither logged nor sent anywhere else. Empty for nobody.
    pub authorization: String,
    /// JSON to send along; empty for nothing.
    pub json: String,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ask({} {})", self.method, self.url)
    }
}

/// What a server said.
#[derive(Clone, Debug)]
pub struct Said {
    /// The status of the answer.
    pub status: u16,
    /// All of its body.
    pub body: Bytes,
}

/// An answer that is read as it comes.
pub struct Opened {
    /// The status of the answer.
    pub status: u16,
    /// Its body, of any length and for any time.
    pub body: Reading,
}

/// A body that is read as it comes. Its connection ends when this is dropped.
pub struct Reading {
    body: Incoming,
    rest: Bytes,
    _connection: Connection,
}

struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// Asks, and reads all of the answer, whatever its status. A redirect is an answer like any other.
    ///
    /// # Errors
    /// If it cannot be had within the bounds.
    pub async fn ask(&self, ask: &Ask) -> Result<Said, GetError> {
        let limit = self.0.config.total;
        let asked = timeout(limit, async {
            let opened = self.exchange(ask).await?;
            let status = opened.status;
            let body = self.0.body(&ask.url, opened.body.body).await?;
            Ok(Said { status, body })
        });
        asked.await.unwrap_or_else(|_| {
            Err(GetError::TooSlow {
                url: ask.url.clone(),
                limit,
            })
        })
    }

    /// Asks, and gives the body to be read as it comes. The bounds hold for everything before the body; how much is
    /// read of it, and how long that may take, is the caller's to bound.
    ///
    /// # Errors
    /// If there is no answer within the bounds.
    pub async fn open(&self, ask: &Ask) -> Result<Opened, GetError> {
        let limit = self.0.config.total;
        let opened = timeout(limit, self.exchange(ask)).await;
        opened.unwrap_or_else(|_| {
            Err(GetError::TooSlow {
                url: ask.url.clone(),
                limit,
            })
        })
    }

    async fn exchange(&self, ask: &Ask) -> Result<Opened, GetError> {
        let url = &ask.url;
        self.0.check(url)?;
        let stream = self.0.connector.connect(url).await?;
        let broken = |source| GetError::Exchange {
            url: url.clone(),
            source,
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // What breaks it shows where the answer is read.
        let connection = Connection(tokio::spawn(async move {
            let _ = connection.await;
        }));
        let response = sender.send_request(request(ask)?).await.map_err(broken)?;
        Ok(Opened {
            status: response.status().as_u16(),
            body: Reading {
                body: response.into_body(),
                rest: Bytes::new(),
                _connection: connection,
            },
        })
    }
}

fn request(ask: &Ask) -> Result<Request<Full<Bytes>>, GetError> {
    let url = &ask.url;
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let request = Request::builder()
        .method(&ask.method)
        .uri(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, host)
        .header(
            header::USER_AGENT,
            concat!("Dropserver/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::ACCEPT, "*/*");
    let request = if ask.authorization.is_empty() {
        request
    } else {
        request.header(header::AUTHORIZATION, &ask.authorization)
    };
    let request = if ask.json.is_empty() {
        request
    } else {
        request.header(header::CONTENT_TYPE, "application/json")
    };
    let body = Full::new(Bytes::from(ask.json.clone()));
    request.body(body).map_err(|source| GetError::Request {
        url: url.clone(),
        source,
    })
}

impl AsyncRead for Reading {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(io::Error::other(error))),
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            // Trailers say nothing here.
            if let Ok(data) = frame.into_data() {
                self.rest = data;
            }
        }
        let length = self.rest.len().min(into.remaining());
        into.put_slice(&self.rest[..length]);
        self.rest.advance(length);
        Poll::Ready(Ok(()))
    }
}
