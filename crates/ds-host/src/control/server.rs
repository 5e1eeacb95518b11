//! The running host's side of the control socket.

use std::{io, path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper_util::service::TowerToHyperService;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::oneshot,
};

use super::{
    COMMAND_MAX, PATH, commands, follow, hand_over, socket,
    wire::{Command, Failure},
};
use crate::{
    listen::{Limits, Stop, serve_stream},
    ops::{ErrorKind, OpError, Ops},
};

/// The control socket cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make the control socket {}", path.display())]
pub struct ControlError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A control socket that takes no commands yet. It is removed when this is dropped.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Makes the socket. The caller holds the data directory's lock.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn bind(path: PathBuf) -> Result<Self, ControlError> {
        match socket::listen(&path) {
            Ok(listener) => Ok(Self { listener, path }),
            Err(source) => Err(ControlError { path, source }),
        }
    }

    /// Takes commands until told to stop.
    pub async fn serve(self, ops: Ops, stop: Stop) {
        let router = router(ops, stop.clone());
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stop.asked() => return,
            };
            match stream {
                Ok((stream, _)) if is_trusted(&stream) => {
                    let (service, own_stop) =
                        (TowerToHyperService::new(router.clone()), stop.clone());
                    stop.spawn(async move {
                        serve_stream(stream, service, Limits::default(), &own_stop).await;
                    });
                }
                Ok(_) => tracing::warn!("another user tried to use the control socket"),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a command; trying again in a second");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whether the other side is the user who runs the host, or root. The socket's mode says so already; a
/// data directory whose modes somebody loosened must not hand out admin rights.
fn is_trusted(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

struct Shared {
    ops: Ops,
    stop: Stop,
}

fn router(ops: Ops, stop: Stop) -> Router {
    Router::new()
        .route(PATH, post(command))
        .layer(DefaultBodyLimit::max(COMMAND_MAX))
        .with_state(Arc::new(Shared { ops, stop }))
}

async fn command(
    State(shared): State<Arc<Shared>>,
    command: Result<Json<Command>, JsonRejection>,
) -> Response {
    let command = match command {
        Ok(Json(command)) => command,
        Err(rejection) => {
            let message = format!("the host does not understand this command: {rejection}");
            let error = OpError::new(ErrorKind::Invalid, message)
                .with_hint("use the ds-host of the same version as the running one");
            return failure(&error);
        }
    };
    if let Command::JobFollow(job) = &command {
        return match commands::jobs::follow(&shared.ops, job).await {
            Ok(found) => follow::answer(found, |job| job, &shared.stop),
            Err(error) => failure(&error),
        };
    }
    if let Command::ArchiveFetch(job) = &command {
        return match commands::jobs::archive(&shared.ops, job).await {
            Ok(archive) => hand_over::answer(archive),
            Err(error) => failure(&error),
        };
    }
    match complete(&shared, command).await {
        Ok(reply) => Json(reply).into_response(),
        Err(error) => failure(&error),
    }
}

/// Does a command to its end, even if whoever sent it hangs up meanwhile.
async fn complete(shared: &Shared, command: Command) -> Result<super::wire::Reply, OpError> {
    let (ops, (done, result)) = (shared.ops.clone(), oneshot::channel());
    shared.stop.spawn(async move {
        let _ = done.send(commands::run(&ops, command).await);
    });
    let result = result.await;
    result.unwrap_or_else(|_| {
        Err(OpError::new(
            ErrorKind::Internal,
            "the command failed in an unforeseen way",
        )
        .with_hint("the host's log has the details"))
    })
}

fn failure(error: &OpError) -> Response {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(error = ds_core::error_chain(error), "a command failed");
    }
    (error.kind().status(), Json(Failure::from(error))).into_response()
}
