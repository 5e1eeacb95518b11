//! The schema of an appspace's data.

use async_trait::async_trait;
use ds_core::{AppspaceId, Schema, SchemaStore, StoreError};

use super::AppspaceDbs;
use crate::row::Reader;

#[async_trait]
impl SchemaStore for AppspaceDbs {
    async fn schema(&self, appspace: AppspaceId) -> Result<Schema, StoreError> {
        const ACTION: &str = "read the schema of an appspace";
        let query = sqlx::query("SELECT value FROM info WHERE name = 'schema'");
        let mut db = self.db(appspace, ACTION).await?;
        match self.count.one(&mut db, ACTION, query).await? {
            None => Ok(Schema::NONE),
            Some(row) => Reader::new("schema", &row).parse("value").map(Schema),
        }
    }

    async fn set_schema(&self, appspace: AppspaceId, schema: Schema) -> Result<(), StoreError> {
        const ACTION: &str = "record the schema of an appspace";
        let query = sqlx::query(
            "INSERT INTO info (name, value) VALUES ('schema', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(schema.to_string());
        let mut db = self.db_or_new(appspace, ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }
}
