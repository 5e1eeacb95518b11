//! `/people`: who has an account on this host, who may come, and what was done. For those who run it.

mod list;
mod log;
mod one;
mod settings;

use axum::{
    Router,
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};

use super::{SiteState, error::SiteError, person::Person};
use crate::ops::{ErrorKind, OpError};

/// The pages about people.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/people", get(list::show))
        .route("/people/invite", post(list::invite))
        .route("/people/withdraw", post(list::withdraw))
        .route("/people/log", get(log::show))
        .route("/people/settings", get(settings::show).post(settings::set))
        .route("/people/{id}", get(one::show))
        .route("/people/{id}/block", post(one::block))
        .route("/people/{id}/reset", post(one::hand_out))
        .route("/people/{id}/unblock", post(one::unblock))
        .route("/people/{id}/address", post(one::set_address))
        .route("/people/{id}/role", post(one::set_role))
        .route("/people/{id}/vouch", post(one::vouch))
        .route("/people/{id}/second-step", post(one::drop_second_step))
        .route("/people/{id}/remove", post(one::remove))
}

/// Somebody who runs this host. As an argument of a handler it refuses everybody else.
struct Admin(Person);

impl FromRequestParts<SiteState> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, site).await?;
        if person.account.is_admin {
            return Ok(Self(person));
        }
        let message = "this page is for those who run this host";
        let error = OpError::new(ErrorKind::Forbidden, message).with_hint("ask one of them");
        Err(SiteError::from(error).into_response())
    }
}
