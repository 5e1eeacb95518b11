//! Letters that wait to be sent.

use async_trait::async_trait;
use ds_core::{LetterId, LetterStore, StoreError, Timestamp, WaitingLetter};

use super::Store;
use crate::row::Reader;

/// What a sealed text is for; it can be opened for nothing else.
fn purpose(id: LetterId) -> String {
    format!("letter {id}")
}

#[async_trait]
impl LetterStore for Store {
    async fn keep_letter(&self, letter: &WaitingLetter, text: &str) -> Result<(), StoreError> {
        const ACTION: &str = "keep a letter";
        let sealed = self.seal.seal(&purpose(letter.id), text).await?;
        let query = sqlx::query(
            "INSERT INTO letters (id, sealed, tries, due, until, by_stranger)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(letter.id.to_string())
        .bind(sealed)
        .bind(letter.tries)
        .bind(letter.due.0)
        .bind(letter.until.0)
        .bind(letter.by_stranger);
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn letter_text(&self, id: LetterId) -> Result<Option<String>, StoreError> {
        const ACTION: &str = "read a letter";
        let query = sqlx::query("SELECT sealed FROM letters WHERE id = $1").bind(id.to_string());
        let row = {
            let mut db = self.reader(ACTION).await?;
            self.count.one(&mut db, ACTION, query).await?
        };
        let Some(row) = row else { return Ok(None) };
        let sealed: String = Reader::new("letter", &row).get("sealed")?;
        self.seal.open(&purpose(id), &sealed).await.map(Some)
    }

    async fn put_off_letter(
        &self,
        id: LetterId,
        tries: u32,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "put off a letter";
        let query = sqlx::query("UPDATE letters SET tries = $1, due = $2 WHERE id = $3")
            .bind(tries)
            .bind(due.0)
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn forget_letter(&self, id: LetterId) -> Result<(), StoreError> {
        const ACTION: &str = "forget a letter";
        let query = sqlx::query("DELETE FROM letters WHERE id = $1").bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn purge_letters(&self, now: Timestamp) -> Result<(), StoreError> {
        const ACTION: &str = "forget letters that are of no use any more";
        let query = sqlx::query("DELETE FROM letters WHERE until < $1").bind(now.0);
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn waiting_letters(&self) -> Result<Vec<WaitingLetter>, StoreError> {
        const ACTION: &str = "list the letters that wait";
        let query =
            sqlx::query("SELECT id, tries, due, until, by_stranger FROM letters ORDER BY due, id");
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = rows.iter().map(|row| {
            let row = Reader::new("letter", row);
            Ok(WaitingLetter {
                id: row.parse("id")?,
                tries: row.number("tries")?,
                due: row.time("due")?,
                until: row.time("until")?,
                by_stranger: row.get("by_stranger")?,
            })
        });
        read.collect()
    }
}
