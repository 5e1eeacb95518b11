//! One letter on its way, until it is handed on or given up.

use std::time::Duration;

use ds_core::{StoreError, WaitingLetter, error_chain};

use super::Shared;
use crate::mail::{Letter, MailError};

/// How long is waited before a letter is tried again: a day altogether, then it is given up.
const AGAIN: [Duration; 6] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(15),
];

impl Shared {
    pub(super) async fn hand_over(
        &self,
        waiting: &WaitingLetter,
        letter: &Letter,
    ) -> Result<(), MailError> {
        let message = letter.message(&self.parts.from, waiting.id)?;
        let _at_the_counter = self.counter.lock().await;
        self.parts.transport.deliver(&message).await
    }

    /// Tries until it is handed on or given up, or the host ends.
    pub(super) async fn see_through(&self, mut waiting: WaitingLetter) {
        let mut wait = self.until(&waiting);
        loop {
            tokio::select! {
                biased;
                () = self.closed.cancelled(), if !wait.is_zero() => return,
                () = tokio::time::sleep(wait) => {}
            }
            let tried = tokio::select! {
                biased;
                () = self.ended.cancelled() => return,
                tried = self.attempt(&waiting) => tried,
            };
            let Some(again) = tried else {
                return self.forget(&waiting).await;
            };
            wait = again;
            waiting.tries += 1;
            waiting.due = self.parts.clock.now().plus(wait);
            let (store, id) = (&self.parts.store, waiting.id);
            let put_off = store.put_off_letter(id, waiting.tries, waiting.due).await;
            log(put_off, "cannot record when mail is to be tried again");
        }
    }

    fn until(&self, waiting: &WaitingLetter) -> Duration {
        let wait = waiting.due.0.saturating_sub(self.parts.clock.now().0);
        Duration::from_millis(wait.try_into().unwrap_or(0))
    }

    /// Tries once. `None` if nothing more is to be done, else how long to wait.
    async fn attempt(&self, waiting: &WaitingLetter) -> Option<Duration> {
        if waiting.until < self.parts.clock.now() {
            tracing::warn!(letter = %waiting.id, "mail waited for longer than it is of use, and is given up");
            return None;
        }
        let letter = match self.parts.store.letter_text(waiting.id).await {
            Ok(Some(text)) => serde_json::from_str(&text).map_err(MailError::read),
            Ok(None) => return None,
            Err(error @ StoreError::Broken { .. }) => Err(MailError::read(error)),
            Err(error) => Err(MailError::Keep(error)),
        };
        let to = letter.as_ref().map_or("?", |letter: &Letter| &letter.to);
        let to = to.to_owned();
        let sent = match letter {
            Ok(letter) => self.hand_over(waiting, &letter).await,
            Err(error) => Err(error),
        };
        let error = sent.err()?;
        let wait = self.again(waiting).filter(|_| !error.is_final());
        let error = error_chain(&error);
        if wait.is_some() {
            tracing::warn!(to, error, "mail could not be sent; it is tried again");
        } else {
            tracing::error!(to, error, "mail could not be sent and is given up");
        }
        wait
    }

    /// How long to wait for the next attempt, if it would still be of use.
    fn again(&self, waiting: &WaitingLetter) -> Option<Duration> {
        let wait = *AGAIN.get(usize::try_from(waiting.tries).ok()?)?;
        (self.parts.clock.now().plus(wait) <= waiting.until).then_some(wait)
    }

    async fn forget(&self, waiting: &WaitingLetter) {
        let forgotten = self.parts.store.forget_letter(waiting.id).await;
        log(
            forgotten,
            "cannot forget a letter; it is sent again after the next start",
        );
    }
}

fn log(done: Result<(), StoreError>, what: &str) {
    if let Err(error) = done {
        tracing::error!(error = error_chain(&error), "{what}");
    }
}
