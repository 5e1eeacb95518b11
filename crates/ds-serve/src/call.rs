//! Handing a request to the app.

use ds_auth::{Denied, Granted, cookie, member_tokens::bearer};
use std::{collections::BTreeSet, pin::pin, sync::Arc};

use ds_core::{Closed, Gate, Lease, Permission, Reason, SandboxId};
use ds_routes::Found;
use ds_sandbox::{
    AppspaceMounts, Body, Call, SandboxSpec, Sandboxes, StartError, StopReason, Task, Using,
};
use http::{Request, Response, Uri};

use crate::{
    ServeError, Site, body, cors, headers,
    stays::{self, Stays},
    tally::{self, Tally},
    target::Target,
};

/// What calling apps needs, beside the request.
pub(crate) struct Caller<'a> {
    pub(crate) sandboxes: &'a Sandboxes,
    pub(crate) grace: std::time::Duration,
}

/// A request that was admitted and authorized.
pub(crate) struct Admitted<'a> {
    pub(crate) site: &'a Site,
    pub(crate) lease: Lease,
    pub(crate) tally: Arc<Tally>,
    pub(crate) found: Found<'a>,
    pub(crate) granted: Granted,
    pub(crate) stays: Option<Stays>,
    pub(crate) target: &'a Target,
    pub(crate) origin: String,
    /// Whether it came with a token, whose bearer may do less than the member.
    pub(crate) by_token: bool,
}

impl Caller<'_> {
    /// Lets the app answer, waking it if it sleeps.
    pub(crate) async fn call(
        &self,
        admitted: Admitted<'_>,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError> {
        let (site, tally) = (admitted.site, admitted.tally);
        let limit = site.terms.limits.request_bytes;
        let (head, body) = request.into_parts();
        let body = tally::counted(body, limit, &tally).ok_or(ServeError::TooLarge { limit })?;
        let request = outgoing(Request::from_parts(head, body), admitted.target)?;
        let using = self.sandboxes.get(site.appspace.id, || spec(site));
        let using = unless_closed(using, &admitted.lease, &site.gate).await;
        if using.as_ref().is_ok_and(Using::woke) {
            tally.wakes();
        }
        if site.terms.are_over() {
            drop(using);
            return Err(self.refuse(site).await);
        }
        let using = using?;
        let call = Call {
            route: admitted.found.route.id.0,
            params: serde_json::to_value(&admitted.found.params).unwrap_or_default(),
            path_and_query: admitted.target.as_str().to_owned(),
            origin: admitted.origin,
            proxy_id: admitted.granted.proxy_id().cloned(),
            scope: scope_of(&admitted.granted, admitted.by_token),
        };
        let mut stays = admitted.stays;
        let answer = tokio::select! {
            biased;
            answer = using.request(call, request) => answer,
            () = stays::ended(&mut stays) => return Err(Denied::NotLoggedIn.into()),
        };
        let response = answer.map_err(|error| {
            // The app could not answer because its request was cut.
            if tally.is_too_large() {
                ServeError::TooLarge { limit }
            } else {
                error.into()
            }
        })?;
        let leased = |it| body::leased(it, admitted.lease, tally, self.grace, stays, using);
        Ok(incoming(response).map(leased))
    }

    /// The terms changed while this request was on its way to the sandbox. Whoever changed them stops the
    /// sandbox, but this request may have started one after that: on terms that do not hold any more.
    async fn refuse(&self, site: &Site) -> ServeError {
        let id = site.appspace.id;
        self.sandboxes.stop(id, StopReason::AtRest).await;
        Closed::Held(Reason::Reloading).into()
    }
}

/// What whoever asks may do, where that is less than what the app finds of the member.
fn scope_of(granted: &Granted, by_token: bool) -> Option<BTreeSet<Permission>> {
    let member = granted
        .member()
        .filter(|member| by_token && !member.is_owner);
    member.map(|member| member.permissions.clone())
}

/// A request that still waits for its sandbox when the gate closes has not begun: it is told so, and nothing
/// comes to rest the later because the host is busy.
async fn unless_closed(
    using: impl Future<Output = Result<Using, StartError>>,
    lease: &Lease,
    gate: &Gate,
) -> Result<Using, ServeError> {
    let mut using = pin!(using);
    loop {
        tokio::select! {
            biased;
            using = &mut using => return Ok(using?),
            () = lease.closing() => if let Some(closed) = gate.closed() {
                return Err(closed.into());
            }
        }
    }
}

fn spec(site: &Site) -> SandboxSpec {
    SandboxSpec {
        id: SandboxId::new(),
        code: site.code.clone(),
        task: Task::Serve,
        appspace: Some(AppspaceMounts {
            id: site.appspace.id,
            address: site.appspace.address.clone(),
            dir: site.dir.clone(),
            users: Arc::clone(&site.users),
            outlet: site.terms.outlet.clone(),
        }),
        limits: site.terms.limits.clone(),
    }
}

/// The request as the app gets it: no host's cookie or token, no `X-Dropserver-*`. The engine keeps back what is about
/// one connection only.
fn outgoing(mut request: Request<Body>, target: &Target) -> Result<Request<Body>, ServeError> {
    let path: Uri = target.as_str().parse().map_err(|_| ServeError::BadTarget)?;
    *request.uri_mut() = path;
    let head = request.headers_mut();
    headers::remove_internal(head);
    cookie::strip(head);
    bearer::strip(head);
    Ok(request)
}

/// The response as the client gets it.
fn incoming(mut response: Response<Body>) -> Response<Body> {
    let head = response.headers_mut();
    headers::remove_internal(head);
    cookie::guard_set_cookie(head);
    cors::remove(head);
    // It would end the member's session with whatever else the app wants gone.
    head.remove("clear-site-data");
    response
}
