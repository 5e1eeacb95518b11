//! Moving appspaces between hosts, over HTTP: what this host asks others (`hosts.rs`), how it answers at addresses
//! that have moved (`redirect.rs`), and who asks wrongly too often (`strangers.rs`). What others ask this host is with
//! the account site (`site/moves.rs`); what is done about it, in ds-lifecycle.

mod code;
mod hosts;
mod redirect;
mod strangers;

use std::sync::Arc;

use ds_backup::ImportBounds;
use ds_lifecycle::{InstallPackage, Moves};

pub(crate) use code::Code;
pub(crate) use hosts::HttpHosts;
pub(crate) use redirect::redirect;
pub(crate) use strangers::Strangers;

/// Where everything about moves is on the account site.
pub(crate) const PATH: &str = "/.dropserver/moves/";

/// What the operations about moves stand on.
pub(crate) struct Moving {
    /// Does them.
    pub(crate) moves: Moves,
    /// Installs the app that comes with an appspace.
    pub(crate) installs: Arc<dyn InstallPackage>,
    /// How much is taken in.
    pub(crate) bounds: ImportBounds,
    /// Who asked about moves that there are not.
    pub(crate) strangers: Strangers,
}
