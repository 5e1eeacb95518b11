//! What operations need done by others: installing packages, and creating, pausing and resuming appspaces. The composition gives the real ones; tests have fakes.

use std::path::PathBuf;

use async_trait::async_trait;
use ds_core::{AccountId, Address, AppVersion, Appspace, Visit};

use super::{AppspaceStatus, Installed, OpError, Source};

/// Installs packages.
#[async_trait]
pub trait Installs: Send + Sync {
    /// Installs a package for an account; remote modules may be taken from the folder `modules`.
    async fn install(
        &self,
        owner: AccountId,
        source: Source,
        modules: Option<PathBuf>,
    ) -> Result<Installed, OpError>;
}

/// Makes, pauses and resumes appspaces.
#[async_trait]
pub trait Appspaces: Send + Sync {
    /// Makes an appspace.
    async fn create(
        &self,
        owner: AccountId,
        owner_name: String,
        version: AppVersion,
        address: Address,
    ) -> Result<Appspace, OpError>;
    /// Lets nobody in until it is resumed; returns when everybody is out.
    async fn pause(&self, appspace: &Appspace) -> Result<(), OpError>;
    /// Opens a paused appspace.
    async fn resume(&self, appspace: &Appspace) -> Result<(), OpError>;
    /// Lets other terms (bounds, hosts it may reach) hold from now on: its sandbox is stopped, and what was
    /// remembered of it forgotten.
    async fn renew(&self, appspace: &Appspace);
    /// Keeps work at rest away while something inside the appspace is changed, its members say; on a paused one,
    /// too.
    fn visit(&self, appspace: &Appspace) -> Result<Visit, OpError>;
    /// How an appspace is right now.
    fn status(&self, appspace: &Appspace) -> AppspaceStatus;
}
