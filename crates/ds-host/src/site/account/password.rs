//! Changing one's password.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::Fields,
        network::From,
        person::{self, Person},
        to_the_end,
    },
    Part, Said, after, show,
};
use crate::ops::{ErrorKind, OpError};

/// What was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    present: String,
    new: String,
    again: String,
}

/// `GET /account/password`: the page with this form open.
pub(super) async fn form(
    State(site): State<SiteState>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    let said = Said {
        open: Some(Part::Password),
        ..Said::default()
    };
    show(&site, &person, &headers, StatusCode::OK, said).await
}

/// `POST /account/password`: everybody is logged out but this browser, which gets a new session.
pub(super) async fn change(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    if typed.new != typed.again {
        let differ = OpError::new(ErrorKind::Invalid, "the two new passwords differ")
            .with_hint("type the same one twice");
        return after(&site, &person, &headers, Part::Password, Err(differ)).await;
    }
    let (ops, account) = (site.ops.clone(), person.account.clone());
    let changed = to_the_end(async move {
        ops.change_password(&account, typed.present, typed.new, from)
            .await
    });
    let who = match changed.await? {
        Ok(who) => who,
        Err(error) => return after(&site, &person, &headers, Part::Password, Err(error)).await,
    };
    let cookies = person::begin_session(&site, &headers, who).await?;
    let page = after(&site, &person, &headers, Part::Password, Ok(())).await?;
    Ok((cookies, page).into_response())
}
