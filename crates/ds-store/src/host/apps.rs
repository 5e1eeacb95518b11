//! Apps and their versions.

use async_trait::async_trait;
use ds_core::{
    AccountId, ApiVersion, App, AppId, AppStore, AppVersion, Schema, StoreError, VersionId,
};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::Query,
    row::{Reader, to_json},
};

fn read_app(row: &SqliteRow) -> Result<App, StoreError> {
    let row = Reader::new("app", row);
    Ok(App {
        id: row.parse("id")?,
        owner: row.parse("owner")?,
        name: row.get("name")?,
        created: row.time("created")?,
    })
}

fn read_version(row: &SqliteRow) -> Result<AppVersion, StoreError> {
    let row = Reader::new("app version", row);
    let api: i64 = row.get("api")?;
    Ok(AppVersion {
        id: row.parse("id")?,
        app: row.parse("app")?,
        version: row.parse("number")?,
        api: ApiVersion::try_from(api).map_err(|error| StoreError::Broken {
            what: "app version",
            source: Box::new(error),
        })?,
        schema: Schema(row.number("schema_no")?),
        manifest: row.json("manifest")?,
        created: row.time("created")?,
    })
}

impl Store {
    async fn list_versions(
        &self,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<Vec<AppVersion>, StoreError> {
        let mut db = self.reader(action).await?;
        let rows = self.count.all(&mut db, action, query).await?;
        let mut versions: Vec<AppVersion> =
            rows.iter().map(read_version).collect::<Result<_, _>>()?;
        // By the rules of semantic versions, which text does not follow.
        versions.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(versions)
    }
}

#[async_trait]
impl AppStore for Store {
    async fn apps(&self, owner: AccountId) -> Result<Vec<App>, StoreError> {
        const ACTION: &str = "list apps";
        let query = sqlx::query("SELECT id, owner, name, created FROM apps WHERE owner = $1")
            .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut apps: Vec<App> = rows.iter().map(read_app).collect::<Result<_, _>>()?;
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(apps)
    }

    async fn app_named(&self, owner: AccountId, name: &str) -> Result<Option<App>, StoreError> {
        const ACTION: &str = "find an app";
        let query =
            sqlx::query("SELECT id, owner, name, created FROM apps WHERE owner = $1 AND name = $2")
                .bind(owner.to_string())
                .bind(name);
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read_app).transpose()
    }

    async fn versions(&self, app: AppId) -> Result<Vec<AppVersion>, StoreError> {
        let query = sqlx::query(
            "SELECT id, app, number, api, schema_no, manifest, created FROM versions
             WHERE app = $1",
        )
        .bind(app.to_string());
        self.list_versions("list the versions of an app", query)
            .await
    }

    async fn versions_of(&self, owner: AccountId) -> Result<Vec<AppVersion>, StoreError> {
        let query = sqlx::query(
            "SELECT id, app, number, api, schema_no, manifest, created FROM versions
             WHERE app IN (SELECT id FROM apps WHERE owner = $1)",
        )
        .bind(owner.to_string());
        self.list_versions("list the versions of an account's apps", query)
            .await
    }

    async fn version(&self, id: VersionId) -> Result<Option<AppVersion>, StoreError> {
        const ACTION: &str = "find an app version";
        let query = sqlx::query(
            "SELECT id, app, number, api, schema_no, manifest, created FROM versions
             WHERE id = $1",
        )
        .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read_version).transpose()
    }

    async fn add_version(&self, app: &App, version: &AppVersion) -> Result<(), StoreError> {
        const ACTION: &str = "add an app version";
        let manifest = to_json("manifest", &version.manifest)?;
        let add_app = sqlx::query(
            "INSERT INTO apps (id, owner, name, created) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(app.id.to_string())
        .bind(app.owner.to_string())
        .bind(&app.name)
        .bind(app.created.0);
        let add_version = sqlx::query(
            "INSERT INTO versions (id, app, number, api, schema_no, manifest, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(version.id.to_string())
        .bind(app.id.to_string())
        .bind(version.version.to_string())
        .bind(version.api.number())
        .bind(i64::from(version.schema.0))
        .bind(manifest)
        .bind(version.created.0);

        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let added = self.count.run(&mut all, ACTION, add_app).await;
        added.map_err(|failure| {
            if failure.is_unique_violation() {
                failure.or_taken(|| format!("the name {} for an app", app.name))
            } else {
                failure.or_missing(|| "account that could own the app".into())
            }
        })?;
        let added = self.count.run(&mut all, ACTION, add_version).await;
        added.map_err(|failure| {
            failure.or_taken(|| format!("version {} of {}", version.version, app.name))
        })?;
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    async fn remove_version(&self, id: VersionId) -> Result<(), StoreError> {
        const ACTION: &str = "remove an app version that an appspace may use";
        let id = id.to_string();
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let app = sqlx::query("SELECT app FROM versions WHERE id = $1").bind(&id);
        let app = self.count.one(&mut all, ACTION, app).await?;
        for removal in [
            sqlx::query("DELETE FROM routes WHERE version = $1"),
            sqlx::query("DELETE FROM versions WHERE id = $1"),
        ] {
            self.count.run(&mut all, ACTION, removal.bind(&id)).await?;
        }
        if let Some(app) = app {
            let app: String = Reader::new("app version", &app).get("app")?;
            let last = sqlx::query(
                "DELETE FROM apps WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM versions WHERE app = $1)",
            )
            .bind(app);
            self.count.run(&mut all, ACTION, last).await?;
        }
        self.count.commit(all, ACTION).await?;
        Ok(())
    }
}
