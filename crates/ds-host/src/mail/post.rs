//! Sends letters in the background.

mod send;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex as Held, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{Clock, LetterId, LetterStore, StoreError, WaitingLetter, error_chain};
use lettre::message::Mailbox;
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Letter, MailError, Mailer, Transport, Writing};

/// How many letters may wait.
const WAITING: usize = 200;
/// How many of them may have been asked for by people of whom nothing is known, so that they leave room for others.
const BY_STRANGERS: usize = 100;
/// How many of those may go to addresses of which nothing is known either: whoever has many such addresses does not keep those
/// who are known here from a link to log in.
const TO_NEWCOMERS: usize = 50;
/// After how long it is tried again to find out which letters wait.
const LIST_AGAIN: Duration = Duration::from_mins(1);

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

/// What a letter takes up while it waits.
struct Places {
    #[expect(dead_code, reason = "they are held, and not looked at")]
    taken: Vec<OwnedSemaphorePermit>,
}

struct Shared {
    parts: PostParts,
    /// Held while a message is handed over.
    counter: Mutex<()>,
    places: Arc<Semaphore>,
    /// Those of the places that strangers' letters may have.
    for_strangers: Arc<Semaphore>,
    /// Those of these that letters to newcomers may have.
    for_newcomers: Arc<Semaphore>,
    /// Letters that are seen to.
    in_hand: Held<HashSet<LetterId>>,
    /// What ends in letters.
    writing: TaskTracker,
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
            for_strangers: Arc::new(Semaphore::new(BY_STRANGERS)),
            for_newcomers: Arc::new(Semaphore::new(TO_NEWCOMERS)),
            in_hand: Held::default(),
            writing: TaskTracker::new(),
            tasks: TaskTracker::new(),
            closed: CancellationToken::new(),
            ended: CancellationToken::new(),
        }))
    }

    /// Goes on with the letters that waited when the host ended, soon and in the background: if it cannot be found out which,
    /// again until it can.
    pub fn resume(&self) {
        let this = self.clone();
        self.0.tasks.spawn(async move {
            while let Err(error) = this.try_resume().await {
                let error = error_chain(&error);
                tracing::error!(
                    error,
                    "mail that waited when the host ended is not sent yet; it is tried again"
                );
                tokio::select! {
                    () = this.0.closed.cancelled() => return,
                    () = tokio::time::sleep(LIST_AGAIN) => {}
                }
            }
        });
    }

    /// Goes on with all letters that wait and are not seen to.
    pub(super) async fn try_resume(&self) -> Result<(), StoreError> {
        for letter in self.0.parts.store.waiting_letters().await? {
            let places = self.0.places(letter.by_stranger, false);
            self.see_to(letter, places.ok());
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

    /// Takes no more letters but those that are being written, and waits so long for them and for those that are being sent.
    /// Others wait for the next start.
    pub async fn close(&self, patience: Duration) {
        let end = Instant::now() + patience;
        self.0.writing.close();
        let _ = timeout_at(end, self.0.writing.wait()).await;
        self.0.places.close();
        self.0.tasks.close();
        self.0.closed.cancel();
        let _ = timeout_at(end, self.0.tasks.wait()).await;
        self.0.ended.cancel();
    }

    /// Sends it when it is due, unless somebody does.
    fn see_to(&self, letter: WaitingLetter, places: Option<Places>) {
        if !self.0.in_hand().insert(letter.id) {
            return;
        }
        let this = Arc::clone(&self.0);
        self.0.tasks.spawn(async move {
            this.see_through(letter).await;
            this.in_hand().remove(&letter.id);
            drop(places);
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
        let waiting = WaitingLetter {
            by_stranger: letter.by_stranger,
            ..WaitingLetter::new(parts.clock.now(), letter.useful_for)
        };
        letter.message(&parts.from, waiting.id)?;
        let places = self.0.places(letter.by_stranger, letter.to_newcomer)?;
        let text = serde_json::to_string(letter).map_err(MailError::Write)?;
        let kept = parts.store.keep_letter(&waiting, &text).await;
        kept.map_err(MailError::Keep)?;
        self.see_to(waiting, Some(places));
        Ok(())
    }

    fn write(&self, work: Writing) {
        self.0.writing.spawn(work);
    }
}

impl Shared {
    /// Room for one more.
    fn places(&self, by_stranger: bool, to_newcomer: bool) -> Result<Places, MailError> {
        let take = |of: &Arc<Semaphore>| {
            let place = Arc::clone(of).try_acquire_owned();
            place.map_err(|_| MailError::Full)
        };
        let mut taken = vec![take(&self.places)?];
        if by_stranger {
            taken.push(take(&self.for_strangers)?);
        }
        if to_newcomer {
            taken.push(take(&self.for_newcomers)?);
        }
        Ok(Places { taken })
    }

    fn in_hand(&self) -> std::sync::MutexGuard<'_, HashSet<LetterId>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
