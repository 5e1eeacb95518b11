//! Bringing an appspace to another version of its app, deleting it, and bringing it back from the trash.

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, App, AppVersion, Appspace, AppspaceId, Timestamp, Trashed, Version,
    VersionId,
};
use ds_lifecycle::{ChangeError, Changed, JobHandle};

use super::{
    Action, AppspaceSummary, ErrorKind, JobReport, OpError, Ops, accounts::clip, upgrades::Verdict,
};

/// Does what takes an appspace at rest.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Begins to bring an appspace to a version of its app, up or down.
    async fn change_version(
        &self,
        id: AppspaceId,
        to: VersionId,
    ) -> Result<JobHandle<Changed, ChangeError>, ChangeError>;
    /// A failure of that, in words.
    fn explain(&self, error: &ChangeError) -> OpError;
    /// Moves an appspace to the trash.
    async fn delete(&self, id: AppspaceId) -> Result<(), OpError>;
    /// Brings an appspace back from the trash, at its old address or another.
    async fn take_out(&self, id: AppspaceId, address: Option<Address>)
    -> Result<Appspace, OpError>;
    /// Removes an appspace in the trash for good.
    async fn remove_for_good(&self, id: AppspaceId) -> Result<(), OpError>;
    /// When an appspace in the trash is removed for good, at the earliest.
    fn removed_at(&self, trashed: &Trashed) -> Timestamp;
    /// What is wrong with an appspace that may not take requests, and what its owner can do.
    async fn anomaly(&self, appspace: &Appspace) -> Option<String>;
}

/// An appspace in the trash, as its owner sees it.
#[derive(Clone, Debug)]
pub struct TrashSummary {
    /// The appspace, with the address it had.
    pub appspace: Appspace,
    /// The name of its app.
    pub app_name: String,
    /// When it was deleted.
    pub deleted: Timestamp,
    /// When it is removed for good.
    pub removed: Timestamp,
    /// Whether something else answers at its address by now.
    pub is_address_taken: bool,
}

