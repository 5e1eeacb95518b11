//! Reading what a sandbox says: nothing in it is trusted.

use std::sync::{Arc, OnceLock};

use bytes::BytesMut;
use serde_json::Value;
use tokio::{
    io::AsyncReadExt as _,
    net::unix::OwnedReadHalf,
    sync::{Semaphore, mpsc},
};

use super::{
    channel::{Progress, SendError, Shared, send},
    frame::decode,
    message::{FromSandbox, ToSandbox},
};
use crate::{Users, UsersError};

/// How many questions of an app are answered at the same time; further ones wait unread.
const QUESTIONS_AT_ONCE: usize = 32;
/// How much of an app's own words is kept.
const MAX_WORDS: usize = 8000;

/// Reads frames until the harness is gone (`Ok`) or breaks the protocol (with how).
pub(super) struct Reader {
    pub(super) stream: OwnedReadHalf,
    pub(super) shared: Arc<Shared>,
    pub(super) to_sandbox: mpsc::Sender<bytes::Bytes>,
    pub(super) users: Arc<OnceLock<Arc<dyn Users>>>,
}

impl Reader {
    pub(super) async fn run(mut self) -> Result<(), String> {
        let turns = Arc::new(Semaphore::new(QUESTIONS_AT_ONCE));
        let mut read = BytesMut::new();
        loop {
            while let Some(frame) = decode(&mut read).map_err(|error| error.to_string())? {
                let message = serde_json::from_slice(&frame)
                    .map_err(|error| format!("a message cannot be understood: {error}"))?;
                self.handle(message, &turns).await?;
            }
            match self.stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return Ok(()),
                Ok(_) => {}
            }
        }
    }

    async fn handle(&self, message: FromSandbox, turns: &Arc<Semaphore>) -> Result<(), String> {
        match message {
            FromSandbox::Listening => self.shared.progress(Progress::Listening),
            FromSandbox::Ready => self.shared.progress(Progress::Ready),
            FromSandbox::Failed { message } => {
                self.shared.progress(Progress::Failed(shorten(message)))
            }
            FromSandbox::Answer { id, value, error } => {
                let answer = error.map_or(Ok(value), |error| Err(shorten(error)));
                self.shared.answered(id, answer)
            }
            FromSandbox::User { id, proxy_id } => {
                self.answer(turns, id, move |users| async move {
                    one(&*users, proxy_id).await
                })
                .await;
                Ok(())
            }
            FromSandbox::Users { id } => {
                self.answer(turns, id, |users| async move { all(&*users).await })
                    .await;
                Ok(())
            }
        }
    }

    /// Answers a question of the app in a task of its own, so that slow answers hold up nothing else.
    async fn answer<F>(
        &self,
        turns: &Arc<Semaphore>,
        id: u64,
        ask: impl FnOnce(Arc<dyn Users>) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<Value, UsersError>> + Send,
    {
        // The semaphore is never closed; without a turn there would be no bound, so no answer either.
        let Ok(turn) = Arc::clone(turns).acquire_owned().await else {
            return;
        };
        let (to_sandbox, users) = (self.to_sandbox.clone(), self.users.get().cloned());
        tokio::spawn(async move {
            let answer = match users {
                Some(users) => ask(users).await,
                None => Err(UsersError(
                    "there are no members while an app is installed".into(),
                )),
            };
            let (value, error) = match answer {
                Ok(value) => (Some(value), None),
                Err(error) => (None, Some(error.to_string())),
            };
            let answer = ToSandbox::Answer { id, value, error };
            // One that has ended needs no answer.
            if let Err(SendError::Frame(error)) = send(&to_sandbox, &answer).await {
                let error = Some(error.to_string());
                let value = None;
                let _ = send(&to_sandbox, &ToSandbox::Answer { id, value, error }).await;
            }
            drop(turn);
        });
    }
}

async fn one(users: &dyn Users, proxy_id: String) -> Result<Value, UsersError> {
    let user = match proxy_id.parse() {
        Ok(id) => users.user(&id).await?,
        Err(_) => None,
    };
    user.map_or_else(
        || Err(UsersError("there is no member with this id".into())),
        to_json,
    )
}

async fn all(users: &dyn Users) -> Result<Value, UsersError> {
    to_json(users.users().await?)
}

fn to_json(members: impl serde::Serialize) -> Result<Value, UsersError> {
    serde_json::to_value(members).map_err(|error| UsersError(error.to_string()))
}

fn shorten(mut words: String) -> String {
    words.truncate(words.floor_char_boundary(MAX_WORDS));
    words
}
