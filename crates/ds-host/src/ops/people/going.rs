//! What goes with an account.

use ds_core::{AccountId, JobId};

use super::super::{AppspaceSummary, OpError, Ops};

/// What goes with an account.
#[derive(Clone, Debug)]
pub struct Going {
    /// Its appspaces, by address.
    pub appspaces: Vec<AppspaceSummary>,
    /// How many are in the trash.
    pub in_trash: usize,
    /// The names of its apps.
    pub apps: Vec<String>,
    /// Whether snapshots go, too.
    pub has_snapshots: bool,
}

impl Ops {
    /// What goes with an account.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn what_goes(&self, account: AccountId) -> Result<Going, OpError> {
        let apps = self.parts.apps.apps(account).await?;
        Ok(Going {
            appspaces: self.appspaces(account).await?,
            in_trash: self.parts.work.trash.trash_of(account).await?.len(),
            apps: apps.into_iter().map(|app| app.name).collect(),
            has_snapshots: self.parts.backups.is_some(),
        })
    }

    /// The archives of an account that are being written or can be fetched: their job and their appspace's address.
    #[must_use]
    pub fn archives_of(&self, account: AccountId) -> Vec<(JobId, String)> {
        self.counter.list(account)
    }
}
