//! The request pipeline: host → appspace → gate → route → member → authorize → handle.
//!
//! [`Appspaces`] is a [`tower::Service`]: ds-host mounts it behind TLS beside its own site, ds-dev on
//! localhost, and any program can mount it as the fallback of its router. What differs between them are two
//! seams: the [`Directory`], which finds the appspace at an address, and ds-auth's `Authenticator`.

mod body;
mod cached;
mod call;
mod cors;
mod directory;
mod door;
mod error;
mod files;
mod headers;
mod notices;
mod page;
mod previews;
mod service;
mod stays;
mod tally;
mod target;
mod terms;
mod web;

pub use cached::{Cached, Sources};
pub use directory::{Directory, DirectoryError, FixedSite, Site, SitePreview, static_roots};
pub use door::{Door, ENTER_PATH, Entrance, ORIGINAL_LOGIN_PATH, OwnPolicy};
pub use error::ServeError;
pub use headers::is_opened;
pub use previews::WithPreviews;
pub use service::{Answer, Appspaces, Parts};
pub use terms::{Terms, TermsOf};
pub use web::Web;
