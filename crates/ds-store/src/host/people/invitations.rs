//! Invitations.

use async_trait::async_trait;
use ds_auth::{
    Account,
    people::{Invitation, InvitationStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};
use sqlx::sqlite::SqliteRow;

use super::{Store, missing};
use crate::row::Reader;

fn read(row: &SqliteRow) -> Result<Invitation, StoreError> {
    let row = Reader::new("invitation", row);
    Ok(Invitation {
        token: TokenHash::stored(row.get("token_hash")?),
        by: row.parse_option("invited_by")?,
        email: row.get("email")?,
        created: row.time("created")?,
        expires: row.time("expires")?,
    })
}

#[async_trait]
impl InvitationStore for Store {
    async fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError> {
        const ACTION: &str = "invite somebody";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let older = sqlx::query("DELETE FROM invitations WHERE email = $1").bind(&invitation.email);
        self.count.run(&mut all, ACTION, older).await?;
        let query = sqlx::query(
            "INSERT INTO invitations (token_hash, invited_by, email, created, expires)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(invitation.token.as_str())
        .bind(invitation.by.map(|id| id.to_string()))
        .bind(&invitation.email)
        .bind(invitation.created.0)
        .bind(invitation.expires.0);
        let added = self.count.run(&mut all, ACTION, query).await;
        added.map_err(|failure| failure.or_missing(|| "such account".into()))?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn invitations(&self) -> Result<Vec<Invitation>, StoreError> {
        const ACTION: &str = "list invitations";
        let query = sqlx::query(
            "SELECT token_hash, invited_by, email, created, expires FROM invitations
             ORDER BY created DESC, token_hash",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn invitation(&self, token: &TokenHash) -> Result<Option<Invitation>, StoreError> {
        const ACTION: &str = "find an invitation";
        let query = sqlx::query(
            "SELECT token_hash, invited_by, email, created, expires FROM invitations
             WHERE token_hash = $1",
        )
        .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn remove_invitation(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let query =
            sqlx::query("DELETE FROM invitations WHERE token_hash = $1").bind(token.as_str());
        Ok(self
            .change_of_person("withdraw an invitation", query)
            .await?
            > 0)
    }

    async fn accept_invitation(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "accept an invitation";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let used = sqlx::query("DELETE FROM invitations WHERE token_hash = $1 AND expires > $2")
            .bind(token.as_str())
            .bind(now.0);
        if self.count.run(&mut all, ACTION, used).await? == 0 {
            return Err(missing("such invitation"));
        }
        self.insert_account(&mut all, ACTION, account, password_hash)
            .await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn purge_invitations(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM invitations WHERE expires < $1").bind(before.0);
        self.change_of_person("remove old invitations", query)
            .await?;
        Ok(())
    }
}
