//! Whether the database of an appspace is whole.

use async_trait::async_trait;
use ds_core::{AppspaceId, Integrity, StoreError};
use sqlx::Row as _;

use super::{AppspaceDbs, foreign};

const ACTION: &str = "check the database of an appspace";

/// What SQLite says is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Damage(String);

pub(super) fn broken(source: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Broken {
        what: "database of members and schema",
        source,
    }
}

#[async_trait]
impl Integrity for AppspaceDbs {
    async fn check(&self, appspace: AppspaceId) -> Result<(), StoreError> {
        // Opened anew: what is in memory says nothing about the file.
        self.connections.close(appspace).await;
        let mut db = self.db(appspace, ACTION).await.map_err(of_open)?;
        let query = sqlx::query("PRAGMA integrity_check(1)");
        let row = self.count.one(&mut db, ACTION, query).await;
        let row = row.map_err(|failure| broken(Box::new(StoreError::from(failure))))?;
        let said: String = row
            .map_or(Ok(String::new()), |row| row.try_get(0))
            .map_err(|error| broken(Box::new(error)))?;
        if said == "ok" {
            Ok(())
        } else {
            Err(broken(Box::new(Damage(said))))
        }
    }

    async fn check_foreign(&self, appspace: AppspaceId) -> Result<(), StoreError> {
        self.connections.close(appspace).await;
        foreign::check(&self.connections.path(appspace)).await?;
        self.check(appspace).await
    }
}

/// A file that is no database is not opened at all.
fn of_open(error: StoreError) -> StoreError {
    let StoreError::Failed { source, .. } = error else {
        return error;
    };
    broken(source)
}
