//! One connection per appspace, opened when needed, a few at a time.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ds_core::{AppspaceDir, AppspaceId};
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, migrate::Migrator,
    sqlite::SqliteJournalMode,
};
use tokio::sync::{Mutex as AsyncMutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::{
    QueryCount,
    open::{self, OpenError},
};

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/appspace");

/// How many stay open; each has a thread.
const OPEN: usize = 64;
const STATEMENTS: usize = 16;

pub(super) type Place = Box<dyn Fn(AppspaceId) -> AppspaceDir + Send + Sync>;
/// An open database, for one user at a time.
pub(super) type Db = OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>;

/// The lock is held while the connection is used, opened and closed, so that whoever gets it finds
/// the one or the other done.
type Slot = Arc<AsyncMutex<Option<SqliteConnection>>>;

pub(super) struct Connections {
    place: Place,
    slots: Arc<Mutex<Slots>>,
}

#[derive(Default)]
struct Slots {
    by_id: HashMap<AppspaceId, (Slot, u64)>,
    uses: u64,
}

impl Connections {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            slots: Arc::default(),
        }
    }

    /// Where the database of an appspace is.
    pub(super) fn path(&self, id: AppspaceId) -> PathBuf {
        (self.place)(id).meta_database()
    }

    /// The database of an appspace, opened if it is not, and made if there is none and `make` says so.
    pub(super) async fn get(
        &self,
        id: AppspaceId,
        make: bool,
        count: &QueryCount,
    ) -> Result<Db, OpenError> {
        let (slot, full) = lock(&self.slots).enter(id);
        if let Some((id, slot)) = full {
            self.make_room(id, slot);
        }
        let mut guard = slot.lock_owned().await;
        let connection = if let Some(open) = guard.take() {
            open
        } else {
            count.add();
            open_file(&self.path(id), make).await?
        };
        Ok(OwnedMutexGuard::map(guard, |slot| slot.insert(connection)))
    }

    /// Waits for whoever uses it, and closes it.
    pub(super) async fn close(&self, id: AppspaceId) {
        let Some(slot) = lock(&self.slots).slot(id) else {
            return;
        };
        let slots = Arc::clone(&self.slots);
        // Not to be left half done by a caller who leaves.
        let closed = tokio::spawn(async move {
            let guard = Arc::clone(&slot).lock_owned().await;
            close_slot(guard).await;
            lock(&slots).forget(id, slot);
        });
        if let Err(error) = closed.await {
            tracing::error!(appspace = %id, %error, "closing a database was interrupted");
        }
    }

    /// Closes one that nobody uses, in the background: its lock is taken at once, so that
    /// [`close`](Self::close) waits for it.
    fn make_room(&self, id: AppspaceId, slot: Slot) {
        let Ok(guard) = Arc::clone(&slot).try_lock_owned() else {
            return;
        };
        let slots = Arc::clone(&self.slots);
        tokio::spawn(async move {
            close_slot(guard).await;
            lock(&slots).forget(id, slot);
        });
    }
}

impl Slots {
    /// The slot of an appspace; and if there are too many, the idle one that was used longest ago.
    fn enter(&mut self, id: AppspaceId) -> (Slot, Option<(AppspaceId, Slot)>) {
        self.uses += 1;
        let entry = self.by_id.entry(id).or_default();
        entry.1 = self.uses;
        let slot = Arc::clone(&entry.0);
        let full = (self.by_id.len() > OPEN).then(|| self.idlest()).flatten();
        (slot, full)
    }

    fn slot(&self, id: AppspaceId) -> Option<Slot> {
        self.by_id.get(&id).map(|(slot, _)| Arc::clone(slot))
    }

    /// Only slots that are not handed out: handing out takes the lock that we have.
    fn idlest(&self) -> Option<(AppspaceId, Slot)> {
        self.by_id
            .iter()
            .filter(|(_, (slot, _))| Arc::strong_count(slot) == 1)
            .min_by_key(|(_, (_, used))| *used)
            .map(|(id, (slot, _))| (*id, Arc::clone(slot)))
    }

    /// Drops a slot that was closed, unless somebody waits for it to use it again.
    fn forget(&mut self, id: AppspaceId, slot: Slot) {
        drop(slot);
        if self
            .by_id
            .get(&id)
            .is_some_and(|(slot, _)| Arc::strong_count(slot) == 1 && is_closed(slot))
        {
            self.by_id.remove(&id);
        }
    }
}

fn is_closed(slot: &Slot) -> bool {
    slot.try_lock().is_ok_and(|guard| guard.is_none())
}

fn lock(slots: &Mutex<Slots>) -> std::sync::MutexGuard<'_, Slots> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn close_slot(mut guard: OwnedMutexGuard<Option<SqliteConnection>>) {
    if let Some(connection) = guard.take()
        && let Err(error) = connection.close().await
    {
        tracing::warn!(%error, "a database did not close cleanly");
    }
}

/// Opens the file. The old rollback journal, not the write-ahead log: between transactions the file is all there
/// is, so that it can be copied. What the file says of itself is not trusted: it may come from anywhere.
async fn open_file(path: &Path, make: bool) -> Result<SqliteConnection, OpenError> {
    open::private_file(path, make).await?;
    let mut connection = open::options(path)
        .journal_mode(SqliteJournalMode::Delete)
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .statement_cache_capacity(STATEMENTS)
        .connect()
        .await
        .map_err(|error| OpenError::open(path, error))?;
    // Not `run`, whose generics keep callers from being `Send`.
    let migrated = MIGRATIONS.run_direct(None, &mut connection, false).await;
    migrated.map_err(|error| OpenError::migrate(path, error))?;
    Ok(connection)
}
