//! Whether the database of an appspace is one of ours. One that came with an archive may be anything.

use std::{collections::BTreeSet, path::Path};

use ds_core::StoreError;
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{connections::MIGRATIONS, integrity::broken};
use crate::{
    QueryCount,
    query::{Failure, Query},
};

/// The members of an appspace are dozens.
const MOST_BYTES: u64 = 64 << 20;
const ACTION: &str = "check the database of an appspace";
/// One more than we have.
const OBJECTS: &str = "SELECT name, substr(coalesce(sql, ''), 1, 4000) AS sql FROM sqlite_schema
                       LIMIT 50";

/// What is wrong with a database.
#[derive(Debug, thiserror::Error)]
enum ForeignError {
    #[error("it is not a file")]
    NotAFile,
    #[error("it is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    #[error("it has `{0}`, which none made by Dropserver has")]
    Object(String),
}

/// A table or index, and the words it was made with.
type Objects = BTreeSet<(String, String)>;

/// Refuses a file whose tables and indexes are not ours, before anything of it runs: a view or a trigger would.
pub(super) async fn check(path: &Path) -> Result<(), StoreError> {
    let looked_at = path.to_owned();
    let looked = tokio::task::spawn_blocking(move || looked_at.symlink_metadata());
    let about = looked.await.map_err(|error| broken(Box::new(error)))?;
    let about = about.map_err(|error| broken(Box::new(error)))?;
    if !about.is_file() {
        return Err(broken(Box::new(ForeignError::NotAFile)));
    }
    if about.len() > MOST_BYTES {
        return Err(broken(Box::new(ForeignError::TooLarge)));
    }
    // No journal of it is looked for: it came closed.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(true);
    let mut db = connect(options).await?;
    let found = objects(&mut db).await;
    // Nothing was written; what fails while closing changes nothing.
    let _ = sqlx::Connection::close(db).await;
    let (found, ours) = (found?, ours().await?);
    match found.difference(&ours).next() {
        None => Ok(()),
        Some((name, _)) => {
            let name = name.chars().take(60).collect();
            Err(broken(Box::new(ForeignError::Object(name))))
        }
    }
}

/// What our databases have, and those of every version before.
async fn ours() -> Result<Objects, StoreError> {
    let mut db = connect(SqliteConnectOptions::new().in_memory(true)).await?;
    let mut all = Objects::new();
    for step in MIGRATIONS.iter() {
        let migrated = MIGRATIONS.run_direct(Some(step.version), &mut db, false);
        migrated.await.map_err(|error| broken(Box::new(error)))?;
        all.extend(objects(&mut db).await?);
    }
    Ok(all)
}

async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let connected = options
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .statement_cache_capacity(0)
        .connect()
        .await;
    connected.map_err(|error| StoreError::from(Failure::new(ACTION, error)))
}

async fn objects(db: &mut SqliteConnection) -> Result<Objects, StoreError> {
    let query: Query<'_> = sqlx::query(OBJECTS);
    let rows = QueryCount::new().all(db, ACTION, query).await;
    let rows = rows.map_err(|failure| broken(Box::new(StoreError::from(failure))))?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let text = |column| row.try_get(column).map_err(|error| broken(Box::new(error)));
        Ok((text("name")?, text("sql")?))
    };
    rows.iter().map(read).collect()
}
