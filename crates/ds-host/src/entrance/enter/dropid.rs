//! Somebody says who they are, and their own host is asked.

use std::{net::IpAddr, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use ds_auth::{
    cookie::Kind,
    dropid::{
        ProfileUrl,
        client::{Callback, LoginError},
    },
};
use ds_core::{error_chain, secret::Token};
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use super::{
    Proved, arrive,
    browser::{From, keeping, secret, secret_or_new, see_other},
    choose::{Problem, Tried, shown},
    logins::client,
};
use crate::{
    entrance::{At, EntranceState},
    ops::{ErrorKind, OpError},
    site::{Fields, LocalPath, SiteError, sentence},
};

/// How long a login waits for other hosts before a browser is sent there, and after it came back: 30 seconds in all.
const FINDING: Duration = Duration::from_secs(10);
const ENDING: Duration = Duration::from_secs(20);
/// The longest that is looked at.
const TYPED_MAX: usize = 2048;

/// Who somebody says they are.
#[derive(Deserialize)]
pub(super) struct Says {
    who: String,
    path: Option<String>,
}

/// Why a login does not go on.
enum Stop {
    /// For a reason that the person may do something about.
    Told(Problem),
    /// The host failed.
    Failed(SiteError),
}

/// `POST /.dropserver/enter/dropid`
pub(super) async fn begin(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    headers: HeaderMap,
    Fields(says): Fields<Says>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(says.path.as_deref());
    go_home(&state, &at, from, &headers, &says.who, &path).await
}

/// Sends somebody to their own host; if that does not work, they are told.
pub(super) async fn go_home(
    state: &EntranceState,
    at: &At,
    from: Option<IpAddr>,
    headers: &HeaderMap,
    who: &str,
    path: &LocalPath,
) -> Result<Response, SiteError> {
    let browser = secret_or_new(state, headers);
    match ask(state, at, from, who, &browser, path).await {
        Ok(to) => Ok(keeping(
            state,
            &browser,
            Kind::Login.max_age(),
            see_other(to.as_str()),
        )),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Told(problem)) => {
            let tried = Tried {
                who: who.chars().take(TYPED_MAX).collect(),
                problem: Some(problem),
                ..Tried::default()
            };
            Ok(shown(state, at, path, &tried))
        }
    }
}

/// `GET /.dropserver/callback`
pub(super) async fn come_back(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, SiteError> {
    if !ds_serve::is_opened(&headers) {
        return Err(SiteError::NotOpened);
    }
    let browser = secret(&state, &headers);
    let since = arrive::now(&state).await?;
    let finish = async {
        let callback = Callback::read(uri.query().unwrap_or_default())?;
        let remote = &state.logins.remote;
        remote
            .finish(at.appspace.id, &callback, browser.as_ref())
            .await
    };
    let problem = match waiting(&at, ENDING, finish).await {
        Ok(arrived) => {
            let logins = &state.logins;
            let named = arrived.proof.identity().text();
            if let Ok(page) = ProfileUrl::typed(&named, logins.local) {
                logins.limits.came(from, page.url());
            }
            let path = LocalPath::or_root(Some(&arrived.return_to));
            let who = Proved::by_server(&arrived.proof, since);
            return arrive::arrive(&state, &at, &headers, who, &path).await;
        }
        Err(Stop::Failed(error)) => return Err(error),
        Err(Stop::Told(problem)) => problem,
    };
    let tried = Tried {
        problem: Some(problem),
        ..Tried::default()
    };
    Ok(shown(&state, &at, &LocalPath::root(), &tried))
}

/// Finds the host of whoever somebody says they are: where to send their browser.
async fn ask(
    state: &EntranceState,
    at: &At,
    from: Option<IpAddr>,
    typed: &str,
    browser: &Token,
    path: &LocalPath,
) -> Result<Url, Stop> {
    let logins = &state.logins;
    let page = ProfileUrl::typed(typed, logins.local);
    let page = page.map_err(|error| Stop::Told(no_dropid(typed, &LoginError::Who(error))))?;
    let counted = logins.limits.count(from, at.appspace.id, page.url());
    counted.map_err(|wait| {
        let what = "Too many logins were begun lately.";
        Stop::Told(Problem::too_often(what, wait))
    })?;
    let client = client(state.site.ops.names(), at).ok_or(Stop::Failed(SiteError::NoPage))?;
    let id = at.appspace.id;
    let begin = logins
        .remote
        .begin(&client, id, typed, browser, path.as_str());
    waiting(at, FINDING, begin).await
}

/// Waits for other hosts, within bounds. Who only waits for them does not keep an appspace from coming to rest.
async fn waiting<T>(
    at: &At,
    patience: Duration,
    work: impl Future<Output = Result<T, LoginError>>,
) -> Result<T, Stop> {
    let not_now = || {
        let error = OpError::new(ErrorKind::Busy, "this appspace is not available just now");
        Stop::Failed(error.with_hint("try again in a moment").into())
    };
    let closing = at.gate.enter().map_err(|_| not_now())?.closing();
    let answered = tokio::select! {
        answered = timeout(patience, work) => answered,
        () = closing => return Err(not_now()),
    };
    match answered {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(LoginError::Store(error))) => {
            Err(Stop::Failed(SiteError::failed("log somebody in")(error)))
        }
        Ok(Err(error)) => {
            let appspace = &at.appspace.address;
            let chain = error_chain(&error);
            tracing::info!(%appspace, error = chain, "somebody from elsewhere was not logged in");
            Err(Stop::Told(told(&error)))
        }
        Err(_) => Err(Stop::Told(too_slow(patience))),
    }
}

fn too_slow(after: Duration) -> Problem {
    let seconds = after.as_secs();
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        format!("Your own host did not answer within {seconds} seconds. Try again in a moment."),
    )
}

/// What is wrong with what was typed.
fn no_dropid(typed: &str, error: &LoginError) -> Problem {
    if typed.contains('@') && !typed.contains('/') {
        let text = "That looks like a mail address. A DropID looks like example.com/ada.";
        return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text);
    }
    told(error)
}

/// Why somebody is not logged in, in our own words: nothing of them was written by another host.
fn told(error: &LoginError) -> Problem {
    let status = match error {
        LoginError::Who(_) | LoginError::NoServer { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        LoginError::Stale | LoginError::MixedUp => StatusCode::BAD_REQUEST,
        LoginError::Declined => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_GATEWAY,
    };
    Problem::new(status, sentence(&error.to_string()))
}
