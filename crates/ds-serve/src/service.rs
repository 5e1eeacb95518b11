//! The pipeline itself, and the service that wraps it.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ds_auth::{Authenticator, Denied, Visitor, authorize};
use ds_core::{Gate, Lease, usage::Meter};
use ds_routes::Handler;
use ds_sandbox::{Body, Sandboxes, StartError};
use http::{HeaderValue, Method, Request, Response};
use tower::Service;

use crate::{
    Directory, Door, ServeError, Site, Web, body,
    call::{Admitted, Caller},
    cors, door,
    files::StaticFiles,
    headers,
    notices::Notices,
    page, previews,
    stays::Stays,
    tally::Tally,
    target::{self, Target},
};

/// What the pipeline is made of.
pub struct Parts {
    /// Which appspace answers at an address?
    pub directory: Arc<dyn Directory>,
    /// Who sends this request?
    pub authenticator: Arc<dyn Authenticator>,
    /// How members log in; `None` where everybody is known without (ds-dev).
    pub door: Option<Door>,
    /// Running app code.
    pub sandboxes: Arc<Sandboxes>,
    /// Is told what appspaces use.
    pub meter: Arc<dyn Meter>,
    /// `http` or `https`, as clients see it.
    pub scheme: &'static str,
    /// How long answers may go on when their appspace is brought to rest.
    pub grace: Duration,
}

/// An answer on its way.
pub type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// Answers requests to appspaces. Clones serve the same appspaces.
#[derive(Clone)]
pub struct Appspaces(Arc<Inner>);

struct Inner {
    parts: Parts,
    files: StaticFiles,
    notices: Notices,
}

impl Appspaces {
    /// Puts the pipeline together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            files: StaticFiles::default(),
            notices: Notices::default(),
        }))
    }

    /// Answers one request. Every failure has an answer too.
    #[must_use]
    pub fn serve(&self, request: Request<Body>) -> Answer {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let for_people = headers::wants_page(request.headers());
            let mut seen = Seen::default();
            let mut response = match inner.try_serve(request, &mut seen).await {
                Ok(response) => response,
                Err(error) => {
                    note(&error);
                    let mut response = page::of_error(&error, for_people);
                    headers::challenge(&mut response, &error, &seen.origin);
                    response
                }
            };
            cors::say(&seen.web, seen.allowed, response.headers_mut());
            headers::secure(&mut response, &seen.web, seen.is_private);
            response
        })
    }
}

/// What was learned of a request on the way to its answer, and holds for errors too.
#[derive(Default)]
struct Seen {
    web: Web,
    origin: String,
    /// The `Access-Control-Allow-Origin` of the answer, if it has one.
    allowed: Option<HeaderValue>,
    /// Whether a cookie said who asked: the answer is theirs alone.
    is_private: bool,
}

impl Inner {
    async fn try_serve(
        &self,
        request: Request<Body>,
        seen: &mut Seen,
    ) -> Result<Response<Body>, ServeError> {
        let (head, body) = request.into_parts();
        let address = target::address(&head)?;
        let target = Target::of(&head.uri)?;
        let site = self
            .parts
            .directory
            .at(&address)
            .await?
            .ok_or_else(|| previews::missing(&address))?;
        let origin = self.origin(&head);
        seen.web = site.terms.web.clone();
        seen.origin.clone_from(&origin);
        let door = self.parts.door.as_ref();
        // Without a door they are nobody's.
        let is_ours = door.map_or(target.path().starts_with(door::PREFIX), |door| {
            door.has(target.path())
        });
        if !is_ours {
            seen.allowed = cors::allowed(&seen.web, &head, &origin);
        }
        if let Some(answer) = cors::preflight(seen.allowed.as_ref(), &head, &origin) {
            return answer;
        }
        let lease = site.gate.enter()?;
        let tally = Tally::begin(&self.parts.meter, site.appspace.id);
        if is_ours {
            if headers::is_cross_site_change(&head, &origin) {
                return Err(ServeError::CrossSite);
            }
            let door = self.parts.door.as_ref().ok_or(ServeError::NoRoute)?;
            let request = Request::from_parts(head, body);
            let gate = site.gate.clone();
            let answer = door.answer(site, request, &target);
            return until_closed(&gate, lease, self.parts.grace, answer).await;
        }
        let door = self.parts.door.as_ref();
        if let Some(asked) = door.and_then(|door| door.original_login(&site, &head, &target)) {
            return Ok(asked);
        }
        if let Some(preview) = &site.preview {
            let visitor = self.visitor(&site, &head).await?;
            match previews::admit(preview, &visitor, &head.method) {
                Err(ServeError::Denied(denied)) => {
                    return self.turn_away(&site, &head, &target, denied);
                }
                admitted => admitted?,
            }
        }
        let found = site
            .routes
            .find(&head.method, target.path())
            .ok_or(ServeError::NoRoute)?;
        // A token is sent on purpose, by whoever was given it. Cookies go along unasked: to another site's script that
        // may read the answer they are worth nothing, and they change nothing for any other site.
        let by_token = self.parts.authenticator.is_token(&head.headers);
        let changes = self.parts.authenticator.changes();
        let visitor = if seen.allowed.is_some() && !by_token {
            Visitor::Anonymous
        } else {
            self.visitor(&site, &head).await?
        };
        let is_member = matches!(visitor, Visitor::Member(_));
        seen.is_private = is_member && !by_token;
        if seen.is_private && headers::is_cross_site_change(&head, &origin) {
            return Err(ServeError::CrossSite);
        }
        let granted = match authorize(&found.route.access, visitor) {
            Ok(granted) => granted,
            Err(denied) => return self.turn_away(&site, &head, &target, denied),
        };
        let stays = changes.zip(granted.member()).map(|(changes, member)| {
            let (by, access) = (&self.parts.authenticator, &found.route.access);
            Stays::watch(by, changes, site.appspace.id, &head.headers, member, access)
        });
        match &found.route.handler {
            Handler::Static { .. } => {
                let answer = self
                    .files
                    .serve(&site.roots, found.route, target.path(), &head)
                    .await?;
                Ok(answer.map(|it| body::leased(it, lease, tally, self.parts.grace, stays, ())))
            }
            Handler::Function { .. } => {
                let admitted = Admitted {
                    site: &site,
                    lease,
                    tally,
                    found,
                    granted,
                    stays,
                    target: &target,
                    origin,
                    by_token,
                };
                let request = Request::from_parts(head, body);
                let answered = self.caller().call(admitted, request).await;
                answered.inspect_err(|error| self.notices.tell(&site, error))
            }
        }
    }

