//! Getting things, within bounds.

mod ask;
mod visit;

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;

pub use ask::{Ask, Opened, Reading, Said};
pub use visit::{Visit, Visited};

use crate::{
    AddressFilter, GetError, Resolve, SetUpError, SystemResolver, connect::Connector, tls,
};

/// The bounds of a [`Client`].
#[derive(Clone)]
pub struct Config {
    /// Which addresses may be reached.
    pub filter: AddressFilter,
    /// Whether plain `http:` is asked too.
    pub allow_http: bool,
    /// From the resolved name to the end of the TLS handshake.
    pub connect: Duration,
    /// For everything, redirects included.
    pub total: Duration,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// How often an answer may send elsewhere.
    pub max_redirects: u8,
    /// Certificate authorities besides the machine's own, as PEM.
    pub authorities: Vec<Vec<u8>>,
    /// What turns names into addresses.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            filter: AddressFilter::default(),
            allow_http: false,
            connect: Duration::from_secs(10),
            total: Duration::from_mins(1),
            max_body: 16 << 20,
            max_redirects: 5,
            authorities: Vec::new(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

/// Something that a server gave.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// All of it.
    pub body: Bytes,
    /// Where it was, after redirects.
    pub final_url: Url,
    /// What it says it is.
    pub content_type: Option<String>,
}

/// Gets things from servers that are not trusted.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    connector: Connector,
    config: Config,
}

/// What one request led to.
enum Step {
    Done(Fetched),
    Elsewhere(Url),
}

impl Client {
    /// Reads the machine's trust store.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self, SetUpError> {
        let connector = Connector {
            filter: config.filter.clone(),
            resolver: config.resolver.clone(),
            tls: tls::config(&config.authorities)?,
            patience: config.connect,
        };
        Ok(Self(Arc::new(Inner { connector, config })))
    }

    /// Gets what is at an address. Any status but success is an error.
    ///
    /// # Errors
    /// If it cannot be had within the bounds.
    pub async fn get(&self, url: &Url) -> Result<Fetched, GetError> {
        self.get_as(url, "*/*").await
    }

    /// The same, with these content types as the `Accept` header.
    ///
    /// # Errors
    /// If it cannot be had within the bounds.
    pub async fn get_as(&self, url: &Url, accept: &str) -> Result<Fetched, GetError> {
        let limit = self.0.config.total;
        match timeout(limit, self.0.follow(url, accept)).await {
            Ok(result) => result,
            Err(_) => Err(GetError::TooSlow {
                url: url.clone(),
                limit,
            }),
        }
    }
}

impl Inner {
    /// Asks, and asks elsewhere as told; every step is checked like the first.
    async fn follow(&self, url: &Url, accept: &str) -> Result<Fetched, GetError> {
        let mut at = url.clone();
        for _ in 0..=self.config.max_redirects {
            self.check(&at)?;
            match self.ask(&at, accept).await? {
                Step::Done(fetched) => return Ok(fetched),
                Step::Elsewhere(next) => at = next,
            }
        }
        Err(GetError::Redirect {
            url: url.clone(),
            why: "too often",
        })
    }

    fn check(&self, url: &Url) -> Result<(), GetError> {
        let why = match url.scheme() {
            "https" => None,
            "http" if self.config.allow_http => None,
            "http" => Some("it is not encrypted (https)"),
            _ => Some("only https addresses are"),
        };
        let secret = !url.username().is_empty() || url.password().is_some();
        match why.or(secret.then_some("it has a name or password in it")) {
            Some(why) => Err(GetError::Refused {
                url: url.clone(),
                why,
            }),
            None => Ok(()),
        }
    }

    async fn ask(&self, url: &Url, accept: &str) -> Result<Step, GetError> {
        let stream = self.connector.connect(url).await?;
        let broken = |source| GetError::Exchange {
            url: url.clone(),
            source,
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let exchange = async {
            let request = request(url, accept)?;
            let response = sender.send_request(request).await.map_err(broken)?;
            self.read(url, response).await
        };
        tokio::pin!(connection, exchange);
        tokio::select! {
            result = &mut exchange => result,
            // The connection may end before its last bytes are read; if it broke, that says more than its end.
            ended = &mut connection => match (ended, exchange.await) {
                (Err(source), Err(GetError::Exchange { .. })) => Err(broken(source)),
                (_, result) => result,
            },
        }
    }

    async fn read(&self, url: &Url, response: Response<Incoming>) -> Result<Step, GetError> {
        let status = response.status();
        if status.is_redirection() {
            return elsewhere(url, &response).map(Step::Elsewhere);
        }
        if !status.is_success() {
            return Err(GetError::Status {
                url: url.clone(),
                status: status.as_u16(),
            });
        }
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = self.body(url, response.into_body()).await?;
        Ok(Step::Done(Fetched {
            body,
            final_url: url.clone(),
            content_type,
        }))
    }

    async fn body(&self, url: &Url, mut body: Incoming) -> Result<Bytes, GetError> {
        use hyper::body::Body as _;
        let limit = self.config.max_body;
        let too_big = || GetError::TooBig {
            url: url.clone(),
            limit,
        };
        if body.size_hint().lower() > limit {
            return Err(too_big());
        }
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|source| GetError::Exchange {
                url: url.clone(),
                source,
            })?;
            if let Ok(data) = frame.into_data() {
                if (all.len() + data.len()) as u64 > limit {
                    return Err(too_big());
                }
                all.extend_from_slice(&data);
            }
        }
        Ok(all.freeze())
    }
}

fn request(url: &Url, accept: &str) -> Result<Request<Empty<Bytes>>, GetError> {
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    Request::get(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header(header::HOST, host)
        .header(
            header::USER_AGENT,
            concat!("Dropserver/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::ACCEPT, accept)
        .body(Empty::new())
        .map_err(|source| GetError::Request {
            url: url.clone(),
            source,
        })
}

fn elsewhere(url: &Url, response: &Response<Incoming>) -> Result<Url, GetError> {
    let location = response
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| url.join(location).ok());
    next.ok_or_else(|| GetError::Redirect {
        url: url.clone(),
        why: "without saying where to",
    })
}
