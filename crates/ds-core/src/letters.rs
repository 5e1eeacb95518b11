//! Letters that wait to be sent.

use std::time::Duration;

use async_trait::async_trait;

use crate::{LetterId, StoreError, Timestamp};

/// A letter that waits. What it says is kept apart, see [`LetterStore::letter_text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingLetter {
    /// The letter.
    pub id: LetterId,
    /// How often it was tried in vain.
    pub tries: u32,
    /// When it is to be tried next.
    pub due: Timestamp,
    /// When it is of no use any more.
    pub until: Timestamp,
    /// Whether somebody asked for it of whom nothing is known.
    pub by_stranger: bool,
}

impl WaitingLetter {
    /// A new one, to be sent at once and of use for so long.
    #[must_use]
    pub fn new(now: Timestamp, useful_for: Duration) -> Self {
        Self {
            id: LetterId::new(),
            tries: 0,
            due: now,
            until: now.plus(useful_for),
            by_stranger: false,
        }
    }
}

/// Letters that this host took and has not handed on: they outlive its end. They may have links in them that let
/// people in, so what they say is not readable in a copy of the records.
#[async_trait]
pub trait LetterStore: Send + Sync {
    /// Keeps a letter and what it says.
    async fn keep_letter(&self, letter: &WaitingLetter, text: &str) -> Result<(), StoreError>;
    /// What a letter says; `None` if it does not wait any more.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if it cannot be read any more.
    async fn letter_text(&self, id: LetterId) -> Result<Option<String>, StoreError>;
    /// Says when a letter is to be tried next, and how often it was; one that does not wait any more is fine.
    async fn put_off_letter(
        &self,
        id: LetterId,
        tries: u32,
        due: Timestamp,
    ) -> Result<(), StoreError>;
    /// Forgets a letter; one that is not there is fine.
    async fn forget_letter(&self, id: LetterId) -> Result<(), StoreError>;
    /// Forgets those that are of no use any more by then.
    async fn purge_letters(&self, now: Timestamp) -> Result<(), StoreError>;
    /// All that wait, due first first.
    async fn waiting_letters(&self) -> Result<Vec<WaitingLetter>, StoreError>;
}
