//! What other hosts ask about an appspace that is to move to them. They show the secret of its owner's code; they have
//! no session, and no page of anybody sends this.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Path},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use ds_core::{moves::Taker, secret::Token};
use ds_lifecycle::{Claim, GiveError, JobError, Moves, Offered, Report, Sending};
use http_body::Frame;
use serde_json::json;
use url::Url;

use super::SiteState;
use crate::{moving::Moving, ops::Names};

/// Everything below `/.dropserver/moves/`.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/.dropserver/moves/{id}", get(describe))
        .route("/.dropserver/moves/{id}/state", get(state))
        .route("/.dropserver/moves/{id}/begin", post(begin))
        .route("/.dropserver/moves/{id}/archive", post(archive))
        .route("/.dropserver/moves/{id}/commit", post(commit))
        .route("/.dropserver/moves/{id}/abort", post(abort))
}

/// Why another host does not get what it asks.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Give(#[from] GiveError),
    #[error("too many wrong questions; come back in a minute")]
    Tired,
    #[error("appspaces move from this host to hosts with https only")]
    NotEncrypted,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Tired => StatusCode::TOO_MANY_REQUESTS,
            Self::NotEncrypted | Self::Give(GiveError::Target(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Give(GiveError::Unknown) => StatusCode::NOT_FOUND,
            Self::Give(GiveError::Over) => StatusCode::GONE,
            Self::Give(GiveError::Store(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Give(GiveError::Job(JobError::Stopping)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Give(_) => StatusCode::CONFLICT,
        };
        let words = if status.is_server_error() {
            let error = ds_core::error_chain(&self);
            tracing::warn!(error, "another host was not answered about a move");
            "the host could not do this".to_owned()
        } else {
            self.to_string()
        };
        (status, Json(json!({ "error": words }))).into_response()
    }
}

/// A claim on a move, and what answers it. As an argument of a handler it refuses who shows none.
struct Claimed {
    moves: Moves,
    claim: Claim,
    who: IpAddr,
    site: SiteState,
}

impl Claimed {
    fn moving(&self) -> Option<&Moving> {
        self.site.ops.moving()
    }

    /// Remembers who asked about a move that there is not.
    fn heard<T>(&self, outcome: Result<T, GiveError>) -> Result<T, Refusal> {
        if let (Err(GiveError::Unknown), Some(moving)) = (&outcome, self.moving()) {
            moving.strangers.note(self.who);
        }
        Ok(outcome?)
    }
}

impl FromRequestParts<SiteState> for Claimed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Response> {
        let unknown = || Refusal::from(GiveError::Unknown).into_response();
        let moving = site.ops.moving().ok_or_else(unknown)?;
        let who = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let who = who.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |who| who.0.ip());
        if moving.strangers.is_tired_of(who) {
            return Err(Refusal::Tired.into_response());
        }
        let shown = parts.headers.get(header::AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let secret = shown.and_then(|value| value.strip_prefix("Bearer "));
        let secret = secret.map(Token::presented);
        let path = Path::<String>::from_request_parts(parts, site).await;
        let id = path.ok().and_then(|Path(id)| id.parse().ok());
        let (Some(id), Some(secret)) = (id, secret) else {
            moving.strangers.note(who);
            return Err(unknown());
        };
        Ok(Self {
            moves: moving.moves.clone(),
            claim: Claim { id, secret },
            who,
            site: site.clone(),
        })
    }
}

async fn describe(claimed: Claimed) -> Result<Json<Offered>, Refusal> {
    let described = claimed.moves.describe(&claimed.claim).await;
    claimed.heard(described).map(Json)
}

async fn state(claimed: Claimed) -> Result<Json<Report>, Refusal> {
    let state = claimed.moves.state(&claimed.claim).await;
    claimed.heard(state).map(Json)
}

async fn begin(claimed: Claimed, Json(taker): Json<Taker>) -> Result<Json<Report>, Refusal> {
    if !is_acceptable(&taker.origin, claimed.site.ops.names()) {
        return Err(Refusal::NotEncrypted);
    }
    let begun = claimed.moves.begin(&claimed.claim, taker).await;
    claimed.heard(begun).map(Json)
}

/// Where a redirect of this host may lead: from an encrypted place to another one.
fn is_acceptable(origin: &str, names: &Names) -> bool {
    let scheme = Url::parse(origin).map(|url| url.scheme().to_owned());
    match scheme.as_deref() {
        Ok("https") => true,
        Ok("http") => !names.https,
        _ => false,
    }
}

async fn archive(claimed: Claimed, Json(taker): Json<Taker>) -> Result<Response, Refusal> {
    let sending = claimed.moves.send(&claimed.claim, taker.appspace).await;
    let sending = claimed.heard(sending)?;
    let kind = [(header::CONTENT_TYPE, "application/zstd")];
    Ok((kind, Body::new(Archive(sending))).into_response())
}

async fn commit(claimed: Claimed, Json(taker): Json<Taker>) -> Result<Json<Report>, Refusal> {
    let decided = claimed.moves.commit(&claimed.claim, taker.appspace).await;
    claimed.heard(decided).map(Json)
}

async fn abort(claimed: Claimed, Json(taker): Json<Taker>) -> Result<Json<Report>, Refusal> {
    let kept = claimed.moves.abort(&claimed.claim, taker.appspace).await;
    claimed.heard(kept).map(Json)
}

/// An archive as the body of an answer; one that is not whole breaks off.
struct Archive(Sending);

impl http_body::Body for Archive {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let next = self.0.poll_next(context);
        next.map(|part| part.map(|part| part.map(|bytes| Frame::data(bytes.into()))))
    }
}