impl Ops {
    /// Begins to bring an appspace to a version of its app, newer or older; without one, to the newest that is
    /// installed.
    pub async fn upgrade(
        &self,
        owner: AccountId,
        address: &str,
        version: Option<&str>,
    ) -> Result<JobReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let target = self.target(&appspace, version).await?;
        self.going_back(&appspace, &target).await?;
        let begun = self.begin_change(&appspace, &target, |_| {}).await;
        begun.map_err(|(error, _)| error)
    }

    /// Begins it; whoever began it is told what became of it, too.
    pub(super) async fn begin_change(
        &self,
        appspace: &Appspace,
        target: &AppVersion,
        told: impl FnOnce(Verdict) + Send + 'static,
    ) -> Result<JobReport, (OpError, Verdict)> {
        let changes = &self.parts.work.changes;
        let begun = changes.change_version(appspace.id, target.id).await;
        let handle = begun.map_err(|error| {
            let explained = changes.explain(&error);
            let verdict = Verdict::of(&error, &explained);
            (explained, verdict)
        })?;
        let (from, to) = (&appspace.version, &target.version);
        let title = if from == to {
            format!("Migration of the data of {} for {to}", appspace.address)
        } else {
            let what = if to > from { "Upgrade" } else { "Downgrade" };
            format!("{what} of {} from {from} to {to}", appspace.address)
        };
        let changes = std::sync::Arc::clone(changes);
        let owner = appspace.owner;
        let report = self.began(owner, title, handle, move |outcome| {
            let explained = outcome.map_err(|error| {
                let explained = changes.explain(&error);
                (Verdict::of(&error, &explained), explained)
            });
            match explained {
                Ok(outcome) => {
                    told(Verdict::Done);
                    Ok(said(&outcome))
                }
                Err((verdict, explained)) => {
                    told(verdict);
                    Err(explained)
                }
            }
        });
        Ok(report)
    }

    /// The newest installed version of an appspace's app, if it is newer than what the appspace runs.
    pub async fn newer(&self, appspace: &Appspace) -> Result<Option<AppVersion>, OpError> {
        let newest = self.parts.apps.versions(appspace.app).await?.pop();
        Ok(newest.filter(|newest| newest.version > appspace.version))
    }

    /// Every installed version of an appspace's app, newest first.
    pub async fn versions_for(&self, appspace: &Appspace) -> Result<Vec<AppVersion>, OpError> {
        let mut versions = self.parts.apps.versions(appspace.app).await?;
        versions.reverse();
        Ok(versions)
    }

    /// What is wrong with an appspace, if something is.
    pub async fn anomaly(&self, appspace: &Appspace) -> Option<String> {
        self.parts.work.changes.anomaly(appspace).await
    }

    async fn target(
        &self,
        appspace: &Appspace,
        version: Option<&str>,
    ) -> Result<AppVersion, OpError> {
        let mut versions = self.parts.apps.versions(appspace.app).await?;
        let Some(text) = version else {
            let newest = versions.pop().filter(|one| one.version > appspace.version);
            return newest.ok_or_else(|| {
                let (address, version) = (&appspace.address, &appspace.version);
                let message = format!(
                    "{address} runs {version}, and no newer version of its app is installed"
                );
                OpError::new(ErrorKind::Conflict, message)
                    .with_hint("install one with `ds-host app install FILE`, or name an older one")
            });
        };
        let number: Version = text.parse().map_err(|_| {
            let message = format!("`{}` is not a version number", clip(text));
            OpError::new(ErrorKind::Invalid, message).with_hint("write it as in `1.2.0`")
        })?;
        let has: Vec<String> = versions.iter().map(|one| one.version.to_string()).collect();
        let found = versions.into_iter().find(|one| one.version == number);
        found.ok_or_else(|| {
            let message = format!(
                "the app of {} has no version {number} here",
                appspace.address
            );
            OpError::new(ErrorKind::NotFound, message)
                .with_hint(format!("installed: {}", has.join(", ")))
        })
    }

    /// Moves an appspace to the trash. Its address is free at once.
    pub async fn delete_appspace(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<TrashSummary, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.parts.work.changes.delete(appspace.id).await?;
        let name = appspace.address.as_str();
        self.note(owner, Action::AppspaceDeleted, name).await;
        let trashed = self.parts.work.trash.trashed(appspace.id).await?;
        let trashed = trashed.ok_or_else(|| not_there(appspace.address.as_str()))?;
        self.trash_summary(trashed).await
    }

    /// The appspaces of an account that are in the trash, deleted last first.
    pub async fn trash(&self, owner: AccountId) -> Result<Vec<TrashSummary>, OpError> {
        let all = self.parts.work.trash.trash_of(owner).await?;
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let apps = self.parts.apps.apps(owner).await?;
        let mut summaries = Vec::new();
        for trashed in all {
            summaries.push(self.trash_of_app(trashed, &apps).await?);
        }
        Ok(summaries)
    }

    /// Brings an appspace back from the trash: by its id or the name it had, at that name or another.
    pub async fn take_out(
        &self,
        owner: AccountId,
        which: &str,
        address: Option<&str>,
    ) -> Result<AppspaceSummary, OpError> {
        let address = address.map(|text| self.names().new_address(text));
        let address = address.transpose()?;
        let found = self.in_trash(owner, which).await?;
        let changes = &self.parts.work.changes;
        let back = changes.take_out(found.appspace.id, address).await?;
        let name = back.address.as_str();
        self.note(owner, Action::AppspaceRestored, name).await;
        self.appspace(owner, back.address.as_str()).await
    }

    /// Removes for good what an account has in the trash, or one appspace of it; returns what is gone.
    pub async fn empty_trash(
        &self,
        owner: AccountId,
        which: Option<&str>,
    ) -> Result<Vec<TrashSummary>, OpError> {
        let gone = match which {
            Some(which) => vec![self.in_trash(owner, which).await?],
            None => self.trash(owner).await?,
        };
        for one in &gone {
            let changes = &self.parts.work.changes;
            changes.remove_for_good(one.appspace.id).await?;
            let name = one.appspace.address.as_str();
            self.note(owner, Action::AppspaceRemoved, name).await;
        }
        Ok(gone)
    }

    /// The appspace in the trash that a person means.
    async fn in_trash(&self, owner: AccountId, which: &str) -> Result<TrashSummary, OpError> {
        let mut trash = self.trash(owner).await?;
        if let Ok(id) = which.parse::<AppspaceId>() {
            let found = trash.into_iter().find(|one| one.appspace.id == id);
            return found.ok_or_else(|| not_there(which));
        }
        let address = self.names().address(which)?;
        trash.retain(|one| one.appspace.address == address);
        match trash.as_slice() {
            [] => Err(not_there(which)),
            [one] => Ok(one.clone()),
            several => {
                let ids: Vec<String> = several
                    .iter()
                    .map(|one| format!("{} ({})", one.appspace.id, one.deleted))
                    .collect();
                let message = format!("several appspaces in the trash were {address}");
                Err(OpError::new(ErrorKind::Invalid, message)
                    .with_hint(format!("say which by its id: {}", ids.join(", "))))
            }
        }
    }

    async fn trash_summary(&self, trashed: Trashed) -> Result<TrashSummary, OpError> {
        let apps = self.parts.apps.apps(trashed.appspace.owner).await?;
        self.trash_of_app(trashed, &apps).await
    }

    async fn trash_of_app(&self, trashed: Trashed, apps: &[App]) -> Result<TrashSummary, OpError> {
        let removed = self.parts.work.changes.removed_at(&trashed);
        let appspace = trashed.appspace;
        let app = apps.iter().find(|app| app.id == appspace.app);
        let there = self.parts.appspaces.at(&appspace.address).await?;
        Ok(TrashSummary {
            app_name: app.map(|app| app.name.clone()).unwrap_or_default(),
            deleted: trashed.deleted,
            removed,
            is_address_taken: there.is_some(),
            appspace,
        })
    }
}

fn said(changed: &Changed) -> String {
    let appspace = &changed.appspace;
    let runs = format!("{} now runs {}.", appspace.address, appspace.version);
    runs + &super::into::kept(changed.snapshot.as_deref(), &changed.elsewhere)
}

fn not_there(which: &str) -> OpError {
    let message = format!("there is no appspace `{}` in the trash", clip(which));
    OpError::new(ErrorKind::NotFound, message).with_hint("`ds-host trash list` shows what is there")
}
