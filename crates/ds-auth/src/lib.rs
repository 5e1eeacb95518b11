//! Who asks, and may they.
//!
//! People have an [`Account`] on their host and are [`Member`](ds_core::Member)s of appspaces. A session
//! ([`Session`]) says who a browser is, at one origin. [`authorize`] alone makes a [`Granted`], and handlers
//! take one, so that an unauthorized answer does not compile.

mod account;
mod authorize;
mod session;
mod visitor;

pub use account::{Account, AccountStore};
pub use authorize::{Denied, Granted, authorize};
pub use session::{Session, SessionStore, Subject};
pub use visitor::{AuthError, Authenticator, Visitor};
