//! Asking servers that people name: bounds for each request, where it led, what it links to.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;

use super::{Client, elsewhere};
use crate::GetError;

/// A request, with its own bounds instead of those of the [`Client`].
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// Where.
    pub url: &'a Url,
    /// A form to send (`application/x-www-form-urlencoded`). What is sent is not sent on: a redirect is an error then.
    pub form: Option<&'a str>,
    /// The `Accept` header.
    pub accept: &'a str,
    /// For everything, redirects included.
    pub total: Duration,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// How often an answer may send elsewhere.
    pub max_redirects: u8,
}

/// What it led to.
#[derive(Clone, Debug)]
pub struct Visited {
    /// Every address on the way, the final one last.
    pub seen: Vec<Url>,
    /// The `Link` headers of the last answer.
    pub links: Vec<String>,
    /// What it says it is.
    pub content_type: Option<String>,
    /// All of it.
    pub body: Bytes,
}

impl Client {
    /// Gets, or sends a form; every step is checked like the first. Any status but success is an error.
    ///
    /// # Errors
    /// If there is no answer within the bounds.
    pub async fn visit(&self, visit: &Visit<'_>) -> Result<Visited, GetError> {
        let visited = timeout(visit.total, self.visit_all(visit)).await;
        visited.unwrap_or_else(|_| {
            Err(GetError::TooSlow {
                url: visit.url.clone(),
                limit: visit.total,
            })
        })
    }

    async fn visit_all(&self, visit: &Visit<'_>) -> Result<Visited, GetError> {
        let mut seen = vec![visit.url.clone()];
        loop {
            let at = seen.last().unwrap_or(visit.url).clone();
            let (response, connection) = self.visit_one(&at, visit).await?;
            let refuse = |why| {
                Err(GetError::Redirect {
                    url: visit.url.clone(),
                    why,
                })
            };
            if !response.status().is_redirection() {
                let visited = read(&at, seen, response, visit.max_body).await;
                connection.abort();
                return visited;
            }
            connection.abort();
            if visit.form.is_some() {
                return refuse("although it was sent something");
            }
            if seen.len() > usize::from(visit.max_redirects) {
                return refuse("too often");
            }
            seen.push(elsewhere(&at, &response)?);
        }
    }

    async fn visit_one(
        &self,
        at: &Url,
        visit: &Visit<'_>,
    ) -> Result<(Response<Incoming>, AbortOnDrop), GetError> {
        self.0.check(at)?;
        let stream = self.0.connector.connect(at).await?;
        let broken = |source| GetError::Exchange {
            url: at.clone(),
            source,
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // What breaks it shows where the answer is read.
        let connection = AbortOnDrop(tokio::spawn(async move {
            let _ = connection.await;
        }));
        let request = request(at, visit)?;
        let response = sender.send_request(request).await.map_err(broken)?;
        Ok((response, connection))
    }
}

/// A connection, which ends with whoever reads from it.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl AbortOnDrop {
    fn abort(self) {
        drop(self);
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn request(at: &Url, visit: &Visit<'_>) -> Result<Request<Full<Bytes>>, GetError> {
    let host = &at[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::builder()
        .uri(&at[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, host)
        .header(
            header::USER_AGENT,
            concat!("Dropserver/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::ACCEPT, visit.accept);
    let request = match visit.form {
        None => request.method(Method::GET).body(Full::default()),
        Some(form) => request
            .method(Method::POST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form.to_owned()))),
    };
    request.map_err(|source| GetError::Request {
        url: at.clone(),
        source,
    })
}

async fn read(
    at: &Url,
    seen: Vec<Url>,
    response: Response<Incoming>,
    limit: u64,
) -> Result<Visited, GetError> {
    let url = || at.clone();
    if !response.status().is_success() {
        let status = response.status().as_u16();
        return Err(GetError::Status { url: url(), status });
    }
    let links = texts(response.headers(), &header::LINK);
    let content_type = texts(response.headers(), &header::CONTENT_TYPE)
        .into_iter()
        .next();
    let mut incoming = response.into_body();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|source| GetError::Exchange { url: url(), source })?;
        if let Ok(data) = frame.into_data() {
            if (body.len() + data.len()) as u64 > limit {
                return Err(GetError::TooBig { url: url(), limit });
            }
            body.extend_from_slice(&data);
        }
    }
    let body = body.freeze();
    Ok(Visited {
        seen,
        links,
        content_type,
        body,
    })
}

fn texts(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values
        .filter_map(|value| Some(value.to_str().ok()?.to_owned()))
        .collect()
}
