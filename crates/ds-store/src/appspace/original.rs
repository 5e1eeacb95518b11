//! Meta databases of the original Dropserver, out of its backups.
//!
//! They are read, never changed, and trusted in nothing: what SQLite would compute for whoever reads a
//! database (views, generated columns, expressions in indexes) is refused before anything is read.

mod member;
mod tables;

use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use ds_core::{OriginalMeta, OriginalReader, Schema, StoreError};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use self::tables::Version;
use crate::{QueryCount, query::Failure};

/// The members of an appspace are dozens.
const MOST_BYTES: u64 = 64 << 20;
/// SQLite's own steps, in thousands: some seconds.
const MOST_STEPS: u64 = 200_000;
const ACTION: &str = "read the members of a backup";

/// Reads meta databases of the original.
#[derive(Clone, Copy, Debug, Default)]
pub struct Originals;

/// What is wrong with a meta database of the original.
#[derive(Debug, thiserror::Error)]
enum OriginalError {
    #[error("it is not a file")]
    NotAFile,
    #[error("it is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it has `{0}`, which none made by Dropserver has")]
    Foreign(String),
    #[error("it has no table `{0}`")]
    NoTable(&'static str),
    #[error("it has version {0}, and only 0 and 1 are known here")]
    UnknownVersion(i64),
    #[error("it has no version; it was not made by Dropserver")]
    NoVersion,
    #[error("the schema `{0}` is not a number")]
    Schema(String),
    #[error("it has more than {0} members or ways to log in")]
    TooMany(usize),
}

impl From<OriginalError> for StoreError {
    fn from(error: OriginalError) -> Self {
        broken(error)
    }
}

fn broken(source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Broken {
        what: "members of a backup of the original Dropserver",
        source: Box::new(source),
    }
}

#[async_trait]
impl OriginalReader for Originals {
    async fn read_original(&self, database: &Path) -> Result<OriginalMeta, StoreError> {
        check_file(database.to_owned()).await?;
        let mut db = open(database).await?;
        let read = read(&mut db).await;
        // Nothing was written; what fails while closing changes nothing.
        let _ = sqlx::Connection::close(db).await;
        read
    }
}

async fn check_file(path: PathBuf) -> Result<(), StoreError> {
    let looked = tokio::task::spawn_blocking(move || path.symlink_metadata()).await;
    let about = looked.map_err(io::Error::other).flatten();
    let about = about.map_err(|source| StoreError::Failed {
        action: ACTION,
        source: Box::new(source),
    })?;
    if !about.is_file() {
        return Err(OriginalError::NotAFile.into());
    }
    if about.len() > MOST_BYTES {
        return Err(OriginalError::TooLarge.into());
    }
    Ok(())
}

async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let failed = |error| StoreError::from(Failure::new(ACTION, error));
    let mut db = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // No journal of it is looked for, and no lock taken.
        .immutable(true)
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .statement_cache_capacity(0)
        .connect()
        .await
        .map_err(failed)?;
    let steps = AtomicU64::new(0);
    db.lock_handle()
        .await
        .map_err(failed)?
        .set_progress_handler(1000, move || {
            steps.fetch_add(1, Ordering::Relaxed) < MOST_STEPS
        });
    Ok(db)
}

async fn read(db: &mut SqliteConnection) -> Result<OriginalMeta, StoreError> {
    tables::check(db).await?;
    check_integrity(db).await?;
    let version = tables::version(db).await?;
    Ok(OriginalMeta {
        version: match version {
            Version::V0 => 0,
            Version::V1 => 1,
        },
        schema: schema(db).await?,
        members: member::members(db, version).await?,
    })
}

async fn check_integrity(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let check = sqlx::query("PRAGMA integrity_check(1)");
    let row = QueryCount::new().one(db, ACTION, check).await?;
    let said: String = match row {
        Some(row) => row.try_get(0).map_err(broken)?,
        None => String::new(),
    };
    if said == "ok" {
        return Ok(());
    }
    Err(OriginalError::Damaged(said.chars().take(200).collect()).into())
}

async fn schema(db: &mut SqliteConnection) -> Result<Schema, StoreError> {
    let query = sqlx::query(
        "SELECT CAST(substr(value, 1, 20) AS TEXT) FROM info WHERE name = 'schema' LIMIT 1",
    );
    let Some(row) = QueryCount::new().one(db, ACTION, query).await? else {
        return Ok(Schema::NONE);
    };
    let text: Option<String> = row.try_get(0).map_err(broken)?;
    let text = text.unwrap_or_default();
    let number = text.parse().map_err(|_| OriginalError::Schema(text))?;
    Ok(Schema(number))
}
