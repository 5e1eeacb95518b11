//! A command's side of the control socket.

use std::{io, path::PathBuf};

use bytes::Bytes;
use ds_core::DataDir;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;

use super::{
    PATH, REPLY_MAX, socket,
    wire::{Command, Failure, Job, Reply},
};
use crate::ops::OpError;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no host to do it.
    #[error("no ds-host is running for the data directory {}", .0.display())]
    NotRunning(PathBuf),
    /// There may be one, but it cannot be reached.
    #[error("cannot reach the ds-host of the data directory {}", data_dir.display())]
    Unreachable {
        /// The data directory.
        data_dir: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The host stopped in the middle. What it was doing is done or undone when it starts again.
    #[error(
        "the host ended while it was working on this; look at what it has done when it runs again"
    )]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer makes no sense.
    #[error("cannot understand the host's answer; is it of another version?")]
    Garbled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The host refused or failed.
    #[error("{0}")]
    Refused(OpError),
}

/// Sends a command to the host that runs for a data directory, and waits until it is done.
///
/// # Errors
/// If it was not done.
pub async fn send(data_dir: &DataDir, command: &Command) -> Result<Reply, ClientError> {
    let response = ask(data_dir, command).await?;
    let body = whole(response.into_body()).await?;
    serde_json::from_slice(&body).map_err(|error| ClientError::Garbled(error.into()))
}

/// Follows a job by a [`Command::JobFollow`]: `told` gets every line; the last one, which says that the job is
/// over, is returned.
///
/// # Errors
/// If it cannot be followed to its end.
pub async fn follow(
    data_dir: &DataDir,
    command: &Command,
    mut told: impl FnMut(&Job),
) -> Result<Job, ClientError> {
    let mut body = ask(data_dir, command).await?.into_body();
    let mut text = Vec::new();
    loop {
        let frame = body.frame().await.ok_or_else(|| {
            let early = io::Error::from(io::ErrorKind::UnexpectedEof);
            ClientError::Interrupted(early.into())
        })?;
        let frame = frame.map_err(|error| ClientError::Interrupted(error.into()))?;
        text.extend_from_slice(&frame.into_data().unwrap_or_default());
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let job: Job = serde_json::from_slice(&line)
                .map_err(|error| ClientError::Garbled(error.into()))?;
            told(&job);
            if job.is_over() {
                return Ok(job);
            }
        }
    }
}

/// Fetches what a command answers with, piece by piece; `taken` says whether more is wanted.
///
/// # Errors
/// If it did not come to its end.
pub async fn fetch(
    data_dir: &DataDir,
    command: &Command,
    mut taken: impl FnMut(&[u8]) -> bool,
) -> Result<(), ClientError> {
    let mut body = ask(data_dir, command).await?.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ClientError::Interrupted(error.into()))?;
        if let Ok(piece) = frame.into_data()
            && !taken(&piece)
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends a command; the answer of a host that does it.
async fn ask(data_dir: &DataDir, command: &Command) -> Result<Response<Incoming>, ClientError> {
    let stream =
        socket::connect(&data_dir.control_socket())
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                    ClientError::NotRunning(data_dir.root().to_owned())
                }
                _ => ClientError::Unreachable {
                    data_dir: data_dir.root().to_owned(),
                    source,
                },
            })?;
    let interrupted = |error: hyper::Error| ClientError::Interrupted(error.into());
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(interrupted)?;
    tokio::spawn(connection);
    let response = sender
        .send_request(request(command)?)
        .await
        .map_err(interrupted)?;
    if response.status().is_success() {
        return Ok(response);
    }
    let body = whole(response.into_body()).await?;
    let failure: Failure =
        serde_json::from_slice(&body).map_err(|error| ClientError::Garbled(error.into()))?;
    Err(ClientError::Refused(failure.into()))
}

async fn whole(body: Incoming) -> Result<Bytes, ClientError> {
    let body = Limited::new(body, REPLY_MAX).collect().await;
    Ok(body.map_err(ClientError::Interrupted)?.to_bytes())
}

fn request(command: &Command) -> Result<Request<Full<Bytes>>, ClientError> {
    let body = serde_json::to_vec(command).map_err(|error| ClientError::Garbled(error.into()))?;
    Request::post(PATH)
        .header(header::HOST, "control")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .map_err(|error| ClientError::Garbled(error.into()))
}
