//! `/.dropserver/me`: what members do about themselves: their name and picture, leaving, logging out.

use std::{net::SocketAddr, sync::Arc};

use askama::Template;
use axum::{
    Extension, Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Multipart, State},
    http::{StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use ds_auth::{cookie::Kind, pictures::MOST_BYTES};
use ds_core::{LoginKind, Member, MemberLogin};
use serde::Deserialize;

use super::{
    At, EntranceFrame, EntranceState, FORM_LIMIT,
    enter::{keeps_at, see_other, way_in},
};
use crate::{
    ops::{ErrorKind, OpError},
    site::{
        Fields, LocalPath, SiteError,
        members::{Face, face, upload},
        pages::page,
        told,
    },
};

const ME: &str = "/.dropserver/me";
/// Where members have their own picture.
pub(super) const PICTURE: &str = "/.dropserver/me/picture";
/// The largest form with a picture in it.
pub(super) const PICTURE_LIMIT: usize = MOST_BYTES + FORM_LIMIT;

pub(super) fn routes() -> Router<EntranceState> {
    let picture = get(picture)
        .post(change_picture)
        .layer(DefaultBodyLimit::max(PICTURE_LIMIT));
    Router::new()
        .route(ME, get(show))
        .route("/.dropserver/me/name", post(rename))
        .route(PICTURE, picture)
        .route("/.dropserver/me/dropid", post(take_over))
        .route("/.dropserver/me/leave", post(leave))
}

/// The member whose session it is. As an argument of a handler it sends everybody else to log in.
struct Me(Arc<Member>);

impl FromRequestParts<EntranceState> for Me {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &EntranceState,
    ) -> Result<Self, Response> {
        let at = At::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let (site, headers) = (&state.site, &parts.headers);
        let found = match site.cookies.read(headers, Kind::Member) {
            Some(token) => site.sessions.member(at.appspace.id, &token).await,
            None => Ok(None),
        };
        let failed = SiteError::failed("find out who is logged in");
        match found.map_err(failed) {
            Ok(Some(member)) => Ok(Self(member)),
            Ok(None) => Err(see_other(&way_in(&LocalPath::or_root(Some(ME))))),
            Err(error) => Err(error.into_response()),
        }
    }
}

#[derive(Template)]
#[template(path = "entrance_me.html")]
struct MePage<'a> {
    frame: EntranceFrame,
    member: &'a Member,
    face: Face,
    role: Option<String>,
    /// Whether they came by a secret link, as others do.
    by_link: bool,
    /// The DropID whose name and picture can be taken over.
    dropid: Option<String>,
    /// Where they can keep the appspace on the home page of their own host.
    keep: Option<String>,
    name: String,
    problem: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
struct Typed {
    name: String,
}

/// `GET /.dropserver/me`
async fn show(
    State(state): State<EntranceState>,
    at: At,
    Me(me): Me,
) -> Result<Response, SiteError> {
    answer(&state, &at, &me, None).await
}

/// `POST /.dropserver/me/name`
async fn rename(
    State(state): State<EntranceState>,
    at: At,
    Me(me): Me,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    check(&state, &at, &me).await?;
    let ops = &state.site.ops;
    let done = ops
        .rename_self(&at.appspace, &me.proxy_id, &typed.name)
        .await;
    back_or_told(&state, &at, &me, done).await
}

/// `POST /.dropserver/me/picture`
async fn change_picture(
    State(state): State<EntranceState>,
    at: At,
    Me(me): Me,
    form: Multipart,
) -> Result<Response, SiteError> {
    check(&state, &at, &me).await?;
    let picture = upload(form).await?;
    let ops = &state.site.ops;
    let done = ops
        .set_own_picture(&at.appspace, &me.proxy_id, picture)
        .await;
    back_or_told(&state, &at, &me, done).await
}

/// `GET /.dropserver/me/picture`
async fn picture(
    State(state): State<EntranceState>,
    at: At,
    Me(me): Me,
) -> Result<Response, SiteError> {
    let picture = state.site.ops.picture_of(at.appspace.id, &me).await?;
    face(picture)
}

