//! Logging in to an appspace: with an account of this host, with a DropID or another page on the web, by mail.
//!
//! ```text
//! /.dropserver/enter        how do you want to log in? (choose.rs); who came before goes straight on (guest.rs)
//!   ├─ /.dropserver/login   with an account here: the door's own way, through the account site
//!   ├─ …/enter/dropid       POST: who you are ─▶ your own host is found, and asked (dropid.rs)
//!   │    /.dropserver/callback   you come back from there (dropid.rs)
//!   └─ …/enter/mail         POST: an address ─▶ a letter with a link (mail.rs, wish.rs)
//!        …/enter/letter     the link: a page with a button; POST: the button (letter.rs)
//! whoever has proved who they are (Proved) ─▶ a member? a session : the page of those who are none (arrive.rs)
//! ```
//!
//! The original's way is in `original/`, and there only where the host's configuration allows it.

mod admission;
mod arrive;
mod asking;
mod browser;
mod choose;
mod client;
mod dress;
mod dropid;
mod guest;
mod letter;
mod logins;
mod mail;
mod original;
mod proofs;
mod refresh;
#[cfg(test)]
mod tests;
mod wish;

use axum::{
    Router,
    routing::{get, post},
};
use ds_auth::dropid::client::{CALLBACK_PATH, CLIENT_PATH};

use super::EntranceState;

pub(super) use arrive::{Came, refusal, session};
pub(super) use browser::{see_other, way_in, with_account, with_path};
pub(super) use dress::dress;
pub(super) use guest::remembering;
pub use logins::{LoginParts, Logins};
pub use original::OriginalLogins;
pub(super) use proofs::keeps_at;
pub use proofs::{Proofs, Proved};
pub use refresh::{Seen, refresh};

/// Where people choose how to log in.
pub(crate) use ds_serve::ENTER_PATH;

const DROPID_PATH: &str = "/.dropserver/enter/dropid";
const MAIL_PATH: &str = "/.dropserver/enter/mail";
const LETTER_PATH: &str = "/.dropserver/enter/letter";

pub(super) fn routes() -> Router<EntranceState> {
    Router::new()
        .route(ENTER_PATH, get(choose::form))
        .route(CLIENT_PATH, get(client::document))
        .route(DROPID_PATH, post(dropid::begin))
        .route(CALLBACK_PATH, get(dropid::come_back))
        .route(MAIL_PATH, post(mail::ask))
        .route(LETTER_PATH, get(letter::show).post(letter::redeem))
        .merge(original::routes())
}
