//! Who asks, and may they.
//!
//! People have an [`Account`] on their host ([`Accounts`]) and are [`Member`](ds_core::Member)s of
//! appspaces. A session ([`Sessions`]) says who a browser is, at one origin; [`LoginTokens`] carry a person
//! from the account site to an appspace, and [`dropid`] people from other hosts. [`people`] and [`passkeys`] have what there is
//! to an account beside its password. [`authorize`] alone makes a [`Granted`], and handlers take one, so
//! that an unauthorized answer does not compile.

mod account;
mod accounts;
mod aimed;
mod api_tokens;
mod authenticator;
mod authorize;
mod backoff;
pub mod cookie;
mod device;
pub mod dropid;
mod email;
pub mod joining;
mod login_tokens;
mod marks;
pub mod member_tokens;
pub mod oauth;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod pictures;
mod rates;
mod remembered;
mod session;
mod sessions;
mod setup_link;
mod throttle;
mod visitor;

pub use account::{Account, AccountStore};
pub use accounts::{AccountError, Accounts, ChangePasswordError, LogInError};
pub use aimed::{Aimed, Bound};
pub use api_tokens::{
    API_TOKEN_DAYS, ApiToken, ApiTokenError, ApiTokenStore, ApiTokens, BearerError, Scope,
    UnknownScope,
};
pub use authenticator::SessionAuthenticator;
pub use authorize::{Denied, Granted, authorize};
pub use backoff::Backoff;
pub use cookie::Cookies;
pub use device::device_name;
pub use email::{EmailError, normalised as normalised_email};
pub use login_tokens::{Login, LoginTokens};
pub use member_tokens::{
    MemberToken, MemberTokenError, MemberTokenStore, MemberTokens, NewMemberToken, TokenKind,
};
pub use password::{PasswordError, PasswordProblem, PasswordRules};
pub use rates::Rates;
pub use session::{Epoch, Session, SessionStore, Standing, Subject};
pub use sessions::Sessions;
pub use setup_link::SetupLink;
pub use visitor::{AuthError, Authenticator, Visitor};
