//! "Go on as Ada?": a token is bound to no browser, so nobody is logged in by a link alone.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use ds_core::{Member, secret::Token};
use serde::Deserialize;

use crate::{
    entrance::{
        At, EntranceFrame, EntranceState,
        enter::{
            arrive,
            choose::{Problem, Tried, shown},
        },
    },
    site::{Asked, Fields, LocalPath, SiteError, pages::page},
};

/// What a browser brought.
#[derive(Deserialize)]
pub(super) struct Brought {
    token: String,
    path: Option<String>,
}

#[derive(Template)]
#[template(path = "entrance_original.html")]
struct ConfirmPage<'a> {
    frame: EntranceFrame,
    action: &'static str,
    name: &'a str,
    token: &'a str,
    path: &'a LocalPath,
}

/// `GET /.dropserver/v0/login`
pub(super) async fn ask(
    State(state): State<EntranceState>,
    at: At,
    Asked(brought): Asked<Brought>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(brought.path.as_deref());
    let token = Token::presented(&brought.token);
    let Some(original) = &state.logins.original else {
        return Err(SiteError::NoPage);
    };
    let member = match original.look(at.appspace.id, &token) {
        Some(id) => find(&state, &at, &id).await?,
        None => None,
    };
    let Some(member) = member else {
        return Ok(old(&state, &at, &path));
    };
    let confirm = ConfirmPage {
        frame: EntranceFrame::of(&at),
        action: ds_serve::ORIGINAL_LOGIN_PATH,
        name: &member.display_name,
        token: token.reveal(),
        path: &path,
    };
    Ok(page(StatusCode::OK, &confirm))
}

/// `POST /.dropserver/v0/login`
pub(super) async fn go_on(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Fields(brought): Fields<Brought>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(brought.path.as_deref());
    let Some(original) = &state.logins.original else {
        return Err(SiteError::NoPage);
    };
    let redeemed = original.redeem(at.appspace.id, &Token::presented(&brought.token));
    let member = match redeemed {
        Some((id, since)) => find(&state, &at, &id).await?.map(|member| (member, since)),
        None => None,
    };
    match member {
        Some((member, since)) => {
            let came = arrive::Came::by_original(since);
            arrive::session(&state, &at, &headers, &member, &came, &path).await
        }
        None => Ok(old(&state, &at, &path)),
    }
}

async fn find(
    state: &EntranceState,
    at: &At,
    id: &ds_core::ProxyId,
) -> Result<Option<Member>, SiteError> {
    let found = state.site.members.member(at.appspace.id, id).await;
    found.map_err(SiteError::failed("look up a member of an appspace"))
}

fn old(state: &EntranceState, at: &At, path: &LocalPath) -> Response {
    let text = "This login has ended, or was used already. Log in again.";
    let tried = Tried {
        problem: Some(Problem::new(StatusCode::BAD_REQUEST, text)),
        ..Tried::default()
    };
    shown(state, at, path, &tried)
}
