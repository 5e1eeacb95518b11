//! The host of a DropID: clients ask who somebody is, the person says yes, and the client gets an answer for itself alone.
//!
//! ```text
//! Asked::read(query) ─▶ Asked::check(document) ─▶ (a person says yes) ─▶ Codes::issue ─▶ back to the client
//!                                                  client redeems ─▶ Codes::redeem ─▶ Redeemed::answer
//! ```
//!
//! Until a client's redirect address is known to be its own, errors are shown and never sent anywhere.

mod asked;
mod client_id;
mod codes;
mod document;
mod documents;
#[cfg(test)]
mod tests;

pub use asked::{Asked, Request, RequestError, Shown};
pub use client_id::{ClientId, ClientIdError};
pub use codes::{CodeStore, Codes, Grant, Redeemed, SharedProfile, TokenError};
pub use document::{ClientDocument, DocumentError};
pub use documents::ClientDocuments;
