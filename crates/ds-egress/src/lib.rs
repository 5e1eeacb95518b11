//! The way out of a sandbox, for apps whose owner lets them reach other hosts.
//!
//! Such a sandbox has a network of its own with nothing in it but a loopback. The engine lets listeners be made
//! inside and hands them to an [`Outlet`](ds_sandbox::Outlet), which this crate makes:
//!
//! ```text
//! app ── name? ──▶ dns        approved: one 127.x.y.z per name; else: no such name, and a line in the log
//! app ── connect ─▶ listener  address → name → rule for this port? → addresses asked for, filtered, connected to
//!                              ├─ tunnel    bytes both ways; the app speaks TLS with the host itself
//!                              └─ exchange  where a secret is kept for the host: TLS ends here, `{{secret:NAME}}`
//!                                           in header values becomes the secret, and verified TLS goes on
//! ```
//!
//! What a rule approves is a name and a port; what the app says later (SNI, `Host`) opens no other connection, though
//! a server of many names may answer for another of its own. A redirect is a new connection of the app's and is
//! checked like any other. Names are asked for at each connection, and the connection is made to an address that
//! was checked, so a name that leads elsewhere later gains nothing.

mod authority;
mod counted;
mod dns;
mod egress;
mod exchange;
mod grant;
mod journal;
mod names;
mod outlet;
mod policy;
mod reach;
mod scope;
mod secret;
mod traffic;
mod tunnel;

pub use authority::AuthorityError;
pub use egress::{Egress, EgressConfig, EgressLimits};
pub use grant::Grant;
pub use secret::{Secret, SecretError};
