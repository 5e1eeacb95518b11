//! The tables of the original's meta database, and that there is nothing else.

use ds_core::StoreError;
use sqlx::{Row as _, SqliteConnection};

use super::{ACTION, OriginalError, broken};
use crate::QueryCount;

/// The original's two versions of these tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Members and the one way they log in, in one table.
    V0,
    /// Ways to log in have their own table.
    V1,
}

const TABLES: [&str; 3] = ["info", "users", "user_auth_ids"];
/// What makes SQLite compute something when a table is read or checked.
const COMPUTES: [&str; 4] = ["as", "check", "generated", "virtual"];
/// Tables, indexes, and those that SQLite makes by itself.
const MOST_OBJECTS: usize = 20;

/// Refuses databases with anything but those tables and plain indexes on them.
pub(super) async fn check(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let query = sqlx::query(
        "SELECT type, name, tbl_name, substr(coalesce(sql, ''), 1, 4000) AS sql
         FROM sqlite_schema LIMIT 21",
    );
    let rows = QueryCount::new().all(db, ACTION, query).await?;
    let mut has_info = false;
    for row in &rows {
        let text = |column: &str| row.try_get::<String, _>(column).map_err(broken);
        let (kind, name, sql) = (text("type")?, text("name")?, text("sql")?);
        let known = TABLES.contains(&&*text("tbl_name")?);
        let plain = match &*kind {
            "table" => TABLES.contains(&&*name) && is_plain_table(&sql),
            "index" => is_plain_index(&sql),
            _ => false,
        };
        if !known || !plain {
            let name = name.chars().take(60).collect();
            return Err(OriginalError::Foreign(name).into());
        }
        has_info |= name == "info";
    }
    if rows.len() > MOST_OBJECTS {
        return Err(OriginalError::TooMany(MOST_OBJECTS).into());
    }
    if has_info {
        Ok(())
    } else {
        Err(OriginalError::NoTable("info").into())
    }
}

fn is_plain_table(sql: &str) -> bool {
    sql.len() < 4000 && !words(sql).any(|word| COMPUTES.contains(&&*word))
}

/// Those that SQLite makes for primary keys have no text.
fn is_plain_index(sql: &str) -> bool {
    let computes = sql.matches('(').count() > 1 || words(sql).any(|word| word == "where");
    sql.len() < 4000 && !computes
}

fn words(sql: &str) -> impl Iterator<Item = String> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_')
        .map(str::to_lowercase)
}

/// Which version it has, told as the original tells it.
pub(super) async fn version(db: &mut SqliteConnection) -> Result<Version, StoreError> {
    let count = QueryCount::new();
    let old = sqlx::query(
        "SELECT CAST(substr(value, 1, 20) AS TEXT) FROM info WHERE name = 'ds-api-version' LIMIT 1",
    );
    if let Some(row) = count.one(db, ACTION, old).await? {
        let version: Option<String> = row.try_get(0).map_err(broken)?;
        return match version.unwrap_or_default().parse() {
            Ok(0) => Ok(Version::V0),
            Ok(other) => Err(OriginalError::UnknownVersion(other).into()),
            Err(_) => Err(OriginalError::NoVersion.into()),
        };
    }
    let new = sqlx::query("PRAGMA user_version");
    let version: i64 = match count.one(db, ACTION, new).await? {
        Some(row) => row.try_get(0).map_err(broken)?,
        None => 0,
    };
    match version {
        1 => Ok(Version::V1),
        0 => Err(OriginalError::NoVersion.into()),
        other => Err(OriginalError::UnknownVersion(other).into()),
    }
}
