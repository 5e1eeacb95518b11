//! Archives that go to whoever asked for them and not into a file of the host's: down the API, to standard output.
//!
//! An archive is written whole before the first byte goes out, so that a reader who is slow holds nothing up and one
//! who gets the end has all of it. It is handed over once, within an hour.

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ds_core::{AccountId, JobId};
use tokio::fs::File;

use super::{ErrorKind, JobReport, JobStage, OpError, Ops, archives::exported};
use crate::scratch::Scratch;

/// How long an archive waits to be fetched.
const KEPT: Duration = Duration::from_hours(1);
/// How many of an account may be there at once: each takes as much room as its appspace.
const MOST: usize = 8;

/// The archives that are being written or wait to be fetched.
#[derive(Default)]
pub(super) struct Counter(Mutex<HashMap<JobId, Waiting>>);

struct Waiting {
    owner: AccountId,
    name: String,
    file: PathBuf,
    scratch: Scratch,
}

/// An archive, ready to be read. Nothing is left of it afterwards.
#[derive(Debug)]
pub struct Archive {
    /// What it is to be called: `notes.localhost.tar.zst`.
    pub name: String,
    /// The archive.
    pub file: File,
    /// How long it is.
    pub length: u64,
}

impl Ops {
    /// Begins to write an appspace into an archive for [`Self::take_archive`].
    pub async fn begin_archive(
        &self,
        owner: AccountId,
        address: &str,
        with_package: bool,
    ) -> Result<JobReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        if self.counter.of(owner) >= MOST {
            let message = format!("{MOST} archives of yours wait to be fetched");
            return Err(OpError::new(ErrorKind::Busy, message)
                .with_hint("fetch them first; what nobody fetches is removed after an hour"));
        }
        let scratch = Scratch::make(&self.parts.data).await.map_err(no_file)?;
        let name = format!("{}.tar.zst", appspace.address);
        let file = scratch.path().join("archive");
        let archives = Arc::clone(&self.parts.archives);
        let begun = archives
            .export(appspace.id, file.clone(), with_package)
            .await;
        let handle = begun.map_err(|error| archives.explain_export(&error))?;
        let id = handle.id();
        let waiting = Waiting {
            owner,
            name: name.clone(),
            file,
            scratch,
        };
        self.counter.lock().insert(id, waiting);
        let title = format!("Export of {}", appspace.address);
        let report = self.began(owner, title, handle, move |outcome| match outcome {
            Ok(done) => Ok(exported(&done, &name)),
            Err(error) => Err(archives.explain_export(&error)),
        });
        tokio::spawn(self.clone().clear_away(owner, id));
        Ok(report)
    }

    /// Hands an archive over, once it is written. This can be done once.
    ///
    /// # Errors
    /// If there is none, or it is still being written.
    pub async fn take_archive(&self, owner: AccountId, job: JobId) -> Result<Archive, OpError> {
        let stage = self.follow(owner, job).await?.now().stage;
        if !stage.is_over() {
            return Err(
                OpError::new(ErrorKind::Conflict, "the archive is still being written")
                    .with_hint("follow the job to its end first"),
            );
        }
        let waiting = {
            let mut there = self.counter.lock();
            let is_own = there.get(&job).is_some_and(|one| one.owner == owner);
            is_own.then(|| there.remove(&job)).flatten()
        };
        let waiting = waiting.filter(|_| stage == JobStage::Done).ok_or_else(|| {
            let message = format!("there is no archive of job {job} to fetch");
            OpError::new(ErrorKind::NotFound, message)
                .with_hint("an archive can be fetched once, within an hour; export it again")
        })?;
        let file = File::open(&waiting.file).await.map_err(no_file)?;
        let length = file.metadata().await.map_err(no_file)?.len();
        // It stays as long as it is open.
        drop(waiting.scratch);
        Ok(Archive {
            name: waiting.name,
            file,
            length,
        })
    }

    /// Gives an archive up that nobody wants any more.
    pub(crate) async fn give_archive_up(&self, owner: AccountId, job: JobId) {
        // It may be over, or just being finished; either way it is removed.
        let _ = self.cancel(owner, job).await;
        self.counter.lock().remove(&job);
    }

    /// Removes an archive that did not come to be, or that nobody fetches.
    async fn clear_away(self, owner: AccountId, job: JobId) {
        if let Ok(mut follow) = self.follow(owner, job).await {
            while follow.next().await.is_some() {}
            if follow.now().stage == JobStage::Done {
                tokio::time::sleep(KEPT).await;
            }
        }
        self.counter.lock().remove(&job);
    }
}

impl Counter {
    /// How many an account has there.
    fn of(&self, owner: AccountId) -> usize {
        let there = self.lock();
        there.values().filter(|one| one.owner == owner).count()
    }

    /// The archives of an account, with what they are called.
    pub(super) fn list(&self, owner: AccountId) -> Vec<(JobId, String)> {
        let there = self.lock();
        let own = there.iter().filter(|(_, one)| one.owner == owner);
        own.map(|(job, one)| (*job, one.name.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_file(error: io::Error) -> OpError {
    OpError::new(
        ErrorKind::Internal,
        "cannot keep the archive until it is fetched",
    )
    .with_source(error)
}
