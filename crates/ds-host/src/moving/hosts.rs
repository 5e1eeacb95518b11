//! Asking other hosts over HTTP. Addresses are checked as for everything that the host fetches: a code names any
//! server its writer likes.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{MoveId, moves::Taker, secret::Token};
use ds_lifecycle::{AskError, Offered, OldHost, OldHosts, Report};
use ds_net::{AddressFilter, Ask, Client, SetUpError};
use http::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use tokio::io::AsyncRead;
use url::Url;

use super::PATH;
use crate::outgoing::WithLocalNames;

/// The largest answer that is not an archive.
const ANSWER: u64 = 64 << 10;
/// How long an answer may take; deciding takes longest.
const PATIENCE: Duration = Duration::from_secs(75);
/// How much of a refusal is passed on, in characters.
const WORDS: usize = 300;

/// Other hosts.
pub(crate) struct HttpHosts {
    client: Client,
}

impl HttpHosts {
    /// Asks hosts on the public internet, and at these addresses; by plain HTTP only where this host itself is
    /// reached by that.
    pub(crate) fn new(
        allow: Vec<ds_net::IpNet>,
        allow_http: bool,
        authorities: Vec<Vec<u8>>,
    ) -> Result<Self, SetUpError> {
        let client = Client::new(ds_net::Config {
            filter: AddressFilter::new(allow),
            allow_http,
            authorities,
            total: PATIENCE,
            max_body: ANSWER,
            resolver: Arc::new(WithLocalNames),
            ..ds_net::Config::default()
        })?;
        Ok(Self { client })
    }
}

impl OldHosts for HttpHosts {
    fn at(&self, site: &str, id: MoveId, secret: &Token) -> Result<Arc<dyn OldHost>, AskError> {
        let url = Url::parse(site).and_then(|site| site.join(&format!("{PATH}{id}")));
        Ok(Arc::new(Host {
            client: self.client.clone(),
            url: url.map_err(|error| AskError::NotAsked(error.into()))?,
            authorization: format!("Bearer {}", secret.reveal()),
        }))
    }
}

/// One move at one host.
struct Host {
    client: Client,
    url: Url,
    /// With the secret.
    authorization: String,
}

impl Host {
    fn asking(&self, method: Method, what: &str, json: String) -> Ask {
        let mut url = self.url.clone();
        if !what.is_empty() {
            url.set_path(&format!("{}/{what}", self.url.path()));
        }
        Ask {
            method,
            url,
            authorization: self.authorization.clone(),
            json,
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        what: &str,
        json: String,
    ) -> Result<T, AskError> {
        let said = self.client.ask(&self.asking(method, what, json)).await;
        let said = said.map_err(of_get)?;
        if said.status == StatusCode::OK.as_u16() {
            let read = serde_json::from_slice(&said.body);
            return read.map_err(|error| AskError::Unclear(error.into()));
        }
        Err(refused(said.status, &said.body))
    }

    async fn tell<T: DeserializeOwned>(&self, what: &str, taker: &Taker) -> Result<T, AskError> {
        self.ask(Method::POST, what, json(taker)?).await
    }
}

fn json(of: &impl Serialize) -> Result<String, AskError> {
    serde_json::to_string(of).map_err(|error| AskError::NotAsked(error.into()))
}

/// What was not sent was not done; of the rest it is not known.
fn of_get(error: ds_net::GetError) -> AskError {
    use ds_net::GetError::{Forbidden, Refused};
    match error {
        error @ (Refused { .. } | Forbidden { .. }) => AskError::NotAsked(error.into()),
        error => AskError::Unclear(error.into()),
    }
}

/// A host that refuses says why in `{"error": "…"}`; everything else is not from one, or not for sure.
fn refused(status: u16, body: &[u8]) -> AskError {
    #[derive(serde::Deserialize)]
    struct Words {
        error: String,
    }
    let words: Option<Words> = serde_json::from_slice(body).ok();
    let is_refusal = (400..500).contains(&status);
    match words.filter(|_| is_refusal) {
        Some(Words { error }) => {
            let plain = error.chars().filter(|c| !c.is_control());
            AskError::Refused(plain.take(WORDS).collect())
        }
        None => AskError::Unclear(format!("it answered with status {status}").into()),
    }
}

#[async_trait]
impl OldHost for Host {
    async fn describe(&self) -> Result<Offered, AskError> {
        self.ask(Method::GET, "", String::new()).await
    }

    async fn begin(&self, taker: &Taker) -> Result<Report, AskError> {
        self.tell("begin", taker).await
    }

    async fn state(&self) -> Result<Report, AskError> {
        self.ask(Method::GET, "state", String::new()).await
    }

    async fn archive(&self, taker: &Taker) -> Result<Box<dyn AsyncRead + Send + Unpin>, AskError> {
        let ask = self.asking(Method::POST, "archive", json(taker)?);
        let mut opened = self.client.open(&ask).await.map_err(of_get)?;
        if opened.status == StatusCode::OK.as_u16() {
            return Ok(Box::new(opened.body));
        }
        let mut body = vec![0; 4096];
        let read = tokio::io::AsyncReadExt::read(&mut opened.body, &mut body);
        let length = tokio::time::timeout(PATIENCE, read).await;
        let length = length.ok().and_then(Result::ok).unwrap_or_default();
        Err(refused(opened.status, &body[..length]))
    }

    async fn commit(&self, taker: &Taker) -> Result<Report, AskError> {
        self.tell("commit", taker).await
    }

    async fn abort(&self, taker: &Taker) -> Result<Report, AskError> {
        self.tell("abort", taker).await
    }
}
