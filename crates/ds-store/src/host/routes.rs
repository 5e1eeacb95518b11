//! The routes of app versions.

use async_trait::async_trait;
use ds_core::{StoreError, VersionId};
use ds_routes::{Route, RouteId, RouteStore};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::row::{Reader, to_json};

fn read(row: &SqliteRow) -> Result<Route, StoreError> {
    let row = Reader::new("route", row);
    Ok(Route {
        id: RouteId(row.number("position")?),
        method: row.parse("method")?,
        pattern: row.get("pattern")?,
        end: row.get("whole")?,
        access: row.json("access")?,
        handler: row.json("handler")?,
    })
}

#[async_trait]
impl RouteStore for Store {
    async fn routes(&self, version: VersionId) -> Result<Vec<Route>, StoreError> {
        const ACTION: &str = "list routes";
        let query = sqlx::query(
            "SELECT position, method, pattern, whole, access, handler FROM routes
             WHERE version = $1 ORDER BY position",
        )
        .bind(version.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn set_routes(&self, version: VersionId, routes: &[Route]) -> Result<(), StoreError> {
        const ACTION: &str = "record routes";
        let version = version.to_string();
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let before = sqlx::query("DELETE FROM routes WHERE version = $1").bind(&version);
        self.count.run(&mut all, ACTION, before).await?;
        for route in routes {
            let query = sqlx::query(
                "INSERT INTO routes (version, position, method, pattern, whole, access, handler)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&version)
            .bind(i64::from(route.id.0))
            .bind(route.method.as_str())
            .bind(&route.pattern)
            .bind(route.end)
            .bind(to_json("route", &route.access)?)
            .bind(to_json("route", &route.handler)?);
            self.count.run(&mut all, ACTION, query).await?;
        }
        self.count.commit(all, ACTION).await?;
        Ok(())
    }
}
