//! Upgrades that nobody asks for: an owner chooses them for an appspace, and each newer version is tried once.
//!
//! ```text
//!   a newer version ──▶ upgrade ──▶ done
//!                          ├──▶ failed, cancelled ──▶ held back until its owner asks, or a newer one comes
//!                          └──▶ something else is being done ──▶ tried again soon
//! ```

use std::sync::Arc;

use ds_core::{
    AccountId, AppVersion, Appspace, AppspaceId, Version, error_chain,
    upgrades::{HeldBack, HeldBecause, UpgradeStore},
};
use ds_lifecycle::{ChangeError, JobError};
use tokio::sync::{Notify, oneshot};

use super::{ErrorKind, OpError, Ops};

/// What upgrades that nobody asks for stand on.
pub struct Upgrades {
    /// What owners chose.
    pub store: Arc<dyn UpgradeStore>,
    /// That there may be something to upgrade.
    pub wanted: Notify,
}

impl Upgrades {
    /// Upgrades by these choices.
    #[must_use]
    pub fn new(store: Arc<dyn UpgradeStore>) -> Self {
        Self {
            store,
            wanted: Notify::new(),
        }
    }
}

/// How an appspace gets newer versions, as its owner sees it.
#[derive(Clone, Debug)]
pub struct UpgradeReport {
    /// Whether it is upgraded without anybody asking.
    pub automatic: bool,
    /// The version that runs.
    pub runs: Version,
    /// The newest that is installed, if it is newer.
    pub newer: Option<Version>,
    /// The newer version that is not tried by itself, and why.
    pub held_back: Option<HeldBack>,
}

/// What became of an upgrade that nobody asked for.
#[derive(Debug)]
pub(super) enum Verdict {
    Done,
    /// It was not tried; later it may be.
    Later,
    Failed(String),
}

impl Verdict {
    /// Of a failure: what is the version's fault or the owner's wish is not tried again.
    pub(super) fn of(error: &ChangeError, explained: &OpError) -> Self {
        match error {
            ChangeError::Job(JobError::Cancelled) => Self::Failed("it was cancelled".to_owned()),
            ChangeError::Job(JobError::NoRoom { .. }) => Self::Later,
            _ if explained.kind() == ErrorKind::Busy => Self::Later,
            _ => Self::Failed(explained.to_string()),
        }
    }
}

impl Ops {
    /// How an appspace gets newer versions.
    pub async fn upgrades(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<UpgradeReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.upgrade_report(&appspace).await
    }

    /// The same of an appspace that was found.
    pub async fn upgrade_report(&self, appspace: &Appspace) -> Result<UpgradeReport, OpError> {
        let choice = self
            .parts
            .upgrades
            .store
            .upgrade_choice(appspace.id)
            .await?;
        let newer = self.newer(appspace).await?;
        let held_back = choice.held_back;
        Ok(UpgradeReport {
            automatic: choice.automatic,
            runs: appspace.version.clone(),
            newer: newer.map(|newer| newer.version),
            held_back: held_back.filter(|held| choice.automatic && held.number > appspace.version),
        })
    }

