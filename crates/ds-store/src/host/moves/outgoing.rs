//! Appspaces that go to another host.

use ds_core::{
    AccountId, JobId, MoveId, StoreError, Timestamp,
    moves::{MoveOut, Standing, Taker},
    secret::TokenHash,
};
use sqlx::sqlite::SqliteRow;

use super::missing;
use crate::{host::Store, row::Reader};

/// Moves with the state of their job and whether their address redirects, where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.appspace, m.owner, m.address, m.token_hash, m.created, m.expires, m.ended,
                    m.job, m.taker, m.target, m.moved, j.state, k.address AS kept
             FROM moves_out m LEFT JOIN jobs j ON j.id = m.job
                  LEFT JOIN kept_addresses k ON k.move_id = m.id
             WHERE ",
            $condition
        )
    };
}

fn read(row: &SqliteRow) -> Result<MoveOut, StoreError> {
    let row = Reader::new("move", row);
    let job: Option<JobId> = row.parse_option("job")?;
    let moved = row.get::<Option<i64>>("moved")?.map(Timestamp);
    let is_under_way = row.get::<Option<&str>>("state")? == Some("running");
    let has_ended = row.get::<Option<i64>>("ended")?.is_some();
    let taker = match (row.parse_option("taker")?, row.get("target")?) {
        (Some(appspace), Some(origin)) => Some(Taker { appspace, origin }),
        _ => None,
    };
    Ok(MoveOut {
        id: row.parse("id")?,
        appspace: row.parse("appspace")?,
        owner: row.parse("owner")?,
        address: row.parse("address")?,
        created: row.time("created")?,
        expires: row.time("expires")?,
        standing: match job {
            _ if moved.is_some() => Standing::Moved,
            _ if has_ended => Standing::Ended,
            None => Standing::Offered,
            Some(_) if is_under_way => Standing::Begun,
            Some(_) => Standing::Ended,
        },
        redirects: moved.is_some() && row.get::<Option<&str>>("kept")?.is_some(),
        taker,
        job,
        moved,
    })
}

impl Store {
    pub(super) async fn add_offer(
        &self,
        offer: &MoveOut,
        token: &TokenHash,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record a consent to a move";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        // What nobody began and was ended says nothing any more; only the last of them tells its bearer so.
        let old = sqlx::query(
            "DELETE FROM moves_out WHERE appspace = $1 AND job IS NULL AND ended IS NOT NULL",
        )
        .bind(offer.appspace.to_string());
        self.count.run(&mut all, ACTION, old).await?;
        let earlier =
            sqlx::query("UPDATE moves_out SET ended = 1 WHERE appspace = $1 AND job IS NULL")
                .bind(offer.appspace.to_string());
        self.count.run(&mut all, ACTION, earlier).await?;
        let query = sqlx::query(
            "INSERT INTO moves_out (id, appspace, owner, address, token_hash, created, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(offer.id.to_string())
        .bind(offer.appspace.to_string())
        .bind(offer.owner.to_string())
        .bind(offer.address.as_str())
        .bind(token.as_str())
        .bind(offer.created.0)
        .bind(offer.expires.0);
        let added = self.count.run(&mut all, ACTION, query).await;
        added.map_err(|failure| failure.or_missing(|| "such account for the move".into()))?;
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    pub(super) async fn find_move_out(
        &self,
        id: MoveId,
    ) -> Result<Option<(MoveOut, TokenHash)>, StoreError> {
        const ACTION: &str = "find a move";
        let query = sqlx::query(select!("m.id = $1")).bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let with_hash = |row: &SqliteRow| {
            let hash = Reader::new("move", row).get("token_hash")?;
            Ok((read(row)?, TokenHash::stored(hash)))
        };
        row.as_ref().map(with_hash).transpose()
    }

    pub(super) async fn moves_out_of(&self, owner: AccountId) -> Result<Vec<MoveOut>, StoreError> {
        const ACTION: &str = "list moves";
        let query = sqlx::query(select!("m.owner = $1 ORDER BY m.created DESC, m.id DESC"))
            .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn begin_move_out(
        &self,
        id: MoveId,
        taker: &Taker,
        job: JobId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "begin a move";
        let query = sqlx::query(
            "UPDATE moves_out SET job = $1, taker = $2, target = $3
             WHERE id = $4 AND job IS NULL AND ended IS NULL AND moved IS NULL AND expires > $5",
        )
        .bind(job.to_string())
        .bind(taker.appspace.to_string())
        .bind(&taker.origin)
        .bind(id.to_string())
        .bind(now.0);
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(missing("such offer to move an appspace")),
            _ => Ok(()),
        }
    }

    pub(super) async fn commit_move_out(
        &self,
        id: MoveId,
        at: Timestamp,
        job: JobId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record that an appspace has moved";
        let found = self.find_move_out(id).await?;
        let (of, _) = found.ok_or_else(|| missing("such move"))?;
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let query = sqlx::query(
            "UPDATE moves_out SET moved = $1
             WHERE id = $2 AND job = $3 AND moved IS NULL AND ended IS NULL",
        )
        .bind(at.0)
        .bind(id.to_string())
        .bind(job.to_string());
        if self.count.run(&mut all, ACTION, query).await? == 0 {
            return Err(missing("such move under way"));
        }
        self.put_into_trash(&mut all, of.appspace, at, ACTION)
            .await?;
        self.keep_address(&mut all, &of.address, &id.to_string(), ACTION)
            .await?;
        self.commit_job(all, job, ACTION).await
    }

    pub(super) async fn end_one_offer(&self, id: MoveId) -> Result<(), StoreError> {
        const ACTION: &str = "take back a consent to a move";
        let query = sqlx::query(
            "UPDATE moves_out SET ended = 1 WHERE id = $1 AND job IS NULL AND ended IS NULL",
        )
        .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(missing("such offer to move an appspace")),
            _ => Ok(()),
        }
    }
}
