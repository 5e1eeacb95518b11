//! One's own account, and apps.

use super::{Do, Does, Endpoint, MADE, get, post};
use crate::control::wire::Command;

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get("/account", Does::Account),
    get("/apps", Do(|i| Ok(Command::AppList { owner: i.owner() }))),
    post("/apps", MADE, Does::Install),
];