/// `POST /.dropserver/me/dropid`: name and picture as their own host has them now.
async fn take_over(
    State(state): State<EntranceState>,
    connection: Option<Extension<ConnectInfo<SocketAddr>>>,
    at: At,
    Me(me): Me,
) -> Result<Response, SiteError> {
    let from = connection.map(|Extension(ConnectInfo(from))| from.ip());
    let login = dropid_of(&state, &at, &me).await?;
    let done = match login {
        None => Err(OpError::new(
            ErrorKind::Invalid,
            "you do not log in here with a DropID",
        )),
        Some(login) => match state.logins.card(from, at.appspace.id, &login.name).await {
            Err(_) => Err(OpError::new(
                ErrorKind::Busy,
                format!("{} was asked too often lately", login.name),
            )
            .with_hint("try again in a few minutes")),
            Ok(Some((claims, picture))) => {
                let ops = &state.site.ops;
                ops.take_over(&at.appspace, &me.proxy_id, &login, &claims, picture)
                    .await
            }
            Ok(None) => Err(OpError::new(
                ErrorKind::Busy,
                format!("{} did not say what you are called there", login.name),
            )
            .with_hint("try again in a while")),
        },
    };
    back_or_told(&state, &at, &me, done).await
}

/// `POST /.dropserver/me/leave`
async fn leave(
    State(state): State<EntranceState>,
    at: At,
    Me(me): Me,
) -> Result<Response, SiteError> {
    check(&state, &at, &me).await?;
    let left = state.site.ops.leave(&at.appspace, &me.proxy_id).await;
    if let Err(error) = left {
        return back_or_told(&state, &at, &me, Err(error)).await;
    }
    let clear = [Kind::Member, Kind::Guest].map(|kind| state.site.cookies.clear(kind));
    let clear = AppendHeaders(clear.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((clear, see_other("/.dropserver/logged-out")).into_response())
}

/// Whoever came by a secret link is one of many: what they are called, and whether they stay, is the owner's to say.
async fn check(state: &EntranceState, at: &At, me: &Member) -> Result<(), SiteError> {
    if state.site.ops.is_link(&at.appspace, &me.proxy_id).await? {
        let message = "somebody who came by a secret link cannot change or end it for the others";
        return Err(OpError::new(ErrorKind::Forbidden, message).into());
    }
    Ok(())
}

async fn back_or_told(
    state: &EntranceState,
    at: &At,
    me: &Member,
    done: Result<(), OpError>,
) -> Result<Response, SiteError> {
    match done {
        Ok(()) => Ok(see_other(ME)),
        Err(error) if error.kind() == ErrorKind::Internal => Err(error.into()),
        Err(error) => answer(state, at, me, Some(&error)).await,
    }
}

async fn dropid_of(
    state: &EntranceState,
    at: &At,
    me: &Member,
) -> Result<Option<MemberLogin>, SiteError> {
    let logins = state.site.ops.logins_of(&at.appspace, &me.proxy_id).await?;
    let mut dropids = logins.into_iter();
    Ok(dropids.find(|login| login.kind == LoginKind::DropId))
}

async fn answer(
    state: &EntranceState,
    at: &At,
    me: &Member,
    refused: Option<&OpError>,
) -> Result<Response, SiteError> {
    let login = dropid_of(state, at, me).await?;
    let origin = state.site.ops.names().origin(&at.appspace.address);
    let view = MePage {
        keep: login.as_ref().and_then(|login| keeps_at(login, &origin)),
        frame: EntranceFrame::of(at),
        member: me,
        face: Face::of(me, "/.dropserver/me/picture"),
        role: state.site.ops.role_name(&at.appspace, me).await?,
        by_link: state.site.ops.is_link(&at.appspace, &me.proxy_id).await?,
        dropid: login.map(|login| login.name),
        name: me.display_name.clone(),
        problem: refused.map(told),
    };
    let status = refused.map_or(StatusCode::OK, |error| error.kind().status());
    Ok(page(status, &view))
}
