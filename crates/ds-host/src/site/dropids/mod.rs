//! This site as the host of its people's DropIDs: what clients and IndieWeb sites ask of it, what people are asked before
//! it vouches for them, and the DropIDs themselves.

mod consent;
mod endpoints;
mod own;
mod profile;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use ds_auth::{
    dropid::{AUTHORIZE_PATH, KEYS_PATH, METADATA_PATH},
    pictures,
};

use super::{FORM_LIMIT, SiteState};
use crate::dropids::PICTURES_PATH;

pub use profile::{Domain, domain_router};

/// The largest form that redeems a code.
const REDEMPTION_LIMIT: usize = 16 * 1024;

pub(super) fn routes() -> Router<SiteState> {
    let redeem = post(endpoints::redeem).layer(DefaultBodyLimit::max(REDEMPTION_LIMIT));
    let picture =
        post(own::change_picture).layer(DefaultBodyLimit::max(pictures::MOST_BYTES + FORM_LIMIT));
    Router::new()
        .route(METADATA_PATH, get(endpoints::metadata))
        .route(KEYS_PATH, get(endpoints::keys))
        .route(AUTHORIZE_PATH, get(consent::ask).merge(redeem))
        .route("/dropid/consent", post(consent::answer))
        .route("/dropids", get(own::show).post(own::make))
        .route("/dropids/change", post(own::change))
        .route("/dropids/picture", picture)
        .route("/dropids/sites/forget", post(own::forget_site))
        .route(&format!("{PICTURES_PATH}{{name}}"), get(profile::picture))
        .route("/{handle}", get(profile::show))
}
