//! One request after another, from the app to the host.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Method, Request, Response};
use hyper::{body::Incoming, upgrade};
use hyper_util::rt::TokioIo;

use super::{
    connect::Sender,
    error::ExchangeError,
    headers,
    placeholder::{self, Filled},
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

/// One connection of an app to a host.
pub(super) struct Exchange {
    pub(super) scope: Arc<Scope>,
    pub(super) to: Target,
    secrets: Vec<Secret>,
    pub(super) activity: Arc<Activity>,
    place: Arc<Place>,
    /// The connection to the host, between requests.
    pub(super) parked: Mutex<Option<Sender>>,
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
