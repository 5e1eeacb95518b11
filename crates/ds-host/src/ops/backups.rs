//! Snapshots: taking them, listing them, putting them back, looking whether they are whole.

mod find;
mod preview;
mod schedule;
mod shown;
mod state;
mod words;

use std::{path::PathBuf, sync::Arc};

use ds_backup::{
    CopyReason,
    snapshots::{ReadBack, Snapshot, SnapshotId},
};
use ds_core::{AccountId, Appspace, AppspaceId, error_chain};
use ds_lifecycle::{Anew, AtPlace, RestoreError, Restored};

use super::{ErrorKind, JobReport, OpError, Ops};
use words::{of_key, of_restore, of_take, of_verify, short, told, verified};

pub use preview::PreviewSummary;
pub use schedule::{Schedule, ScheduleChange};
pub use shown::SnapshotList;
pub use state::{BackupState, Backups, Records};

/// A snapshot, wherever it is kept.
#[derive(Clone, Debug)]
pub struct BackupSummary {
    /// As the first place that has it tells it.
    pub snapshot: Snapshot,
    /// Its id at each place that has it.
    pub places: Vec<(String, SnapshotId)>,
}

/// What a person asks to be put back.
#[derive(Clone, Debug)]
pub struct RestoreRequest {
    /// A label or a full name; of an appspace that is gone, the name it had.
    pub address: String,
    /// The beginning of a snapshot's id, or `latest`.
    pub snapshot: String,
    /// Where a new appspace is to be made of it: a label or a full name.
    pub to: Option<String>,
    /// The one file or directory of the app that is to be put back.
    pub path: Option<String>,
}

