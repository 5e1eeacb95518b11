//! The host's end of the channel: asking, answering, and noticing when the other end misbehaves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt as _,
    net::{UnixStream, unix::OwnedWriteHalf},
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    frame::{FrameError, encode},
    message::{Assign, Question, ToSandbox},
    reader::Reader,
};
use crate::{ControlError, Users, deno::state::States};

/// Frames that wait to be written; whoever sends more waits.
const QUEUE: usize = 64;

/// How far the app has come. Only ever goes forward, and fails only before it was ready.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::deno) enum Progress {
    Connected,
    Listening,
    Ready,
    Failed(String),
}

/// What the channel's tasks and its users share.
pub(super) struct Shared {
    progress: watch::Sender<Progress>,
    questions: Mutex<Questions>,
}

#[derive(Default)]
struct Questions {
    last: u64,
    open: HashMap<u64, oneshot::Sender<Result<Value, String>>>,
    /// How the protocol was broken, if it was.
    broken: Option<String>,
}

impl Shared {
    pub(super) fn progress(&self, next: Progress) -> Result<(), String> {
        let mut wrong = None;
        self.progress.send_if_modified(|now| {
            let forward = *now < next && *now != Progress::Ready;
            if forward {
                *now = next;
            } else {
                wrong = Some(format!("it said {next:?} after {now:?}"));
            }
            forward
        });
        wrong.map_or(Ok(()), Err)
    }

    pub(super) fn answered(&self, id: u64, answer: Result<Value, String>) -> Result<(), String> {
        let open = self.questions().open.remove(&id);
        let asker = open.ok_or("it answered what was not asked")?;
        // Whoever asked may have given up.
        let _ = asker.send(answer);
        Ok(())
    }

    fn questions(&self) -> std::sync::MutexGuard<'_, Questions> {
        self.questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The channel to one sandbox. Dropping it closes the socket, upon which the harness ends itself.
pub(in crate::deno) struct Control {
    shared: Arc<Shared>,
    to_sandbox: mpsc::Sender<Bytes>,
    states: Arc<States>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Control {
    pub(in crate::deno) fn new(
        stream: UnixStream,
        users: Arc<OnceLock<Arc<dyn Users>>>,
        states: Arc<States>,
        grace: Duration,
    ) -> Self {
        let shared = Arc::new(Shared {
            progress: watch::Sender::new(Progress::Connected),
            questions: Mutex::default(),
        });
        let (to_sandbox, queue) = mpsc::channel(QUEUE);
        let (read, write) = stream.into_split();
        let reader = Reader {
            stream: read,
            shared: Arc::clone(&shared),
            to_sandbox: to_sandbox.clone(),
            users,
        };
        let reading = tokio::spawn(watch_over(reader, Arc::clone(&states), grace));
        let writing = tokio::spawn(write_all(write, queue, Arc::clone(&states)));
        Self {
            shared,
            to_sandbox,
            states,
            _tasks: [reading, writing].map(AbortOnDropHandle::new),
        }
    }

    /// Waits until the harness has got past `point`.
    pub(in crate::deno) async fn past(&self, point: &Progress) -> Result<Progress, ControlError> {
        let mut progress = self.shared.progress.subscribe();
        tokio::select! {
            // The sender lives in `self`.
            now = progress.wait_for(|now| now > point) => now.map(|now| now.clone()).map_err(|_| self.broken()),
            death = self.states.dead() => Err(self.broken_or(ControlError::Ended(death))),
        }
    }

    pub(in crate::deno) async fn assign(&self, assign: &Assign) -> Result<(), ControlError> {
        self.send(&ToSandbox::Assign(assign)).await
    }

    pub(in crate::deno) async fn mounted(
        &self,
        compiled: Option<String>,
    ) -> Result<(), ControlError> {
        self.send(&ToSandbox::Mounted { compiled }).await
    }

    /// Asks the harness and waits for its answer.
    pub(in crate::deno) async fn ask(
        &self,
        question: Question,
        within: Duration,
    ) -> Result<Value, ControlError> {
        let (id, answer) = self.open_question();
        let asked = async {
            self.send(&question.with_id(id)).await?;
            tokio::select! {
                answer = answer => answer.map_err(|_| self.broken())?.map_err(ControlError::App),
                death = self.states.dead() => Err(self.broken_or(ControlError::Ended(death))),
            }
        };
        let result = timeout(within, asked).await;
        result.unwrap_or(Err(ControlError::TimedOut { after: within }))
    }

    fn open_question(&self) -> (u64, oneshot::Receiver<Result<Value, String>>) {
        let (asker, answer) = oneshot::channel();
        let mut questions = self.shared.questions();
        questions.last += 1;
        let id = questions.last;
        if questions.broken.is_none() {
            questions.open.insert(id, asker);
        }
        (id, answer)
    }

    async fn send(&self, message: &ToSandbox<'_>) -> Result<(), ControlError> {
        match send(&self.to_sandbox, message).await {
            Ok(()) => Ok(()),
            Err(SendError::Frame(error)) => Err(ControlError::Protocol(error.to_string())),
            Err(SendError::Closed) => {
                Err(self.broken_or(ControlError::Ended(self.states.dead().await)))
            }
        }
    }

    fn broken(&self) -> ControlError {
        self.broken_or(ControlError::Protocol("it closed its channel".into()))
    }

    fn broken_or(&self, otherwise: ControlError) -> ControlError {
        let broken = self.shared.questions().broken.clone();
        broken.map_or(otherwise, ControlError::Protocol)
    }
}

pub(super) enum SendError {
    Frame(FrameError),
    Closed,
}

pub(super) async fn send(
    to_sandbox: &mpsc::Sender<Bytes>,
    message: &ToSandbox<'_>,
) -> Result<(), SendError> {
    let frame = encode(message).map_err(SendError::Frame)?;
    to_sandbox.send(frame).await.map_err(|_| SendError::Closed)
}

/// Reads until the end. A process that broke the protocol is killed at once; one that only closed its end
/// is about to exit, and is killed if it does not.
async fn watch_over(reader: Reader, states: Arc<States>, grace: Duration) {
    let shared = Arc::clone(&reader.shared);
    match reader.run().await {
        Ok(()) => sleep(grace).await,
        Err(how) => {
            tracing::warn!(how, "a sandbox broke the protocol and is killed");
            shared.questions().broken = Some(how);
        }
    }
    states.kill();
    shared.questions().open.clear();
}

/// Writes frames in the order they are sent, and the last one when the process is to stop.
async fn write_all(mut to: OwnedWriteHalf, mut queue: mpsc::Receiver<Bytes>, states: Arc<States>) {
    loop {
        let (frame, last) = tokio::select! {
            biased;
            frame = queue.recv() => match frame {
                Some(frame) => (frame, false),
                None => return,
            },
            _ = states.stopping() => match encode(&ToSandbox::Stop) {
                Ok(frame) => (frame, true),
                Err(_) => return,
            },
        };
        if to.write_all(&frame).await.is_err() || last {
            // Kept open: a harness that sees the end of the channel exits at once.
            states.dead().await;
            return;
        }
    }
}
