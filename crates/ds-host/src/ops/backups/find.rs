//! Listing snapshots, and finding the one that is meant.

use std::collections::BTreeMap;

use ds_backup::snapshots::Snapshot;
use ds_core::{AccountId, AppspaceId, Timestamp, error_chain};
use ds_lifecycle::AtPlace;

use super::{BackupSummary, words::of_key};
use crate::ops::{ErrorKind, OpError, Ops};

/// Fewer digits than this are no id.
const SHORTEST: usize = 4;

/// Snapshots that were made at the same moment are one, at several places.
pub(super) fn gather(
    found: &mut BTreeMap<(Timestamp, AppspaceId), BackupSummary>,
    place: &str,
    snapshots: Vec<Snapshot>,
) {
    for snapshot in snapshots {
        let at = (place.to_owned(), snapshot.id.clone());
        let key = (snapshot.made, snapshot.appspace);
        let summary = found.entry(key).or_insert(BackupSummary {
            snapshot,
            places: Vec::new(),
        });
        summary.places.push(at);
    }
}

impl Ops {
    /// The snapshots of an appspace, or of all of an account, newest first. A place that cannot be reached is left
    /// out, unless no other has any.
    pub async fn backups(
        &self,
        owner: AccountId,
        address: Option<&str>,
    ) -> Result<Vec<BackupSummary>, OpError> {
        if let Some(address) = address {
            let id = self.appspace_of(owner, address).await?.id;
            return self.list_backups(Some(id)).await;
        }
        let own = self.parts.appspaces.appspaces_of(owner).await?;
        let own: Vec<AppspaceId> = own.into_iter().map(|appspace| appspace.id).collect();
        let mut all = self.list_backups(None).await?;
        all.retain(|one| own.contains(&one.snapshot.appspace));
        Ok(all)
    }

    pub(super) async fn list_backups(
        &self,
        of: Option<AppspaceId>,
    ) -> Result<Vec<BackupSummary>, OpError> {
        let listed = self.own_backups()?.keeper.list(of).await;
        let mut found: BTreeMap<_, BackupSummary> = BTreeMap::new();
        let mut failure = None;
        for AtPlace { place, outcome } in listed.map_err(|error| of_key(&error))? {
            let snapshots: Vec<Snapshot> = match outcome {
                Ok(snapshots) => snapshots,
                Err(error) => {
                    let why = error_chain(&error);
                    tracing::warn!(place, error = why, "cannot list snapshots");
                    failure.get_or_insert(format!("{place}: {why}"));
                    continue;
                }
            };
            gather(&mut found, &place, snapshots);
        }
        match failure {
            Some(why) if found.is_empty() => {
                let message = format!("cannot list snapshots. {why}");
                Err(OpError::new(ErrorKind::Internal, message))
            }
            _ => Ok(found.into_values().rev().collect()),
        }
    }

    /// The snapshot that is meant: `latest`, or the beginning of an id. Of an appspace that is gone, too, if that is
    /// asked for: by the name it had.
    pub(super) async fn find_backup(
        &self,
        owner: AccountId,
        address: &str,
        text: &str,
        or_gone: bool,
    ) -> Result<BackupSummary, OpError> {
        let all = match self.backups(owner, Some(address)).await {
            Err(error) if or_gone && error.kind() == ErrorKind::NotFound => {
                self.of_gone(owner, address).await?
            }
            found => found?,
        };
        if all.is_empty() {
            let message = format!("there are no snapshots of {address}");
            return Err(OpError::new(ErrorKind::NotFound, message));
        }
        let is_meant = |one: &BackupSummary| {
            let mut ids = one.places.iter().map(|(_, id)| id.to_string());
            text == "latest" || text.len() >= SHORTEST && ids.any(|id| id.starts_with(text))
        };
        let mut meant = all.into_iter().filter(is_meant);
        let Some(found) = meant.next() else {
            let message = format!("there is no snapshot {text} of {address}");
            return Err(
                OpError::new(ErrorKind::NotFound, message).with_hint(format!(
                    "`ds-host backup list {address}` shows those there are"
                )),
            );
        };
        if text != "latest" && meant.next().is_some() {
            let message = format!("several snapshots begin with {text}");
            return Err(OpError::new(ErrorKind::Invalid, message).with_hint("give more digits"));
        }
        Ok(found)
    }

    /// Those of appspaces that are not there any more and answered at this address: of those in the account's own trash,
    /// and, for an admin, of those that are nobody's any more.
    async fn of_gone(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<BackupSummary>, OpError> {
        let address = self.names().address(address)?;
        if self.parts.appspaces.at(&address).await?.is_some() {
            // Somebody else's.
            return Ok(Vec::new());
        }
        let is_admin = self.is_admin(owner).await?;
        let mut gone = Vec::new();
        for one in self.list_backups(None).await? {
            if one.snapshot.address == address.as_str()
                && self.is_gone(one.snapshot.appspace, owner, is_admin).await?
            {
                gone.push(one);
            }
        }
        Ok(gone)
    }

    /// Whether an appspace is gone, and this account may have it back.
    async fn is_gone(
        &self,
        id: AppspaceId,
        owner: AccountId,
        is_admin: bool,
    ) -> Result<bool, OpError> {
        if self.parts.appspaces.appspace(id).await?.is_some() {
            return Ok(false);
        }
        let trashed = self.parts.work.trash.trashed(id).await?;
        Ok(trashed.map_or(is_admin, |it| it.appspace.owner == owner))
    }
}