impl Ops {
    /// Begins to take a snapshot.
    pub async fn back_up(&self, owner: AccountId, address: &str) -> Result<JobReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let backups = self.own_backups()?;
        let begun = backups
            .lifecycle
            .take_snapshot(appspace.id, CopyReason::Asked);
        let handle = begun.map_err(|error| of_take(&error))?;
        let title = format!("Snapshot of {}", appspace.address);
        Ok(
            self.began(owner, title, handle, move |outcome| match outcome {
                Ok(taken) => Ok(told(&taken)),
                Err(error) => Err(of_take(&error)),
            }),
        )
    }

    /// Begins to put a snapshot back, or a part of one, or to make a new appspace of it.
    pub async fn restore(
        &self,
        owner: AccountId,
        asked: RestoreRequest,
    ) -> Result<JobReport, OpError> {
        match (&asked.to, &asked.path) {
            (Some(_), Some(_)) => {
                let message = "a new appspace is made of a whole snapshot";
                Err(OpError::new(ErrorKind::Invalid, message)
                    .with_hint("leave out `--path` or `--to`"))
            }
            (Some(to), None) => self.restore_to(owner, &asked, to).await,
            (None, path) => {
                let path = path.as_ref().map(PathBuf::from);
                self.restore_here(owner, &asked, path).await
            }
        }
    }

    async fn restore_to(
        &self,
        owner: AccountId,
        asked: &RestoreRequest,
        to: &str,
    ) -> Result<JobReport, OpError> {
        let backups = self.own_backups()?;
        let address = self.names().new_address(to)?;
        let found = self.find_backup(owner, &asked.address, &asked.snapshot, true);
        let snapshot = found.await?.snapshot;
        let account = self.parts.account_store.account(owner).await?;
        let account = account
            .ok_or_else(|| OpError::new(ErrorKind::NotFound, "the owner's account is gone"))?;
        let title = format!("Restore of {} at {address}", snapshot.address);
        let begun = backups.lifecycle.restore_anew(Anew {
            snapshot: snapshot.id,
            owner,
            owner_name: self.called(&account).await?,
            address,
        });
        let handle = begun.map_err(|error| of_restore(&error))?;
        let (names, made) = (self.names().clone(), snapshot.made);
        let tell = move |outcome: Result<Appspace, RestoreError>| {
            let made_of = outcome.map_err(|error| of_restore(&error))?;
            let url = names.origin(&made_of.address);
            Ok(format!("{url} is as {} was on {made}.", snapshot.address))
        };
        Ok(self.began(owner, title, handle, tell))
    }

    async fn restore_here(
        &self,
        owner: AccountId,
        asked: &RestoreRequest,
        path: Option<PathBuf>,
    ) -> Result<JobReport, OpError> {
        let backups = self.own_backups()?;
        let found = self.find_backup(owner, &asked.address, &asked.snapshot, false);
        let snapshot = found.await?.snapshot;
        let what = match &path {
            Some(path) => format!("{} in {}", path.display(), snapshot.address),
            None => snapshot.address.clone(),
        };
        let title = format!("Restore of {what}");
        let begun = backups
            .lifecycle
            .restore(snapshot.appspace, snapshot.id, path);
        let handle = begun.await.map_err(|error| of_restore(&error))?;
        let made = snapshot.made;
        let tell = move |outcome: Result<Restored, RestoreError>| {
            let done = outcome.map_err(|error| of_restore(&error))?;
            let before = done.before.as_deref().map(short);
            let before = super::into::kept(before, &done.elsewhere);
            Ok(format!("{what} is as it was on {made}.{before}"))
        };
        Ok(self.began(owner, title, handle, tell))
    }

    /// Begins to read the repositories back, for somebody who runs this host. All is well at every place, or the job
    /// fails and says what is not.
    pub async fn verify_backups(
        &self,
        by: Option<AccountId>,
        read_data: bool,
    ) -> Result<JobReport, OpError> {
        let by = match by {
            Some(by) => by,
            // A host that nobody has an account on has snapshots, too.
            None => self.some_admin().await?.unwrap_or_else(AccountId::new),
        };
        let backups = self.own_backups()?;
        let read = if read_data {
            ReadBack::All
        } else {
            ReadBack::Nothing
        };
        let lifecycle = &backups.lifecycle;
        let begun = lifecycle.verify_snapshots(backups.keeper.clone(), read);
        let handle = begun.map_err(|error| of_verify(&error))?;
        let title = "Look through the snapshots".to_owned();
        Ok(
            self.began_for_host(by, title, handle, |outcome| match outcome {
                Ok(each) => verified(each),
                Err(error) => Err(of_verify(&error)),
            }),
        )
    }

    /// Forgets a snapshot at every place; its data goes when the host tidies up next.
    pub async fn forget_backup(
        &self,
        owner: AccountId,
        address: &str,
        snapshot: &str,
    ) -> Result<BackupSummary, OpError> {
        let found = self.find_backup(owner, address, snapshot, true).await?;
        let ids = found.places.iter().map(|(_, id)| id.clone()).collect();
        let forgotten = self.own_backups()?.keeper.forget(ids).await;
        for AtPlace { place, outcome } in forgotten.map_err(|error| of_key(&error))? {
            let has_it = found.places.iter().any(|(at, _)| *at == place);
            if let Err(error) = outcome
                && has_it
            {
                let message = format!("it is still at {place}: {}", error_chain(&error));
                return Err(OpError::new(ErrorKind::Internal, message));
            }
        }
        Ok(found)
    }

    /// Forgets all snapshots of an appspace, as far as their places can be reached.
    pub(super) async fn forget_all_backups(&self, of: AppspaceId) {
        let Ok(backups) = self.own_backups() else {
            return;
        };
        let found = match self.list_backups(Some(of)).await {
            Ok(found) => found,
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(appspace = %of, error, "its snapshots stay");
                return;
            }
        };
        let places = found.into_iter().flat_map(|one| one.places);
        let ids: Vec<SnapshotId> = places.map(|(_, id)| id).collect();
        if ids.is_empty() {
            return;
        }
        match backups.keeper.forget(ids).await {
            Ok(each) => {
                for AtPlace { place, outcome } in each {
                    if let Err(error) = outcome {
                        let error = error_chain(&error);
                        tracing::warn!(appspace = %of, place, error, "its snapshots stay there");
                    }
                }
            }
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(appspace = %of, error, "its snapshots stay");
            }
        }
    }

    /// The key of the repositories, and where they are.
    pub async fn backup_key(&self) -> Result<(String, Vec<String>), OpError> {
        let keeper = &self.own_backups()?.keeper;
        let key = keeper.key().await.map_err(|error| of_key(&error))?;
        Ok((key.reveal().to_owned(), keeper.places()))
    }

    fn own_backups(&self) -> Result<Arc<Backups>, OpError> {
        self.parts.backups.clone().ok_or_else(|| {
            OpError::new(ErrorKind::Conflict, "this host keeps no snapshots")
                .with_hint("its configuration says so under [snapshots]")
        })
    }
}
