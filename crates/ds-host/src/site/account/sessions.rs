//! Where one is logged in.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::Fields,
        person::{self, Person},
    },
    Part, after,
};

/// What to end.
#[derive(Deserialize)]
pub(super) struct Chosen {
    session: String,
}

/// `POST /account/sessions/end`
pub(super) async fn end(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let ended = site.ops.end_session(&person.account, &chosen.session).await;
    after(&site, &person, &headers, Part::Sessions, ended).await
}

/// `POST /account/sessions/end-others`: every session ends, and this browser gets a new one.
pub(super) async fn end_others(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    let who = site.ops.log_out_everywhere(&person.account).await?;
    let cookies = person::begin_session(&site, &headers, who).await?;
    let page = after(&site, &person, &headers, Part::Sessions, Ok(())).await?;
    Ok((cookies, page).into_response())
}
