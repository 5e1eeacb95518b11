//! The exchange of the original Dropserver, as the appspace's host, where the configuration allows it.
//!
//! ```text
//! the DropID's host                                     this host
//!   POST /.dropserver/v0/login-token-request ──────────▶ 202, always, at once
//!     {dropid, ref}                                      is that a member? (in the background)
//!   POST /.dropserver/v0/login-token ◀────────────────── to the host of the member's DropID, and to no other
//!     {appspace, token, ref}
//!   the browser ── /?dropserver-login-token=… ─────────▶ ds-serve sends it to /.dropserver/v0/login:
//!                                                        "Go on as Ada?" ── POST ─▶ a session
//! ```
//!
//! A token is bound to no browser, hence the question. What it proves is that the DropID's domain received it.

mod confirm;
mod request;
mod tokens;

use axum::{
    Router,
    routing::{get, post},
};

use crate::entrance::EntranceState;

pub use tokens::OriginalLogins;

const REQUEST_PATH: &str = "/.dropserver/v0/login-token-request";

pub(super) fn routes() -> Router<EntranceState> {
    Router::new()
        .route(REQUEST_PATH, post(request::take))
        .route(
            ds_serve::ORIGINAL_LOGIN_PATH,
            get(confirm::ask).post(confirm::go_on),
        )
}