    /// Chooses whether an appspace is upgraded without anybody asking. What was held back is tried again.
    pub async fn set_upgrades(
        &self,
        owner: AccountId,
        address: &str,
        automatic: bool,
    ) -> Result<UpgradeReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let upgrades = &self.parts.upgrades;
        upgrades.store.set_automatic(appspace.id, automatic).await?;
        if automatic {
            self.want_upgrades();
        }
        self.upgrade_report(&appspace).await
    }

    /// That there may be something to upgrade.
    pub(super) fn want_upgrades(&self) {
        self.parts.upgrades.wanted.notify_one();
    }

    /// Resolves when there may be something to upgrade.
    pub async fn upgrades_wanted(&self) {
        self.parts.upgrades.wanted.notified().await;
    }

    /// Upgrades what is to be upgraded without anybody asking, one after the other; says whether something is left
    /// for later.
    ///
    /// # Errors
    /// If it cannot be told which appspaces those are.
    pub async fn upgrade_automatically(&self) -> Result<bool, OpError> {
        let mut is_left = false;
        for id in self.parts.upgrades.store.automatic_upgrades().await? {
            match self.upgrade_by_itself(id).await {
                Ok(Verdict::Done) => {}
                Ok(Verdict::Later) => is_left = true,
                Ok(Verdict::Failed(why)) => {
                    tracing::warn!(appspace = %id, why, "an automatic upgrade failed; everything is as it was");
                }
                Err(error) => {
                    is_left = true;
                    tracing::warn!(appspace = %id, error = error_chain(&error), "cannot upgrade an appspace");
                }
            }
        }
        Ok(is_left)
    }

    async fn upgrade_by_itself(&self, id: AppspaceId) -> Result<Verdict, OpError> {
        // It may be in the trash.
        let Some(appspace) = self.parts.appspaces.appspace(id).await? else {
            return Ok(Verdict::Done);
        };
        let Some(target) = self.next(&appspace).await? else {
            return Ok(Verdict::Done);
        };
        let choice = self.parts.upgrades.store.upgrade_choice(id).await?;
        let is_held = choice
            .held_back
            .is_some_and(|held| held.version == target.id);
        if is_held || !choice.automatic {
            return Ok(Verdict::Done);
        }
        let (told, outcome) = oneshot::channel();
        let tell = move |verdict| _ = told.send(verdict);
        let verdict = match self.begin_change(&appspace, &target, tell).await {
            Ok(_) => outcome.await.unwrap_or(Verdict::Later),
            Err(verdict) => verdict.1,
        };
        if let Verdict::Failed(why) = &verdict {
            let why = HeldBecause::Failed(why.clone());
            self.hold_back(&appspace, &target, why).await?;
        }
        Ok(verdict)
    }

    /// Before an owner goes back to an older version: the newer one would come again by itself.
    pub(super) async fn going_back(
        &self,
        appspace: &Appspace,
        to: &AppVersion,
    ) -> Result<(), OpError> {
        if to.version >= appspace.version {
            return Ok(());
        }
        let choice = self
            .parts
            .upgrades
            .store
            .upgrade_choice(appspace.id)
            .await?;
        let newest = self.parts.apps.versions(appspace.app).await?;
        match newest.into_iter().rev().find(is_release) {
            Some(newest) if choice.automatic && newest.version > to.version => {
                self.hold_back(appspace, &newest, HeldBecause::WentBack)
                    .await
            }
            _ => Ok(()),
        }
    }

    async fn hold_back(
        &self,
        appspace: &Appspace,
        version: &AppVersion,
        why: HeldBecause,
    ) -> Result<(), OpError> {
        let held = HeldBack {
            version: version.id,
            number: version.version.clone(),
            at: self.parts.terms.clock.now(),
            why,
        };
        Ok(self
            .parts
            .upgrades
            .store
            .hold_back(appspace.id, &held)
            .await?)
    }

    /// The version that an appspace is brought to by itself: the newest release, if it is newer than what runs.
    async fn next(&self, appspace: &Appspace) -> Result<Option<AppVersion>, OpError> {
        let versions = self.parts.apps.versions(appspace.app).await?;
        let newest = versions.into_iter().rev().find(is_release);
        Ok(newest.filter(|newest| newest.version > appspace.version))
    }
}

/// Whether it is not a version to try things with, as `2.0.0-beta.1` is: nobody gets those without asking.
fn is_release(version: &AppVersion) -> bool {
    version.version.pre.is_empty()
}

#[cfg(test)]
impl Ops {
    /// As if the newest version had failed.
    pub(crate) async fn hold_back_for_tests(&self, address: &str, why: &str) {
        let owner = self.owner(None).await.unwrap();
        let appspace = self.appspace_of(owner, address).await.unwrap();
        let newest = self
            .parts
            .apps
            .versions(appspace.app)
            .await
            .unwrap()
            .pop()
            .unwrap();
        let why = HeldBecause::Failed(why.to_owned());
        self.hold_back(&appspace, &newest, why).await.unwrap();
    }
}
