//! Programs that are no browsers: how they are let in by a member, and how that ends.
//!
//! ```text
//! …/oauth/resource, …/oauth/.well-known/…   what a program reads first (metadata.rs)
//! …/oauth/authorize    on the member's own computer: may it? ─▶ a code, to the program (authorize.rs)
//! …/oauth/device       a program without a browser begins (token.rs)
//!    …/device          and a member types its code: may it? (device.rs)
//! …/oauth/token        what was given becomes a token (token.rs)
//! …/oauth/revoke, …/clients   it ends: by the program, by the member (token.rs, clients.rs)
//! ```
//!
//! Why it is so is in decision 15.

mod authorize;
mod by_hand;
mod clients;
mod consent;
mod device;
mod metadata;
mod token;

use axum::{
    Router,
    routing::{get, post},
};
use ds_serve::Site;

use super::EntranceState;

/// Where everything of OAuth is.
pub(super) const OAUTH: &str = "/.dropserver/oauth";
/// Where members type the codes that programs show.
pub(super) const DEVICE_PATH: &str = "/.dropserver/device";
/// Where members see the programs that they let in.
pub(super) const CLIENTS_PATH: &str = "/.dropserver/clients";
/// Where the standards look for what stands below [`OAUTH`]: RFC 9728, and RFC 8414 §3.1, which puts its words before the path of
/// the issuer.
pub(super) const WELL_KNOWN: [&str; 2] = [
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-authorization-server/.dropserver/oauth",
];
const AUTHORIZE_PATH: &str = "/.dropserver/oauth/authorize";

pub(super) fn routes() -> Router<EntranceState> {
    let at = |name: &str| format!("{OAUTH}/{name}");
    Router::new()
        .route(&at("resource"), get(metadata::resource))
        .route(WELL_KNOWN[0], get(metadata::resource))
        .route(WELL_KNOWN[1], get(metadata::server))
        .route(
            &at(".well-known/oauth-authorization-server"),
            get(metadata::server),
        )
        .route(AUTHORIZE_PATH, get(authorize::ask).post(authorize::decide))
        .route(&at("token"), post(token::token))
        .route(&at("device"), post(token::device))
        .route(&at("revoke"), post(token::revoke))
        .route(DEVICE_PATH, get(device::form).post(device::typed))
        .route(CLIENTS_PATH, get(clients::list).post(clients::end))
}

/// The appspace as programs see it: `https://notes.example.com`.
fn origin(state: &EntranceState, site: &Site) -> String {
    state.site.ops.names().origin(&site.appspace.address)
}

/// Who gives tokens for it.
fn issuer(state: &EntranceState, site: &Site) -> String {
    format!("{}{OAUTH}", origin(state, site))
}

/// The fields of a form, each as it was sent.
fn pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    url::form_urlencoded::parse(form).into_owned()
}
