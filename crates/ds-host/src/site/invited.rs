//! `/invited/{token}`: the link of an invitation makes one account.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use ds_auth::PasswordRules;
use serde::Deserialize;

use super::{
    SiteState, error::SiteError, forms::Fields, network::From, pages::page, person, refusal::Told,
    to_the_end, words,
};
use crate::ops::Invitation;

/// The form.
#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    token: String,
    /// Who invites.
    by: Option<String>,
    /// When it ends.
    until: String,
    /// What was typed, or the address the invitation is for.
    email: String,
    is_fixed: bool,
    host: String,
    shortest: usize,
    problem: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    email: String,
    password: String,
    again: String,
}

/// The page of a link.
pub(super) fn routes() -> Router<SiteState> {
    Router::new().route("/invited/{token}", get(show).post(accept))
}

/// `GET /invited/{token}`
async fn show(
    State(site): State<SiteState>,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let invitation = site.ops.look_at_invitation(&token).await?;
    let view = view(&site, token, invitation, String::new(), None).await?;
    Ok(page(StatusCode::OK, &view))
}

/// `POST /invited/{token}`
async fn accept(
    State(site): State<SiteState>,
    Path(token): Path<String>,
    From(from): From,
    headers: HeaderMap,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let invitation = site.ops.look_at_invitation(&token).await?;
    let typed: String = chosen.email.chars().take(254).collect();
    if chosen.password != chosen.again {
        let problem = Some(super::register::DIFFER.to_owned());
        let view = view(&site, token, invitation, typed, problem).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view));
    }
    let (ops, presented) = (site.ops.clone(), token.clone());
    let made = to_the_end(async move {
        let Chosen {
            email, password, ..
        } = chosen;
        ops.accept_invitation(&presented, &email, password, from)
            .await
    });
    match made.await? {
        Ok(account) => person::begin_new(&site, &headers, &account).await,
        Err(error) if error.kind() == crate::ops::ErrorKind::NotFound => Err(error.into()),
        Err(error) => {
            let told = Told::of(error)?;
            let view = view(&site, token, invitation, typed, Some(told.text.clone())).await?;
            Ok(told.with_headers(page(told.status, &view)))
        }
    }
}

async fn view(
    site: &SiteState,
    token: String,
    invitation: Invitation,
    typed: String,
    problem: Option<String>,
) -> Result<InvitedPage, SiteError> {
    let by = site.ops.inviter(&invitation).await?;
    let fixed = invitation.email;
    Ok(InvitedPage {
        token,
        by,
        until: words::date(invitation.expires),
        is_fixed: fixed.is_some(),
        email: fixed.unwrap_or(typed),
        host: site.ops.names().site.to_string(),
        shortest: PasswordRules::default().min_characters,
        problem,
    })
}
