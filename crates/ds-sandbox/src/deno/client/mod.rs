//! HTTP/1.1 to a sandbox over its unix socket, with connections kept for further requests.

mod body;
mod call;

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use http::{Request, Response};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio_util::task::AbortOnDropHandle;

use self::body::{Download, Upload};
use crate::{Body, BoxError, remove_hop_by_hop};

pub(super) use self::{body::Sending, call::to_sandbox};

/// How many connections that nobody uses are kept.
const KEPT: usize = 32;

/// The connections to one sandbox.
pub(super) struct Client {
    socket: PathBuf,
    idle: Mutex<Vec<Connection>>,
    closing: AtomicBool,
}

/// A connection. Dropping it closes it, which tells the app that its client has gone.
struct Connection {
    sender: http1::SendRequest<Upload>,
    _task: AbortOnDropHandle<()>,
}

impl Client {
    pub(super) fn new(socket: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            socket,
            idle: Mutex::default(),
            closing: false.into(),
        })
    }

    /// Sends a request and waits for the head of the response.
    pub(super) async fn send(
        self: &Arc<Self>,
        request: Request<Body>,
        sending: Arc<Sending>,
    ) -> Result<Response<Body>, BoxError> {
        let mut request = request.map(|body| Upload::new(body, Arc::clone(&sending)));
        if let Some(mut kept) = self.take_idle() {
            match kept.sender.try_send_request(request).await {
                Ok(response) => return Ok(self.hand_out(response, kept, sending)),
                // It had been closed at the other end; nothing was sent, so another connection can try.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        let mut fresh = self.connect().await?;
        let response = fresh.sender.send_request(request).await?;
        Ok(self.hand_out(response, fresh, sending))
    }

    fn hand_out(
        self: &Arc<Self>,
        mut response: Response<Incoming>,
        connection: Connection,
        sending: Arc<Sending>,
    ) -> Response<Body> {
        remove_hop_by_hop(response.headers_mut());
        let client = Arc::clone(self);
        // A connection on which the request is still being sent cannot be used again.
        let give_back = move || {
            if sending.is_done() {
                client.give_back(connection);
            }
        };
        response.map(|body| Download::boxed(body, give_back))
    }

    async fn connect(&self) -> Result<Connection, BoxError> {
        let stream = UnixStream::connect(&self.socket).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let task = tokio::spawn(async move {
            // Whoever sent a request is told of errors.
            let _ = connection.await;
        });
        Ok(Connection {
            sender,
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// Makes a connection before there is a request, which then need not wait for it.
    pub(super) async fn prepare(&self) -> Result<(), BoxError> {
        let connection = self.connect().await?;
        self.give_back(connection);
        Ok(())
    }

    /// Closes the connections that nobody uses, and keeps none from now on.
    pub(super) fn close_idle(&self) {
        let mut idle = self.idle();
        idle.clear();
        self.closing.store(true, Ordering::Relaxed);
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|connection| !connection.sender.is_closed());
        let ready = idle
            .iter()
            .rposition(|connection| connection.sender.is_ready());
        ready.map(|index| idle.swap_remove(index))
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < KEPT && !self.closing.load(Ordering::Relaxed) {
            idle.push(connection);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::UnixListener,
    };

    use super::*;
    use crate::empty_body;

    async fn get(client: &Arc<Client>) -> Result<String, BoxError> {
        let request = Request::get("/").header("host", "x").body(empty_body())?;
        let body = client
            .send(request, Sending::new())
            .await?
            .into_body()
            .collect()
            .await?;
        Ok(String::from_utf8(body.to_bytes().to_vec())?)
    }

    /// Answers each of `answers` connections as often as it says, with the connection's number.
    fn server(answers: Vec<usize>) -> (tempfile::TempDir, Arc<Client>) {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            for (number, times) in answers.into_iter().enumerate() {
                let (mut stream, _) = listener.accept().await.unwrap();
                for _ in 0..times {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await.unwrap());
                    }
                    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        (dir, Client::new(socket))
    }

    #[tokio::test]
    async fn connections_are_used_again_and_replaced_when_stale() {
        let (_dir, client) = server(vec![3, 1, 2]);
        let mut got = Vec::new();
        for _ in 0..6 {
            got.push(get(&client).await.unwrap());
        }
        assert_eq!(got.concat(), "000122");
    }

    #[tokio::test]
    async fn a_request_that_was_sent_is_not_sent_again() {
        let (_dir, client) = server(vec![1, 0, 1]);
        assert_eq!(get(&client).await.unwrap(), "0");
        assert!(get(&client).await.is_err());
        assert_eq!(get(&client).await.unwrap(), "2");
    }
}
