//! The host that takes an appspace over: the job that fetches it and puts it in place, where nobody serves it yet.
//!
//! ```text
//! ask ─▶ fetch ─▶ unpack, owner, migrate, flush ─▶ move into place ─▶ record: Undecided, job done ─▶ decide
//!   └────── on failure: remove it, and tell the other host ───────────┘
//! ```

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use ds_core::{
    Appspace, AppspaceId, MoveId, StoreError, Work, fault,
    moves::{Arrival, MoveIn, Standing, Taker},
    publish,
    secret::Token,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{AskError, MoveInError, Moves, OldHost, decide::Outcome};
use crate::{Imported, JobHandle, NewImport, Run, Step, files::blocking};

/// How long the other host may take to answer that the move ends.
const FAREWELL: Duration = Duration::from_secs(15);
/// How long it may send nothing of the archive.
const STALLED: Duration = Duration::from_mins(2);
/// How often it is asked whether the archive is ready.
const LOOK: Duration = Duration::from_millis(500);
/// How often it may not answer in a row before it is fetched.
const SILENT: u32 = 10;
/// How much is read at a time.
const CHUNK: usize = 128 << 10;
/// How much is written between two looks at the free space.
const LOOK_AT_SPACE: u64 = 64 << 20;
/// How often it is asked to decide by the job itself.
const TRIES: u32 = 3;

/// What is to be taken over.
#[derive(Clone)]
pub struct NewMove {
    /// The account site of the host that has it.
    pub site: String,
    /// What that host calls the move.
    pub id: MoveId,
    /// The secret that its owner brought.
    pub secret: Token,
    /// Where it will answer: `https://notes.example.com`.
    pub origin: String,
    /// What becomes of it here. What it is made `from` is the archive that is fetched.
    pub new: NewImport,
}

/// What became of a move that was all fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The appspace, if it is here; `None` if the other host has not said so yet.
    pub appspace: Option<Appspace>,
    /// Where it answers, or will.
    pub made: Imported,
}

/// One move under way.
struct Taking<'a> {
    run: &'a Run,
    old: Arc<dyn OldHost>,
    taker: Taker,
    what: NewMove,
}

impl Moves {
    /// Takes an appspace over from another host.
    ///
    /// # Errors
    /// If the address is taken, or the other host is no place that is asked. What goes wrong later, the handle tells.
    pub async fn take(
        &self,
        what: NewMove,
    ) -> Result<JobHandle<Arrived, MoveInError>, MoveInError> {
        let lifecycle = &self.0.lifecycle;
        let there = lifecycle.parts().appspaces.at(&what.new.address).await?;
        if there.is_some() || self.redirect(&what.new.address).is_some() {
            return Err(MoveInError::AddressTaken(what.new.address));
        }
        let old = self.0.old_hosts.at(&what.site, what.id, &what.secret)?;
        let id = AppspaceId::new();
        let this = self.clone();
        let body = move |run: Run| async move {
            let taker = Taker {
                appspace: id,
                origin: what.origin.clone(),
            };
            let taking = Taking {
                run: &run,
                old,
                taker,
                what,
            };
            this.take_over(&taking).await
        };
        let work = Work::Move { appspace: id };
        Ok(lifecycle.jobs().start(work, lifecycle.undoing(), body)?)
    }

    async fn take_over(&self, taking: &Taking<'_>) -> Result<Arrived, MoveInError> {
        let built = self.build_and_record(taking).await;
        let (made, incoming) = match built {
            Ok(built) => built,
            Err(error) => {
                // So that it is open again at once. If this is not heard, silence says it.
                let _ = timeout(FAREWELL, taking.old.abort(&taking.taker)).await;
                return Err(error);
            }
        };
        let secret = &taking.what.secret;
        let outcome = taking.run.step(Step::Decide, async {
            let mut tried = 0;
            loop {
                tried += 1;
                match self.decide(&incoming, secret).await? {
                    Outcome::Undecided if tried < TRIES => sleep(self.0.patience.again.0).await,
                    outcome => return Ok::<_, MoveInError>(outcome),
                }
            }
        });
        // If this cannot be settled now it is still undecided, and nobody else would ask.
        let outcome = outcome.await;
        let outcome = outcome.inspect_err(|_| self.0.undecided.notify_one())?;
        let appspace = match outcome {
            Outcome::Published(appspace) => Some(appspace),
            Outcome::Refused => return Err(MoveInError::Kept),
            Outcome::Undecided => {
                self.0.undecided.notify_one();
                None
            }
        };
        Ok(Arrived { appspace, made })
    }

