//! Second factors.

use async_trait::async_trait;
use ds_auth::people::{SecondFactor, SecondFactorStore};
use ds_core::{AccountId, StoreError, secret::TokenHash};

use super::Store;
use crate::row::Reader;

/// What a sealed secret is for; it can be opened for nothing else.
fn purpose(account: AccountId) -> String {
    format!("second factor {account}")
}

fn step_number(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

#[async_trait]
impl SecondFactorStore for Store {
    async fn second_factor(&self, account: AccountId) -> Result<Option<SecondFactor>, StoreError> {
        const ACTION: &str = "find a second factor";
        let query = sqlx::query(
            "SELECT sealed, is_on, last_step,
             (SELECT COUNT(*) FROM recovery_codes r WHERE r.account = f.account) AS codes
             FROM second_factors f WHERE account = $1",
        )
        .bind(account.to_string());
        let row = {
            let mut db = self.reader(ACTION).await?;
            self.count.one(&mut db, ACTION, query).await?
        };
        let Some(row) = row else { return Ok(None) };
        let row = Reader::new("second factor", &row);
        let sealed: String = row.get("sealed")?;
        Ok(Some(SecondFactor {
            secret: self.seal.open(&purpose(account), &sealed).await?,
            is_on: row.get("is_on")?,
            last_step: row.number("last_step")?,
            recovery_left: row.number("codes")?,
        }))
    }

    async fn offer_second_factor(
        &self,
        account: AccountId,
        secret: &str,
    ) -> Result<(), StoreError> {
        let sealed = self.seal.seal(&purpose(account), secret).await?;
        let query = sqlx::query(
            "INSERT INTO second_factors (account, sealed, is_on, last_step) VALUES ($1, $2, $3, 0)
             ON CONFLICT (account) DO UPDATE SET sealed = excluded.sealed WHERE NOT is_on",
        )
        .bind(account.to_string())
        .bind(sealed)
        .bind(false);
        match self
            .change_of_person("offer a second factor", query)
            .await?
        {
            0 => Err(StoreError::Taken {
                what: "the account's second factor".into(),
            }),
            _ => Ok(()),
        }
    }

    async fn confirm_second_factor(
        &self,
        account: AccountId,
        secret: &str,
        step: u64,
        recovery: &[TokenHash],
    ) -> Result<bool, StoreError> {
        const ACTION: &str = "turn a second factor on";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let offered =
            sqlx::query("SELECT sealed FROM second_factors WHERE account = $1 AND NOT is_on")
                .bind(account.to_string());
        let Some(row) = self.count.one(&mut all, ACTION, offered).await? else {
            return Ok(false);
        };
        let sealed: String = Reader::new("second factor", &row).get("sealed")?;
        if self.seal.open(&purpose(account), &sealed).await? != secret {
            return Ok(false);
        }
        let on =
            sqlx::query("UPDATE second_factors SET is_on = $1, last_step = $2 WHERE account = $3")
                .bind(true)
                .bind(step_number(step))
                .bind(account.to_string());
        self.count.run(&mut all, ACTION, on).await?;
        for code in recovery {
            let code =
                sqlx::query("INSERT INTO recovery_codes (account, code_hash) VALUES ($1, $2)")
                    .bind(account.to_string())
                    .bind(code.as_str());
            self.count.run(&mut all, ACTION, code).await?;
        }
        self.outdate(&mut all, ACTION, account).await?;
        self.count.commit(all, ACTION).await?;
        Ok(true)
    }

    async fn use_step(&self, account: AccountId, step: u64) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE second_factors SET last_step = $1
             WHERE account = $2 AND last_step < $1 AND is_on",
        )
        .bind(step_number(step))
        .bind(account.to_string());
        Ok(self.change_of_person("use a code", query).await? > 0)
    }

    async fn use_recovery(&self, account: AccountId, code: &TokenHash) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM recovery_codes WHERE account = $1 AND code_hash = $2")
            .bind(account.to_string())
            .bind(code.as_str());
        Ok(self.change_of_person("use a recovery code", query).await? > 0)
    }

    async fn remove_second_factor(&self, account: AccountId) -> Result<(), StoreError> {
        let query =
            sqlx::query("DELETE FROM second_factors WHERE account = $1").bind(account.to_string());
        self.change_what_proves("turn a second factor off", account, query)
            .await?;
        Ok(())
    }
}
