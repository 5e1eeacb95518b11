//! The job that hands an appspace over.
//!
//! ```text
//! rest ─▶ clone ─▶ wait until the other host has it ─▶ move the directory to the trash ─▶ record: moved, job done
//!   └── given up, or nothing heard: it is open again ──┘              └─ on failure: back ─┘
//! ```
//!
//! It is at rest until the job is over. If the host ends in the middle, the next start undoes the job, and with the
//! job the move has ended: there is nothing else to remember.

use std::sync::Arc;

use ds_backup::{About, CopyReason, ExportTree, FORMAT, clone_data};
use ds_core::{
    Appspace, AppspaceId, Closure, MoveId, Reason, StoreError, Work,
    moves::{MoveOut, Taker},
    publish,
};
use tokio::sync::mpsc;

use super::{
    GiveError, MoveOutError, Moves,
    live::{Asked, Live, Ready},
    lock,
};
use crate::{Run, Step, files::blocking};

impl Moves {
    /// Starts the job, and returns when it is recorded who takes the appspace.
    pub(super) async fn start_hand_over(
        &self,
        of: &MoveOut,
        taker: Taker,
    ) -> Result<(), GiveError> {
        let lifecycle = &self.0.lifecycle;
        let work = Work::MoveOut {
            appspace: of.appspace,
        };
        let (this, of, (tell, told)) = (self.clone(), of.clone(), tokio::sync::oneshot::channel());
        let id = of.id;
        let body = move |run: Run| async move {
            let (live, asked) = Live::new(run.id(), of.appspace, taker);
            let begun = this.record_begun(&of, &live).await;
            let live = match begun {
                Ok(entered) => {
                    let _ = tell.send(Ok(()));
                    entered
                }
                Err(error) => {
                    let told = StoreError::Missing {
                        what: format!("move {id} that could begin"),
                    };
                    let _ = tell.send(Err(error));
                    return Err(MoveOutError::Store(told));
                }
            };
            this.hand_over(&run, &of, &live, asked).await
        };
        // The job goes on by itself.
        let handle = lifecycle.jobs().start(work, lifecycle.undoing(), body)?;
        match told.await {
            Ok(begun) => begun,
            // It ended before its turn came.
            Err(_) => match handle.wait().await {
                Err(MoveOutError::Job(error)) => Err(error.into()),
                _ => Err(GiveError::Over),
            },
        }
    }

    async fn record_begun(&self, of: &MoveOut, live: &Arc<Live>) -> Result<Entered, GiveError> {
        // It may be in the trash, or back from there elsewhere: what was consented to is that this address redirects,
        // which may be somebody else's by now.
        let appspaces = &self.0.lifecycle.parts().appspaces;
        let found = appspaces.appspace(of.appspace).await?;
        if found.is_none_or(|appspace| appspace.address != of.address) {
            return Err(GiveError::Over);
        }
        let begun = self
            .0
            .store
            .begin_out(of.id, &live.taker, live.job, self.now());
        match begun.await {
            Err(StoreError::Missing { .. }) => Err(GiveError::Over),
            Err(error) => Err(error.into()),
            Ok(()) => {
                lock(&self.0.live).insert(of.id, Arc::clone(live));
                Ok(Entered {
                    moves: self.clone(),
                    id: of.id,
                    live: Arc::clone(live),
                })
            }
        }
    }

    async fn hand_over(
        &self,
        run: &Run,
        of: &MoveOut,
        entered: &Entered,
        mut asked: mpsc::Receiver<Asked>,
    ) -> Result<(), MoveOutError> {
        let (lifecycle, live) = (&self.0.lifecycle, &entered.live);
        lifecycle.room().await?;
        self.make_ready(run, of.appspace, live).await?;
        let waiting = live.wait(&mut asked, &self.0.patience);
        let asked = run.step(Step::HandOver, waiting).await?;
        let decided = self.decide_moved(run, of, live).await;
        // However it went, the records say it now.
        let _ = asked.send(());
        decided
    }

    /// Brings the appspace to rest and clones its data, which can then be fetched.
    async fn make_ready(&self, run: &Run, id: AppspaceId, live: &Live) -> Result<(), MoveOutError> {
        let (lifecycle, staged) = (&self.0.lifecycle, run.staged());
        let parts = lifecycle.parts();
        let rest = run.step(Step::Rest, async {
            Ok::<_, MoveOutError>(lifecycle.at_rest(id, Reason::Moving).await?)
        });
        let (hold, consistency) = rest.await?;
        let hold = run.keep(hold);
        // Now nobody can bring it to another version.
        let appspace = lifecycle.appspace(id).await?;
        let cloned = run.step(Step::Clone, async {
            let live = parts.data.appspace(id).data();
            Ok::<_, MoveOutError>(clone_data(&hold, live, staged.data(), run.progress()).await?)
        });
        let bytes = cloned.await?.bytes;
        let inside = (parts.inside_of)(staged.clone());
        let found = async {
            let members = inside.members.members(id).await?;
            Ok::<_, StoreError>((members.len(), inside.schemas.schema(id).await?))
        };
        let found = found.await;
        // An archive is of closed files.
        inside.closes.close(id).await;
        let (members, schema) = found?;
        let version = parts.data.app_version(appspace.app, appspace.version_id);
        let about = About {
            format: FORMAT,
            appspace: id,
            address: appspace.address.clone(),
            app: lifecycle.version_of(&appspace).await?.manifest,
            schema,
            made: self.now(),
            reason: CopyReason::Move,
            consistency,
            members: u32::try_from(members).unwrap_or(u32::MAX),
        };
        let ready = Ready {
            tree: ExportTree {
                about,
                data: staged.data(),
                package: Some(version.package()),
            },
            bytes,
            progress: run.progress(),
        };
        let _ = live.ready.set(Arc::new(ready));
        Ok(())
    }

    /// The appspace is on the other host for good.
    async fn decide_moved(&self, run: &Run, of: &MoveOut, live: &Live) -> Result<(), MoveOutError> {
        let lifecycle = &self.0.lifecycle;
        let (parts, id) = (lifecycle.parts(), of.appspace);
        let appspace = lifecycle.appspace(id).await?;
        let (from, to) = (parts.data.appspace(id), parts.data.trash(id));
        run.step(Step::MoveDirectory, async {
            let path = from.root().to_owned();
            let moved = blocking(move || publish::move_dir(from.root(), to.root())).await;
            moved.map_err(|source| MoveOutError::Directory { path, source })?;
            // Whatever was opened meanwhile is in the trash now.
            lifecycle.close_all(id).await;
            Ok::<_, MoveOutError>(())
        })
        .await?;
        run.step(Step::Record, async {
            let recording = self.0.store.commit_out(of.id, self.now(), run.id());
            Ok::<_, MoveOutError>(run.commit(recording).await?)
        })
        .await?;
        self.point_elsewhere(&appspace, live);
        Ok(())
    }

    fn point_elsewhere(&self, appspace: &Appspace, live: &Live) {
        let parts = self.0.lifecycle.parts();
        self.set_redirect(&appspace.address, Some(live.taker.origin.clone()));
        // Who found the appspace before must not get in any more.
        parts.gates.of(appspace).close(Closure::Deleted);
        parts.gates.forget(appspace.id);
        (parts.forget)(&appspace.address);
    }
}

/// A move's place among those that are being handed over; left when its job is over.
struct Entered {
    moves: Moves,
    id: MoveId,
    live: Arc<Live>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        lock(&self.moves.0.live).remove(&self.id);
    }
}
