//! Every store trait over SQLite; the only crate with SQL.
//!
//! [`Store`] is the host's own database (`host.db`): accounts, apps, versions, routes, appspaces, sessions,
//! jobs. [`AppspaceDbs`] are the databases inside the appspaces (`appspace-meta.db`): members and schema.
//! The SQL is such that PostgreSQL could take the place of `host.db`.

mod appspace;
mod host;
mod open;
mod query;
mod row;

pub use appspace::{AppspaceDbs, Originals};
pub use host::Store;
pub use open::OpenError;
pub use query::QueryCount;
