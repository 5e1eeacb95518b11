//! Deleting appspaces, bringing them back, and emptying the trash.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::Duration,
};

use ds_core::{
    Address, Appspace, AppspaceId, Closure, Reason, StoreError, Timestamp, Trashed, Work, publish,
};

use crate::{
    JobError, Lifecycle, RestError, Run, Step, UndoError, age::Ages, files::blocking, undo::remove,
};

/// Why an appspace was not deleted, brought back or removed for good. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TrashError {
    /// It could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Something else answers at its address now.
    #[error("the address {0} is taken by now; choose another")]
    AddressTaken(Address),
    /// It is not in the trash.
    #[error("there is no such appspace in the trash; it may have been removed for good")]
    NotThere,
    /// Its directory could not be moved.
    #[error("cannot move the directory {}", .path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be removed for good; that is tried again at the next start.
    #[error("cannot remove it for good")]
    Remove(#[source] UndoError),
    /// It could not be recorded.
    #[error("cannot record where the appspace is")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl Lifecycle {
    /// Moves an appspace to the trash: its address is free at once, and it can be brought back until
    /// [its date](Self::removed_at).
    ///
    /// # Errors
    /// It is then as it was.
    pub async fn delete(&self, id: AppspaceId) -> Result<(), TrashError> {
        let at = self.parts().clock.now();
        let work = Work::Delete { appspace: id, at };
        let this = self.clone();
        let body = move |run: Run| async move { this.move_out(&run, id, at).await };
        let job = self.jobs().start(work, self.undoing(), body)?;
        job.wait().await
    }

    async fn move_out(&self, run: &Run, id: AppspaceId, at: Timestamp) -> Result<(), TrashError> {
        let appspace = self.appspace(id).await?;
        let hold = run.step(Step::Rest, async {
            Ok::<_, TrashError>(self.rest(id, Reason::Deleting).await?)
        });
        let _hold = run.keep(hold.await?);
        self.count_ages(move |ages| ages.came(id)).await;
        let data = &self.parts().data;
        let (from, to) = (data.appspace(id), data.trash(id));
        run.step(Step::MoveDirectory, async {
            move_dir(from.root().into(), to.root().into()).await?;
            // Whatever was opened meanwhile is in the trash now.
            self.close_all(id).await;
            Ok::<_, TrashError>(())
        })
        .await?;
        run.step(Step::Record, async {
            let recording = self.parts().trash.trash(id, at, run.id());
            Ok::<_, TrashError>(run.commit(recording).await?)
        })
        .await?;
        // Who found the appspace before must not get in any more. One that is brought back has another gate.
        self.parts().gates.of(&appspace).close(Closure::Deleted);
        self.parts().gates.forget(id);
        (self.parts().forget)(&appspace.address);
        Ok(())
    }

    /// Brings an appspace back from the trash, at its old address or another.
    ///
    /// # Errors
    /// It is then still in the trash.
    pub async fn take_out(
        &self,
        id: AppspaceId,
        address: Option<Address>,
    ) -> Result<Appspace, TrashError> {
        let found = self.parts().trash.trashed(id).await?;
        let trashed = found.ok_or(TrashError::NotThere)?;
        let address = address.unwrap_or(trashed.appspace.address);
        if self.parts().appspaces.at(&address).await?.is_some() {
            return Err(TrashError::AddressTaken(address));
        }
        let work = Work::TakeOut {
            appspace: id,
            address: address.clone(),
        };
        let this = self.clone();
        let body = move |run: Run| async move { this.move_in(&run, id, address).await };
        let job = self.jobs().start(work, self.undoing(), body)?;
        job.wait().await
    }

    async fn move_in(
        &self,
        run: &Run,
        id: AppspaceId,
        address: Address,
    ) -> Result<Appspace, TrashError> {
        // Emptying may have been quicker.
        let found = self.parts().trash.trashed(id).await?;
        found.ok_or(TrashError::NotThere)?;
        let data = &self.parts().data;
        let (from, to) = (data.trash(id), data.appspace(id));
        run.step(
            Step::MoveDirectory,
            move_dir(from.root().into(), to.root().into()),
        )
        .await?;
        run.step(Step::Record, async {
            let recording = self.parts().trash.take_out(id, &address, run.id());
            run.commit(recording).await.map_err(|error| match error {
                StoreError::Taken { .. } => TrashError::AddressTaken(address.clone()),
                error => error.into(),
            })
        })
        .await?;
        (self.parts().forget)(&address);
        Ok(self.appspace(id).await?)
    }

    /// Removes for good what has been in the trash for longer than it is kept, by the clock and by what was counted
    /// since: call it about once a day. Says how many appspaces. Those that something else is being done to are left
    /// for the next time.
    ///
    /// # Errors
    /// At the first that cannot be removed.
    pub async fn empty_trash(&self) -> Result<usize, TrashError> {
        let mut removed = 0;
        for trashed in self.overdue().await? {
            match self.remove_for_good(trashed.appspace.id).await {
                Ok(()) => removed += 1,
                Err(TrashError::NotThere | TrashError::Job(JobError::Busy { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }

    /// What has been in the trash for longer than it is kept. One that was deleted when the clock was ahead goes by
    /// what was counted alone.
    async fn overdue(&self) -> Result<Vec<Trashed>, TrashError> {
        let kept = self.parts().trash_kept;
        let ever = Timestamp(i64::MAX);
        let mut all = self.parts().trash.trashed_before(ever).await?;
        let ids: Vec<_> = all.iter().map(|trashed| trashed.appspace.id).collect();
        let old = self.count_ages(move |ages| {
            ages.there(&ids);
            let mut old = ids;
            old.retain(|id| ages.is_older(*id, kept));
            old
        });
        let (old, now) = (old.await.unwrap_or_default(), self.parts().clock.now());
        let is_due = |deleted: Timestamp| deleted < now.minus(kept) || deleted > now;
        all.retain(|one| old.contains(&one.appspace.id) && is_due(one.deleted));
        Ok(all)
    }

    /// Counts what went by since the last look, and writes it down with what is done then. `None` if that cannot be
    /// written: then nothing is known to be old.
    async fn count_ages<T: Send + 'static>(
        &self,
        then: impl FnOnce(&mut Ages) -> T + Send + 'static,
    ) -> Option<T> {
        let (path, now) = (self.parts().data.trash_ages(), self.parts().clock.now());
        let counting = Arc::clone(&self.0.counting);
        let counted = blocking(move || {
            let _alone = counting.lock().unwrap_or_else(PoisonError::into_inner);
            let mut ages = Ages::read(&path);
            ages.look(now);
            let outcome = then(&mut ages);
            ages.write(&path)?;
            Ok(outcome)
        });
        let counted = counted.await.inspect_err(|error| {
            tracing::warn!(%error, "cannot write down how old things in the trash are; they stay longer");
        });
        counted.ok()
    }

    /// Removes one appspace in the trash for good, whatever its date.
    ///
    /// # Errors
    /// If it is not there, or could not be removed.
    pub async fn remove_for_good(&self, id: AppspaceId) -> Result<(), TrashError> {
        let found = self.parts().trash.trashed(id).await?;
        found.ok_or(TrashError::NotThere)?;
        let this = self.clone();
        let body = move |run: Run| async move { this.remove_trashed(&run, id).await };
        let work = Work::EmptyTrash { appspace: id };
        let job = self.jobs().start(work, self.undoing(), body)?;
        job.wait().await
    }

    /// Forgotten first: what can be brought back is whole.
    async fn remove_trashed(&self, run: &Run, id: AppspaceId) -> Result<(), TrashError> {
        // It may have been brought back just now.
        let found = self.parts().trash.trashed(id).await?;
        found.ok_or(TrashError::NotThere)?;
        run.step(Step::Record, async {
            Ok::<_, TrashError>(self.parts().trash.forget_trashed(id).await?)
        })
        .await?;
        let root = self.parts().data.trash(id).root().to_owned();
        run.step(Step::Remove, async {
            remove(root).await.map_err(TrashError::Remove)
        })
        .await
    }

    /// When an appspace in the trash will be removed for good, at the earliest.
    #[must_use]
    pub fn removed_at(&self, trashed: &Trashed) -> Timestamp {
        trashed.deleted.plus(self.parts().trash_kept)
    }

    /// How long deleted appspaces are kept.
    #[must_use]
    pub fn trash_kept(&self) -> Duration {
        self.parts().trash_kept
    }
}

async fn move_dir(from: PathBuf, to: PathBuf) -> Result<(), TrashError> {
    let path = from.clone();
    let moved = blocking(move || publish::move_dir(&from, &to)).await;
    moved.map_err(|source| TrashError::Directory { path, source })
}
