//! The host's own database.
//!
//! One connection writes and a few read: in SQLite's write-ahead mode readers do not wait for the writer, and
//! with a single writer none is refused because another is at it.

mod accounts;
mod api_tokens;
mod apps;
mod appspaces;
mod bars;
mod egress;
mod followed;
mod jobs;
mod joining;
mod letters;
mod limits;
mod member_tokens;
mod moves;
mod people;
mod routes;
mod seal;
mod sessions;
mod snapshots;
mod trash;
mod upgrades;
mod usage;

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    migrate::Migrator,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use crate::{
    open::{self, OpenError},
    query::{Failure, QueryCount},
};

use seal::Seal;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/host");

const READERS: u32 = 4;
/// How long a statement waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 64;
/// Beside the database; `DataDir::secrets_key` says the same.
const KEY_FILE: &str = "secrets.key";

/// `host.db`: accounts, apps, versions, routes, appspaces and what they use, sessions, jobs. Clones share it.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
    count: QueryCount,
    seal: Seal,
}

impl Store {
    /// Opens the database, creating it if there is none.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        open::private_file(path, true).await?;
        let options = open::options(path)
            .with_regexp()
            .journal_mode(SqliteJournalMode::Wal)
            .statement_cache_capacity(STATEMENTS);
        let writer = pool(path, 1, options.clone()).await?;
        let migrated = MIGRATIONS.run(&writer).await;
        migrated.map_err(|error| OpenError::migrate(path, error))?;
        let readers = pool(path, READERS, options.pragma("query_only", "on")).await?;
        Ok(Self {
            readers,
            writer,
            count: QueryCount::new(),
            seal: Seal::with_key_in(path.with_file_name(KEY_FILE)),
        })
    }

    /// How many statements were sent, here and to the appspace databases that share the count.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.count.get()
    }

    /// The count, to share with [`AppspaceDbs`](crate::AppspaceDbs).
    #[must_use]
    pub fn counter(&self) -> QueryCount {
        self.count.clone()
    }

    /// Finishes what runs and closes the file, leaving nothing beside it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn reader(&self, action: &'static str) -> Result<PoolConnection<Sqlite>, Failure> {
        let got = self.readers.acquire().await;
        got.map_err(|error| Failure::new(action, error))
    }

    async fn writer(&self, action: &'static str) -> Result<PoolConnection<Sqlite>, Failure> {
        let got = self.writer.acquire().await;
        got.map_err(|error| Failure::new(action, error))
    }
}

async fn pool(
    path: &Path,
    connections: u32,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, OpenError> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        // A file does not go away as a server does.
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(|error| OpenError::open(path, error))
}
