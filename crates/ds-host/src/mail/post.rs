//! Sends letters in the background.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{Clock, LetterStore, StoreError, WaitingLetter, error_chain};
use lettre::message::Mailbox;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Letter, MailError, Mailer, Transport};

/// How many letters may wait.
const WAITING: usize = 200;
/// How long is waited before a letter is tried again: a day altogether, then it is given up.
const AGAIN: [Duration; 6] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(15),
];

/// Sends letters one at a time and in the background. What it took is recorded until it was handed on or given up, so it
/// outlives the host's end; whoever gets a letter twice because of that gets it with the same id. Clones are the same.
#[derive(Clone)]
pub struct Post(Arc<Shared>);

/// What [`Post`] stands on.
pub struct PostParts {
    /// In whose name it writes.
    pub from: Mailbox,
    /// How letters get away.
    pub transport: Box<dyn Transport>,
    /// Where those that wait are recorded.
    pub store: Arc<dyn LetterStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

struct Shared {
    parts: PostParts,
    /// Held while a message is handed over.
    counter: Mutex<()>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    closed: CancellationToken,
    /// Nobody waits for letters any more.
    ended: CancellationToken,
}

impl Post {
    /// Takes letters from now on. Those of the time before are sent after [`resume`](Self::resume).
    #[must_use]
    pub fn new(parts: PostParts) -> Self {
        Self(Arc::new(Shared {
            parts,
            counter: Mutex::default(),
            places: Arc::new(Semaphore::new(WAITING)),
            tasks: TaskTracker::new(),
            closed: CancellationToken::new(),
            ended: CancellationToken::new(),
        }))
    }

    /// Goes on with the letters that waited when the host ended. To be called once, before any other is taken.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub async fn resume(&self) -> Result<(), StoreError> {
        for letter in self.0.parts.store.waiting_letters().await? {
            let place = Arc::clone(&self.0.places).try_acquire_owned();
            self.see_to(letter, place.ok());
        }
        Ok(())
    }

    /// Sends a letter now and says how that went.
    ///
    /// # Errors
    /// If it was not taken.
    pub async fn send_now(&self, letter: &Letter) -> Result<(), MailError> {
        let now = self.0.parts.clock.now();
        self.0
            .hand_over(&WaitingLetter::new(now, letter.useful_for), letter)
            .await
    }

    /// Takes no more letters, and waits so long for those that are being sent. Others wait for the next start.
    pub async fn close(&self, patience: Duration) {
        self.0.places.close();
        self.0.tasks.close();
        self.0.closed.cancel();
        let _ = tokio::time::timeout(patience, self.0.tasks.wait()).await;
        self.0.ended.cancel();
    }

    /// Sends it when it is due.
    fn see_to(&self, letter: WaitingLetter, place: Option<OwnedSemaphorePermit>) {
        let this = Arc::clone(&self.0);
        self.0.tasks.spawn(async move {
            this.see_through(letter).await;
            drop(place);
        });
    }
}

#[cfg(test)]
impl Post {
    /// Waits until all is sent or given up.
    pub(super) async fn all_sent(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

#[async_trait]
impl Mailer for Post {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let parts = &self.0.parts;
        let waiting = WaitingLetter::new(parts.clock.now(), letter.useful_for);
        letter.message(&parts.from, waiting.id)?;
        let place = Arc::clone(&self.0.places).try_acquire_owned();
        let place = place.map_err(|_| MailError::Full)?;
        let text = serde_json::to_string(letter).map_err(MailError::Write)?;
        let kept = parts.store.keep_letter(&waiting, &text).await;
        kept.map_err(MailError::Keep)?;
        self.see_to(waiting, Some(place));
        Ok(())
    }
}

impl Shared {
    async fn hand_over(&self, waiting: &WaitingLetter, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message(&self.parts.from, waiting.id)?;
        let _at_the_counter = self.counter.lock().await;
        self.parts.transport.deliver(&message).await
    }

    /// Tries until it is handed on or given up, or the host ends.
    async fn see_through(&self, mut waiting: WaitingLetter) {
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