    async fn visitor(
        &self,
        site: &Site,
        head: &http::request::Parts,
    ) -> Result<Visitor, ServeError> {
        let authenticator = &self.parts.authenticator;
        let id = site.appspace.id;
        Ok(authenticator.identify(id, &head.headers).await?)
    }

    /// People who might get in after logging in are sent to do so; programs are told.
    fn turn_away(
        &self,
        site: &Site,
        head: &http::request::Parts,
        target: &Target,
        denied: Denied,
    ) -> Result<Response<Body>, ServeError> {
        let navigates = matches!(head.method, Method::GET | Method::HEAD)
            && headers::wants_page(&head.headers)
            && headers::is_opened(&head.headers);
        match (&self.parts.door, &denied) {
            (Some(door), Denied::NotLoggedIn) if navigates => {
                Ok(door.ask_who(site, head, target.as_str()))
            }
            _ => Err(denied.into()),
        }
    }

    fn origin(&self, head: &http::request::Parts) -> String {
        let authority = target::authority(head).unwrap_or_default();
        format!("{}://{}", self.parts.scheme, authority.to_ascii_lowercase())
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            sandboxes: &self.parts.sandboxes,
            grace: self.parts.grace,
        }
    }
}

/// An answer of the host's own, given up a while after the gate closed: whoever sends a form for ever must not keep
/// the appspace from coming to rest.
async fn until_closed(
    gate: &Gate,
    lease: Lease,
    grace: Duration,
    answer: impl Future<Output = Result<Response<Body>, ServeError>>,
) -> Result<Response<Body>, ServeError> {
    let closing = lease.closing();
    let over = async {
        closing.await;
        tokio::time::sleep(grace).await;
        // Why it closed; it may be open again.
        gate.enter().err()
    };
    tokio::select! {
        biased;
        answered = answer => answered,
        why = over => Err(why.map_or(ServeError::NoRoute, ServeError::Closed)),
    }
}

/// Writes down what the host's or the app's keeper must know; what a client did wrong is its own affair.
fn note(error: &ServeError) {
    // The pool itself says that it is busy, once for many.
    let is_known = matches!(
        error,
        ServeError::Closed(_) | ServeError::Start(StartError::Busy { .. })
    );
    if error.status().is_server_error() && !is_known {
        tracing::warn!(error = %ds_core::error_chain(error), "a request was not answered by its app");
    }
}

impl Service<Request<Body>> for Appspaces {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answer = self.serve(request);
        Box::pin(async move { Ok(answer.await) })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use ds_core::{AppspaceId, Reason};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_form_that_never_ends_keeps_no_appspace_from_rest() {
        let gate = Gate::new(AppspaceId::new());
        let (lease, grace) = (gate.enter().unwrap(), Duration::from_secs(10));
        let form = until_closed(&gate, lease, grace, pending());
        let rest = tokio::time::timeout(grace * 2, gate.hold(Reason::Snapshot));
        let (answered, hold) = tokio::join!(form, rest);
        drop(hold.expect("at rest"));
        let is_closed = matches!(answered, Err(ServeError::Closed(_)));
        assert!(is_closed, "{:?}", answered.err());
    }
}
