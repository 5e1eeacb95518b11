//! Letters that wait to be sent.

use async_trait::async_trait;
use ds_core::{LetterId, LetterStore, StoreError, Timestamp, WaitingLetter};

use super::Memory;

#[async_trait]
impl LetterStore for Memory {
    async fn keep_letter(&self, letter: &WaitingLetter, text: &str) -> Result<(), StoreError> {
        let kept = (*letter, text.to_owned());
        self.tables()?.letters.insert(letter.id, kept);
        Ok(())
    }

    async fn letter_text(&self, id: LetterId) -> Result<Option<String>, StoreError> {
        let tables = self.tables()?;
        Ok(tables.letters.get(&id).map(|(_, text)| text.clone()))
    }

    async fn put_off_letter(
        &self,
        id: LetterId,
        tries: u32,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some((letter, _)) = self.tables()?.letters.get_mut(&id) {
            (letter.tries, letter.due) = (tries, due);
        }
        Ok(())
    }

    async fn forget_letter(&self, id: LetterId) -> Result<(), StoreError> {
        self.tables()?.letters.remove(&id);
        Ok(())
    }

    async fn purge_letters(&self, now: Timestamp) -> Result<(), StoreError> {
        let letters = &mut self.tables()?.letters;
        letters.retain(|_, (letter, _)| letter.until >= now);
        Ok(())
    }

    async fn waiting_letters(&self) -> Result<Vec<WaitingLetter>, StoreError> {
        let tables = self.tables()?;
        let mut waiting: Vec<_> = tables.letters.values().map(|(letter, _)| *letter).collect();
        waiting.sort_by_key(|letter| (letter.due, letter.id));
        Ok(waiting)
    }
}
