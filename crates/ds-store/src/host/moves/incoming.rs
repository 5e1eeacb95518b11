//! Appspaces that come from another host.

use ds_core::{
    AccountId, AppspaceId, JobId, StoreError, Timestamp,
    moves::{Arrival, MoveIn},
    secret::Token,
};
use sqlx::sqlite::SqliteRow;

use super::missing;
use crate::{host::Store, row::Reader};

/// The longest that is remembered of a problem, in characters: another host may have worded it.
const PROBLEM: usize = 500;

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT appspace, owner, address, version, site, move_id, sealed, created, asked, problem, arrival,
                    paused
             FROM moves_in WHERE ",
            $condition
        )
    };
}

fn read(row: &SqliteRow) -> Result<MoveIn, StoreError> {
    let row = Reader::new("move", row);
    Ok(MoveIn {
        appspace: row.parse("appspace")?,
        owner: row.parse("owner")?,
        address: row.parse("address")?,
        version: row.parse_option("version")?,
        site: row.get("site")?,
        id: row.parse("move_id")?,
        created: row.time("created")?,
        asked: row.get::<Option<i64>>("asked")?.map(Timestamp),
        problem: row.get("problem")?,
        arrival: match row.get("arrival")? {
            "published" => Arrival::Published,
            "refused" => Arrival::Refused,
            _ => Arrival::Undecided,
        },
        paused: row.get("paused")?,
    })
}

/// Sealed for one move and one place: it opens nothing else.
fn purpose(of: &MoveIn) -> String {
    format!("move {} of {} from {}", of.id, of.appspace, of.site)
}

fn clip(text: &str) -> String {
    text.chars().take(PROBLEM).collect()
}

impl Store {
    pub(super) async fn prepare_move_in(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        job: JobId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record an appspace that comes from another host";
        let sealed = self.seal.seal(&purpose(incoming), secret.reveal()).await?;
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let there = sqlx::query("SELECT id FROM appspaces WHERE address = $1")
            .bind(incoming.address.as_str());
        if self.count.one(&mut all, ACTION, there).await?.is_some() {
            let what = format!("the address {}", incoming.address);
            return Err(StoreError::Taken { what });
        }
        let by = incoming.appspace.to_string();
        self.keep_address(&mut all, &incoming.address, &by, ACTION)
            .await?;
        let query = sqlx::query(
            "INSERT INTO moves_in
             (appspace, owner, address, version, site, move_id, sealed, created, paused, arrival)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'undecided')",
        )
        .bind(&by)
        .bind(incoming.owner.to_string())
        .bind(incoming.address.as_str())
        .bind(incoming.version.map(|id| id.to_string()))
        .bind(&incoming.site)
        .bind(incoming.id.to_string())
        .bind(sealed)
        .bind(incoming.created.0)
        .bind(incoming.paused);
        let added = self.count.run(&mut all, ACTION, query).await;
        added.map_err(|failure| failure.or_missing(|| "such account or app version".into()))?;
        self.commit_job(all, job, ACTION).await
    }

    pub(super) async fn moves_in_of(&self, owner: AccountId) -> Result<Vec<MoveIn>, StoreError> {
        const ACTION: &str = "list appspaces that came";
        let query = sqlx::query(select!("owner = $1 ORDER BY created DESC, appspace DESC"))
            .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn undecided_moves_in(&self) -> Result<Vec<(MoveIn, Token)>, StoreError> {
        const ACTION: &str = "list appspaces that are about to come";
        let query = sqlx::query(select!("arrival = 'undecided' ORDER BY created, appspace"));
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        drop(db);
        let mut found = Vec::new();
        for row in &rows {
            let incoming = read(row)?;
            let sealed: String = Reader::new("move", row).get("sealed")?;
            match self.seal.open(&purpose(&incoming), &sealed).await {
                Ok(secret) => found.push((incoming, Token::presented(&secret))),
                // The others can be settled all the same.
                Err(error) => {
                    let (id, error) = (incoming.appspace, ds_core::error_chain(&error));
                    tracing::error!(appspace = %id, error, "a move cannot be settled: its secret is unreadable");
                }
            }
        }
        Ok(found)
    }

    pub(super) async fn note_move_in(
        &self,
        id: AppspaceId,
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "note what hinders a move";
        let query = sqlx::query(
            "UPDATE moves_in SET problem = $1, asked = $2
             WHERE appspace = $3 AND arrival = 'undecided'",
        )
        .bind(clip(problem))
        .bind(at.0)
        .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    pub(super) async fn publish_move_in(
        &self,
        id: AppspaceId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record an appspace that came from another host";
        let by = id.to_string();
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let query = sqlx::query(
            "INSERT INTO appspaces (id, owner, address, version, paused, created)
             SELECT appspace, owner, address, version, paused, $1 FROM moves_in
             WHERE appspace = $2 AND arrival = 'undecided'",
        )
        .bind(at.0)
        .bind(&by);
        let added = self.count.run(&mut all, ACTION, query).await;
        if added.map_err(|failure| failure.or_taken(|| "its address".into()))? == 0 {
            return Err(missing("such move that is undecided"));
        }
        self.free_address(&mut all, &by, ACTION).await?;
        let query = sqlx::query(
            "UPDATE moves_in SET arrival = 'published', version = NULL, sealed = '', problem = NULL,
                                 asked = $1
             WHERE appspace = $2",
        )
        .bind(at.0)
        .bind(&by);
        self.count.run(&mut all, ACTION, query).await?;
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    pub(super) async fn refuse_move_in(
        &self,
        id: AppspaceId,
        why: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record that an appspace did not come";
        let by = id.to_string();
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let query = sqlx::query(
            "UPDATE moves_in SET arrival = 'refused', version = NULL, sealed = '', problem = $1,
                                 asked = $2
             WHERE appspace = $3 AND arrival = 'undecided'",
        )
        .bind(clip(why))
        .bind(at.0)
        .bind(&by);
        if self.count.run(&mut all, ACTION, query).await? == 0 {
            return Err(missing("such move that is undecided"));
        }
        self.free_address(&mut all, &by, ACTION).await?;
        self.count.commit(all, ACTION).await?;
        Ok(())
    }
}
