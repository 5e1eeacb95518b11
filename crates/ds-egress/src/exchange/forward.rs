//! One request after another, from the app to the host.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{Method, Request, Response};
use hyper::{body::Incoming, client::conn::http1, upgrade};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{
    HEAD, HEADERS,
    headers::{self, NotOurs},
    placeholder::{self, Filled, TooLong},
};
use crate::{
    Secret,
    counted::Activity,
    outlet::{Place, Target},
    scope::Scope,
    tunnel,
};

/// What "switching protocols" is as a number.
const SWITCHING: u16 = 101;

type Sender = http1::SendRequest<Incoming>;

/// Why a request got no answer. The app's connection ends with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    /// It must not go there.
    #[error(transparent)]
    NotOurs(#[from] NotOurs),
    /// It got too long.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// This side cannot speak TLS.
    #[error("TLS cannot be set up")]
    SetUp(#[from] ds_net::SetUpError),
    /// There is no connection. The log says why already.
    #[error("there is no connection")]
    Unreached,
    /// The host could not prove who it is, or broke off.
    #[error("its TLS was not accepted")]
    Tls(#[source] io::Error),
    /// The exchange broke off.
    #[error("it did not answer properly")]
    Broken(#[from] hyper::Error),
    /// It goes on with a protocol that nobody asked for.
    #[error("it switched to another protocol unasked")]
    Switched,
}

/// One connection of an app to a host.
pub(super) struct Exchange {
    scope: Arc<Scope>,
    to: Target,
    secrets: Vec<Secret>,
    activity: Arc<Activity>,
    place: Arc<Place>,
    /// The connection to the host, between requests.
    parked: Mutex<Option<Sender>>,
}

impl Exchange {
    pub(super) fn new(
        scope: Arc<Scope>,
        to: Target,
        secrets: Vec<Secret>,
        activity: Arc<Activity>,
        place: Place,
    ) -> Self {
        Self {
            scope,
            to,
            secrets,
            activity,
            place: Arc::new(place),
            parked: Mutex::default(),
        }
    }

    pub(super) fn idle_limit(&self) -> Duration {
        self.scope.shared.limits.idle
    }

    /// Answers one request.
    pub(super) async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Incoming>, ExchangeError> {
        self.activity.touch();
        let answered = self.forward(request).await;
        if let Err(error) = &answered {
            let (journal, what) = (&self.scope.journal, self.to.to_string());
            let why = ds_core::error_chain(error);
            match error {
                ExchangeError::Unreached => {}
                ExchangeError::NotOurs(_) | ExchangeError::TooLong(_) => {
                    journal.refused(&what, &why);
                }
                _ => journal.failed(&what, &why),
            }
        }
        answered
    }

    async fn forward(
        &self,
        mut request: Request<Incoming>,
    ) -> Result<Response<Incoming>, ExchangeError> {
        let websocket = headers::is_websocket(request.headers()) && request.method() == Method::GET;
        let app = websocket.then(|| upgrade::on(&mut request));
        let (mut head, body) = request.into_parts();
        head.extensions.clear();
        headers::address(&mut head, &self.to)?;
        headers::pass_on(&mut head.headers, websocket);
        headers::length(&mut head.headers, &body);
        let filled = placeholder::fill(&mut head.headers, &self.secrets)?;
        self.tell_unknown(&filled);
        let is_head = head.method == Method::HEAD;

        let (sender, mut response) = self.send(Request::from_parts(head, body)).await?;
        let switched = response.status().as_u16() == SWITCHING;
        match (switched, app) {
            (true, Some(app)) if headers::is_websocket(response.headers()) => {
                self.go_on(app, upgrade::on(&mut response));
            }
            (true, _) => return Err(ExchangeError::Switched),
            (false, _) => self.park(sender),
        }
        let (mut head, body) = response.into_parts();
        // A reason in the host's own words among them.
        head.extensions.clear();
        headers::pass_on(&mut head.headers, switched);
        if !is_head {
            headers::length(&mut head.headers, &body);
        }
        filled.hide(&mut head.headers, &self.secrets);
        Ok(Response::from_parts(head, body))
    }

    fn tell_unknown(&self, filled: &Filled) {
        for name in filled.unknown.iter().take(4) {
            let why = format!("there is no secret {name} for this host");
            self.scope.journal.failed(&self.to.to_string(), &why);
        }
    }

    /// Sends a request. One that did not get out because the connection had ended goes over a new one.
    async fn send(
        &self,
        request: Request<Incoming>,
    ) -> Result<(Sender, Response<Incoming>), ExchangeError> {
        let parked = self
            .parked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut request = request;
        if let Some(mut sender) = parked
            && sender.ready().await.is_ok()
        {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(failed.into_error().into()),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await?;
        Ok((sender, response))
    }

    fn park(&self, sender: Sender) {
        *self.parked.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    /// A new connection, with the host's certificate verified for the name.
    async fn connect(&self) -> Result<Sender, ExchangeError> {
        let tls = TlsConnector::from(self.scope.shared.tls().await?);
        let reached = self.scope.reach(&self.to, &self.activity).await;
        let stream = reached.ok_or(ExchangeError::Unreached)?;
        let name = ServerName::try_from(self.to.name.to_string());
        let name = name.map_err(|error| ExchangeError::Tls(io::Error::other(error)))?;
        let patience = self.scope.shared.limits.connect;
        let shaken = timeout(patience, tls.connect(name, stream)).await;
        let shaken = shaken.map_err(io::Error::from).and_then(|stream| stream);
        let stream = TokioIo::new(shaken.map_err(ExchangeError::Tls)?);
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(2 * HEAD)
            .max_header_size(HEAD)
            .max_headers(HEADERS)
            .handshake(stream)
            .await?;
        self.scope.spawn(async {
            // Whoever waits for an answer is told.
            let _ = connection.with_upgrades().await;
        });
        Ok(sender)
    }

    /// Lets the two sides go on by themselves.
    fn go_on(&self, app: upgrade::OnUpgrade, host: upgrade::OnUpgrade) {
        let (scope, to) = (Arc::clone(&self.scope), self.to.clone());
        let (activity, place) = (Arc::clone(&self.activity), Arc::clone(&self.place));
        self.scope.spawn(async move {
            if let Ok((app, host)) = tokio::try_join!(app, host) {
                let (mut app, mut host) = (TokioIo::new(app), TokioIo::new(host));
                tunnel::copy(&scope, &to, &activity, &mut app, &mut host).await;
            }
            drop(place);
        });
    }
}
