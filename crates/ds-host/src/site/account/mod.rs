//! `/account`: one's own account.

mod factor;
mod passkeys;
mod password;
mod profile;
mod qr;
mod sessions;
mod view;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use serde::Deserialize;

use super::{SiteState, error::SiteError, forms::Asked, person::Person, refusal::Told};
use crate::ops::OpError;
use view::{Part, Said, Typed, show};

/// The pages.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/account", get(overview))
        // Where password managers send whoever wants another password.
        .route(
            "/.well-known/change-password",
            get(async || Redirect::to("/account/password")),
        )
        .route("/account/name", post(profile::rename))
        .route("/account/address", post(profile::change))
        .route("/account/address/prove", post(profile::prove))
        .route("/account/address/give-up", post(profile::give_up))
        .route(
            "/account/address/{token}",
            get(profile::ask).post(profile::confirm),
        )
        .route(
            "/account/password",
            get(password::form).post(password::change),
        )
        .route("/account/codes", post(factor::offer))
        .route("/account/codes/on", post(factor::turn_on))
        .route("/account/codes/off", post(factor::turn_off))
        .route("/account/passkeys/begin", post(passkeys::begin))
        .route("/account/passkeys", post(passkeys::add))
        .route("/account/passkeys/rename", post(passkeys::rename))
        .route("/account/passkeys/remove", post(passkeys::remove))
        .route("/account/passkeys/follow", post(passkeys::follow))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
}

/// What of it is to be shown.
#[derive(Deserialize)]
struct Wanted {
    /// Which page of the sessions, counted from 0.
    #[serde(default)]
    sessions: usize,
}

/// `GET /account`
async fn overview(
    State(site): State<SiteState>,
    person: Person,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    let said = Said {
        page: wanted.sessions,
        ..Said::default()
    };
    show(&site, &person, &headers, StatusCode::OK, said).await
}

/// Back to the page, with the part that changed in view; or the page with what is wrong there.
async fn after(
    site: &SiteState,
    person: &Person,
    headers: &HeaderMap,
    part: Part,
    done: Result<(), OpError>,
) -> Result<Response, SiteError> {
    after_typing(site, person, headers, part, done, Typed::default()).await
}

/// The same, with what was typed, so that nobody has to type it again.
async fn after_typing(
    site: &SiteState,
    person: &Person,
    headers: &HeaderMap,
    part: Part,
    done: Result<(), OpError>,
    typed: Typed,
) -> Result<Response, SiteError> {
    let Err(error) = done else {
        let to = format!("/account#{}", part.id());
        return Ok(Redirect::to(&to).into_response());
    };
    let told = Told::of(error)?;
    let said = Said {
        problem: Some((part, told.text.clone())),
        typed,
        ..Said::default()
    };
    let page = show(site, person, headers, told.status, said).await?;
    Ok(told.with_headers(page))
}
