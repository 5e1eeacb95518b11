//! Sends letters in the background.

use std::{sync::Arc, time::Duration};

use ds_core::error_chain;
use lettre::{Message, message::Mailbox};
use tokio::sync::{Mutex, Semaphore};
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

/// Sends letters one at a time and in the background. What waits is in memory alone: when the host stops, letters that
/// were tried in vain are lost. Clones are the same.
#[derive(Clone)]
pub struct Post(Arc<Shared>);

struct Shared {
    from: Mailbox,
    transport: Box<dyn Transport>,
    /// Held while a message is handed over.
    counter: Mutex<()>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    closed: CancellationToken,
}

impl Post {
    /// Sends by this transport, in this name.
    #[must_use]
    pub fn new(from: Mailbox, transport: Box<dyn Transport>) -> Self {
        Self(Arc::new(Shared {
            from,
            transport,
            counter: Mutex::default(),
            places: Arc::new(Semaphore::new(WAITING)),
            tasks: TaskTracker::new(),
            closed: CancellationToken::new(),
        }))
    }

    /// Sends a letter now and says how that went.
    ///
    /// # Errors
    /// If it was not taken.
    pub async fn send_now(&self, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message(&self.0.from)?;
        self.0.hand_over(&message).await
    }

    /// Takes no more letters, and waits so long for those that are being sent. Others are lost.
    pub async fn close(&self, patience: Duration) {
        self.0.places.close();
        self.0.tasks.close();
        self.0.closed.cancel();
        let _ = tokio::time::timeout(patience, self.0.tasks.wait()).await;
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

impl Mailer for Post {
    fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message(&self.0.from)?;
        let place = Arc::clone(&self.0.places).try_acquire_owned();
        let place = place.map_err(|_| MailError::Full)?;
        let (this, to) = (Arc::clone(&self.0), letter.to.clone());
        self.0.tasks.spawn(async move {
            this.send(&message, &to).await;
            drop(place);
        });
        Ok(())
    }
}

impl Shared {
    async fn hand_over(&self, message: &Message) -> Result<(), MailError> {
        let _at_the_counter = self.counter.lock().await;
        self.transport.deliver(message).await
    }

    async fn send(&self, message: &Message, to: &str) {
        for wait in AGAIN.into_iter().map(Some).chain([None]) {
            let Err(error) = self.hand_over(message).await else {
                return;
            };
            let (why, wait) = (error_chain(&error), wait.filter(|_| !error.is_final()));
            let Some(wait) = wait else {
                tracing::error!(to, error = why, "mail could not be sent and is given up");
                return;
            };
            tracing::warn!(to, error = why, "mail could not be sent; it is tried again");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.closed.cancelled() => return,
            }
        }
    }
}