    /// Puts the appspace in place and records it as undecided. From then on it is not the job's.
    async fn build_and_record(
        &self,
        taking: &Taking<'_>,
    ) -> Result<(Imported, MoveIn), MoveInError> {
        let (run, what) = (taking.run, &taking.what);
        let (size, paused) = run.step(Step::Ask, self.ask(taking)).await?;
        let beat = Beat::every(self.0.patience.beat, Arc::clone(&taking.old));
        let file = run.staging().join("archive.tar.zst");
        run.step(Step::Transfer, self.transfer(taking, size, file.clone()))
            .await?;
        let new = NewImport {
            from: file,
            ..what.new.clone()
        };
        let id = taking.taker.appspace;
        let made = self.0.lifecycle.build_in_place(run, id, new).await?;
        drop(beat);
        let incoming = MoveIn {
            appspace: id,
            owner: what.new.owner,
            address: what.new.address.clone(),
            version: Some(made.appspace.version_id),
            site: what.site.clone(),
            id: what.id,
            created: self.now(),
            asked: None,
            problem: None,
            paused,
            arrival: Arrival::Undecided,
        };
        let recording = self.0.store.prepare_in(&incoming, &what.secret, run.id());
        run.step(Step::Record, async {
            run.commit(recording).await.map_err(|error| match error {
                StoreError::Taken { .. } => MoveInError::AddressTaken(incoming.address.clone()),
                error => error.into(),
            })
        })
        .await?;
        Ok((made, incoming))
    }

    /// Lets the other host begin, and waits until it is ready; how many bytes there are, and whether it was paused.
    async fn ask(&self, taking: &Taking<'_>) -> Result<(u64, bool), MoveInError> {
        let old = &taking.old;
        let offered = old.describe().await?;
        kept_or_moved(offered.standing)?;
        fault::point("move here: before the other host begins");
        let mut report = old.begin(&taking.taker).await?;
        fault::point("move here: the other host has begun");
        let (mut silent, since) = (0, Instant::now());
        loop {
            kept_or_moved(report.standing)?;
            if let Some(bytes) = report.ready {
                return Ok((bytes, offered.paused));
            }
            if since.elapsed() > self.0.patience.rest {
                return Err(AskError::Unclear("it took too long to make it ready".into()).into());
            }
            sleep(LOOK).await;
            match old.state().await {
                Ok(next) => (report, silent) = (next, 0),
                Err(AskError::Unclear(_)) if silent < SILENT => silent += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Fetches the archive. What is wrong with it shows when it is unpacked.
    async fn transfer(
        &self,
        taking: &Taking<'_>,
        size: u64,
        to: PathBuf,
    ) -> Result<(), MoveInError> {
        let (progress, bounds) = (taking.run.progress(), taking.what.new.bounds);
        progress.expect(size, 1);
        self.check_room(size, bounds.keep_free).await?;
        let dir = taking.run.staging();
        let made = blocking(move || publish::create_private_dir(&dir)).await;
        made.map_err(MoveInError::Fetch)?;
        let mut from = taking.old.archive(&taking.taker).await?;
        let mut file = tokio::fs::File::create(&to)
            .await
            .map_err(MoveInError::Fetch)?;
        let (mut buffer, mut total, mut looked) = (vec![0; CHUNK], 0_u64, 0_u64);
        let since = Instant::now();
        loop {
            // The other host does not wait for longer, either.
            if since.elapsed() > self.0.patience.rest {
                return Err(MoveInError::Fetch(io::ErrorKind::TimedOut.into()));
            }
            let got = timeout(STALLED, from.read(&mut buffer)).await;
            let got = got.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            let got = got.map_err(MoveInError::Fetch)?;
            if got == 0 {
                break;
            }
            file.write_all(&buffer[..got])
                .await
                .map_err(MoveInError::Fetch)?;
            total += got as u64;
            progress.advance(got as u64, 0);
            if total - looked >= LOOK_AT_SPACE {
                looked = total;
                self.check_room(0, bounds.keep_free).await?;
            }
        }
        file.flush().await.map_err(MoveInError::Fetch)
    }

    async fn check_room(&self, bytes: u64, keep_free: u64) -> Result<(), MoveInError> {
        let root = self.0.lifecycle.parts().data.root().to_owned();
        let free = blocking(move || publish::free_space(&root)).await;
        let free = free.map_err(MoveInError::Fetch)?;
        if free.saturating_sub(keep_free) < bytes || free < keep_free {
            return Err(MoveInError::NoRoom { bytes, free });
        }
        Ok(())
    }
}

fn kept_or_moved(standing: Standing) -> Result<(), MoveInError> {
    match standing {
        Standing::Offered | Standing::Begun => Ok(()),
        Standing::Moved => Err(MoveInError::Moved),
        Standing::Ended => Err(MoveInError::Kept),
    }
}

/// Tells the other host now and then that we are still at it, until it is dropped.
struct Beat(JoinHandle<()>);

impl Beat {
    fn every(gap: Duration, old: Arc<dyn OldHost>) -> Self {
        Self(tokio::spawn(async move {
            loop {
                sleep(gap).await;
                // What it says is asked for again when it matters.
                let _ = old.state().await;
            }
        }))
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.abort();
    }
}
