//! The API: what people can do on the account site and by commands, for programs, as JSON over HTTP.
//!
//! [`endpoints`] is the whole of it: a method and a path, who may, and what is done, which is mostly a command of the
//! control socket on behalf of the account whose token was presented. Answers are what `--json` prints. Cookies mean
//! nothing here, so no other site can make a browser use it.

mod answer;
mod archives;
mod bearer;
mod error;
mod input;
mod table;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{MethodFilter, on},
};

use crate::{
    arrived::{self, FORM_LIMIT, FORM_TIME},
    listen::Stop,
    ops::Ops,
    site::SiteState,
};

pub use table::{Endpoint, Who, endpoints};

use error::ApiError;
use input::Input;
use table::Does;

/// Where the API is, below the account site.
pub(crate) const ROOT: &str = "/api/v1";

/// The API, to be nested at [`ROOT`].
pub(crate) fn router(site: SiteState) -> Router {
    let mut router = Router::new();
    for endpoint in endpoints() {
        let handler = move |State(site): State<SiteState>, request: Request| async move {
            answer(site, endpoint, request)
                .await
                .unwrap_or_else(ApiError::into_response)
        };
        router = router.route(endpoint.path, on(filter(&endpoint.method), handler));
    }
    router
        .fallback(async || ApiError::NoPath.into_response())
        .method_not_allowed_fallback(async || ApiError::NoMethod.into_response())
        .with_state(site)
}

fn filter(method: &Method) -> MethodFilter {
    // The table has no others; a test looks.
    MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET)
}

async fn answer(
    site: SiteState,
    endpoint: &'static Endpoint,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let is_quick = matches!(
        endpoint.does,
        Does::Command(_) | Does::Account | Does::Appspace
    );
    if parts.method == Method::HEAD && !is_quick {
        return Err(ApiError::NoMethod);
    }
    let bearer = bearer::of(&site, &parts).await?;
    bearer.may(endpoint.who)?;
    let stop = parts.extensions.get::<Stop>().cloned().unwrap_or_default();
    let mut input = Input::of(bearer, &mut parts).await?;
    match endpoint.does {
        Does::Command(command) => {
            if !matches!(parts.method, Method::GET | Method::HEAD) {
                arrives(&site, &mut input, body, endpoint).await?;
            }
            let command = command(&input)?;
            let (ops, by) = (site.ops.clone(), input.bearer.account.id.into());
            let done =
                to_the_end(
                    async move { crate::control::commands::run_by(&ops, by, command).await },
                );
            let reply = done.await??;
            Ok(answer::of(
                endpoint.status,
                reply,
                input.bearer.account.is_admin,
            ))
        }
        Does::Account => Ok(answer::account(&input.bearer)),
        Does::Appspace => {
            let owner = input.bearer.account.id;
            let found = site.ops.appspace(owner, input.param("name")).await?;
            let reply = crate::control::wire::Reply::Appspace(found.into());
            Ok(answer::of(endpoint.status, reply, false))
        }
        Does::Limits => {
            arrives(&site, &mut input, body, endpoint).await?;
            limits(&site.ops, &input, endpoint.status).await
        }
        Does::Verify => {
            arrives(&site, &mut input, body, endpoint).await?;
            let asked: input::Verify = input.body()?;
            let by = Some(input.bearer.account.id);
            let begun = site.ops.verify_backups(by, asked.read_data).await?;
            let reply = crate::control::wire::Reply::Begun(begun.into());
            Ok(answer::of(endpoint.status, reply, true))
        }
        Does::Events => {
            let job = input.job()?;
            let follow = site.ops.follow(input.bearer.account.id, job).await?;
            let is_admin = input.bearer.account.is_admin;
            let told = move |job| answer::told(job, is_admin);
            Ok(crate::control::follow::answer(follow, told, &stop))
        }
        Does::Install => archives::install(&site, &mut input, body).await,
        Does::Import => archives::import(&site, &mut input, body).await,
        Does::ImportInto => archives::import_into(&site, &mut input, body).await,
        Does::Export => archives::export(&site, &input).await,
        Does::Archive => {
            let archive = site.ops.take_archive(input.bearer.account.id, input.job()?);
            Ok(crate::control::hand_over::answer(archive.await?))
        }
    }
}

/// Reads what was sent, and looks once more who sent it.
async fn arrives(
    site: &SiteState,
    input: &mut Input,
    body: Body,
    endpoint: &Endpoint,
) -> Result<(), ApiError> {
    let bytes = arrived::read(body, FORM_LIMIT, FORM_TIME).await?;
    input.bearer.again(site, endpoint.who).await?;
    input.read(&bytes)
}

/// Bounds, set with no more right than the account has.
async fn limits(ops: &Ops, input: &Input, status: StatusCode) -> Result<Response, ApiError> {
    let changes = input.limits()?;
    let (owner, rank) = (input.bearer.account.id, input.bearer.rank());
    let rows = ops
        .set_limits(owner, input.param("name"), &changes, rank)
        .await?;
    let rows = rows.into_iter().map(Into::into).collect();
    let reply = crate::control::wire::Reply::Limits(rows);
    Ok(answer::of(status, reply, false))
}

/// Does something to its end, even if whoever asked hangs up meanwhile.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.map_err(|_| ApiError::Failed)
}
