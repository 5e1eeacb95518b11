//! Handing a request to the app.

use ds_auth::{Granted, cookie};
use ds_core::{Lease, SandboxId};
use ds_routes::Found;
use ds_sandbox::{AppspaceMounts, Body, Call, Limits, SandboxSpec, Sandboxes, Task};
use http::{Request, Response, Uri};

use crate::{ServeError, Site, body, headers, target::Target};

/// What calling apps needs, beside the request.
pub(crate) struct Caller<'a> {
    pub(crate) sandboxes: &'a Sandboxes,
    pub(crate) limits: &'a Limits,
    pub(crate) grace: std::time::Duration,
}

/// A request that was admitted and authorized.
pub(crate) struct Admitted<'a> {
    pub(crate) site: &'a Site,
    pub(crate) lease: Lease,
    pub(crate) found: Found<'a>,
    pub(crate) granted: Granted,
    pub(crate) target: &'a Target,
    pub(crate) origin: String,
}

impl Caller<'_> {
    /// Lets the app answer, waking it if it sleeps.
    pub(crate) async fn call(
        &self,
        admitted: Admitted<'_>,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError> {
        let site = admitted.site;
        let using = self
            .sandboxes
            .get(site.appspace.id, || self.spec(site))
            .await?;
        let call = Call {
            route: admitted.found.route.id.0,
            params: serde_json::to_value(&admitted.found.params).unwrap_or_default(),
            path_and_query: admitted.target.as_str().to_owned(),
            origin: admitted.origin,
            proxy_id: admitted.granted.proxy_id().cloned(),
        };
        let request = outgoing(request, admitted.target)?;
        let response = using.request(call, request).await?;
        Ok(incoming(response).map(|it| body::leased(it, admitted.lease, self.grace, using)))
    }

    fn spec(&self, site: &Site) -> SandboxSpec {
        SandboxSpec {
            id: SandboxId::new(),
            code: site.code.clone(),
            task: Task::Serve,
            appspace: Some(AppspaceMounts {
                id: site.appspace.id,
                address: site.appspace.address.clone(),
                dir: site.dir.clone(),
                users: std::sync::Arc::clone(&site.users),
                outlet: None,
            }),
            limits: self.limits.clone(),
        }
    }
}

/// The request as the app gets it: no host's cookie, no `X-Dropserver-*`. The engine keeps back what is about
/// one connection only.
fn outgoing(mut request: Request<Body>, target: &Target) -> Result<Request<Body>, ServeError> {
    let path: Uri = target.as_str().parse().map_err(|_| ServeError::BadTarget)?;
    *request.uri_mut() = path;
    let head = request.headers_mut();
    headers::remove_internal(head);
    cookie::strip(head);
    Ok(request)
}

/// The response as the client gets it.
fn incoming(mut response: Response<Body>) -> Response<Body> {
    let head = response.headers_mut();
    headers::remove_internal(head);
    cookie::guard_set_cookie(head);
    // It would end the member's session with whatever else the app wants gone.
    head.remove("clear-site-data");
    response
}
