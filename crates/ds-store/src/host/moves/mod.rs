//! Moves from and to other hosts.

mod incoming;
mod outgoing;

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, AppspaceId, JobId, MoveId, StoreError, Timestamp,
    moves::{MoveIn, MoveOut, MoveStore, Taker},
    secret::{Token, TokenHash},
};
use sqlx::{Sqlite, Transaction};

use super::Store;
use crate::row::Reader;

fn missing(what: &str) -> StoreError {
    StoreError::Missing { what: what.into() }
}

impl Store {
    /// Refuses an address at which no appspace may answer.
    pub(super) async fn check_not_kept(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        address: &Address,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("SELECT address FROM kept_addresses WHERE address = $1")
            .bind(address.as_str());
        match self.count.one(all, action, query).await? {
            Some(_) => Err(StoreError::Taken {
                what: format!("the address {address}"),
            }),
            None => Ok(()),
        }
    }

    /// Takes an address, so that nothing gets it. The caller knows that no appspace answers there.
    async fn keep_address(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        address: &Address,
        by: &str,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("INSERT INTO kept_addresses (address, move_id) VALUES ($1, $2)")
            .bind(address.as_str())
            .bind(by);
        let kept = self.count.run(all, action, query).await;
        kept.map_err(|failure| failure.or_taken(|| format!("the address {address}")))?;
        Ok(())
    }

    /// Frees the address that a move has taken; says whether it had one.
    async fn free_address(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        by: &str,
        action: &'static str,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM kept_addresses WHERE move_id = $1").bind(by);
        Ok(self.count.run(all, action, query).await? > 0)
    }

    async fn every_redirect(&self) -> Result<Vec<(Address, String)>, StoreError> {
        const ACTION: &str = "list redirects";
        let query = sqlx::query(
            "SELECT k.address, m.target FROM kept_addresses k JOIN moves_out m ON m.id = k.move_id
             WHERE m.target IS NOT NULL AND m.moved IS NOT NULL",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = |row| {
            let row = Reader::new("redirect", row);
            Ok((row.parse("address")?, row.get("target")?))
        };
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl MoveStore for Store {
    async fn offer(&self, offer: &MoveOut, token: &TokenHash) -> Result<(), StoreError> {
        self.add_offer(offer, token).await
    }

    async fn move_out(&self, id: MoveId) -> Result<Option<(MoveOut, TokenHash)>, StoreError> {
        self.find_move_out(id).await
    }

    async fn moves_out(&self, owner: AccountId) -> Result<Vec<MoveOut>, StoreError> {
        self.moves_out_of(owner).await
    }

    async fn begin_out(
        &self,
        id: MoveId,
        taker: &Taker,
        job: JobId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.begin_move_out(id, taker, job, now).await
    }

    async fn commit_out(&self, id: MoveId, at: Timestamp, job: JobId) -> Result<(), StoreError> {
        self.commit_move_out(id, at, job).await
    }

    async fn end_offer(&self, id: MoveId) -> Result<(), StoreError> {
        self.end_one_offer(id).await
    }

    async fn redirects(&self) -> Result<Vec<(Address, String)>, StoreError> {
        self.every_redirect().await
    }

    async fn remove_redirect(&self, id: MoveId) -> Result<(), StoreError> {
        const ACTION: &str = "remove a redirect";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        if !self.free_address(&mut all, &id.to_string(), ACTION).await? {
            return Err(missing("such redirect"));
        }
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    async fn prepare_in(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        job: JobId,
    ) -> Result<(), StoreError> {
        self.prepare_move_in(incoming, secret, job).await
    }

    async fn moves_in(&self, owner: AccountId) -> Result<Vec<MoveIn>, StoreError> {
        self.moves_in_of(owner).await
    }

    async fn undecided(&self) -> Result<Vec<(MoveIn, Token)>, StoreError> {
        self.undecided_moves_in().await
    }

    async fn note_in(
        &self,
        id: AppspaceId,
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.note_move_in(id, problem, at).await
    }

    async fn publish_in(&self, id: AppspaceId, at: Timestamp) -> Result<(), StoreError> {
        self.publish_move_in(id, at).await
    }

    async fn refuse_in(&self, id: AppspaceId, why: &str, at: Timestamp) -> Result<(), StoreError> {
        self.refuse_move_in(id, why, at).await
    }
}
