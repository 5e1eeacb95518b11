//! Running a host from start to end.
//!
//! ```text
//!   lock ─▶ take ports ─▶ put together, undo what a crash left ─▶ serve ─▶ drain ─▶ stop sandboxes ─▶ close
//! ```

use std::{convert::Infallible, io, net::SocketAddr, path::PathBuf, time::Duration};

use ds_core::DataDir;
use hyper::service::service_fn;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::{
    compose::{ComposeError, Host},
    config::{Config, ConfigError},
    control::server::{Control, ControlError},
    dispatch,
    listen::{
        self, Bound, Limits, ListenError, Stop,
        tls::{Certificates, TlsError},
    },
    lock::{Lock, LockError},
    ops::{Names, OpError},
};

/// How long requests may go on when the host stops.
const DRAIN: Duration = Duration::from_secs(15);

/// Why a host did not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration does not allow it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data directory cannot be made.
    #[error("cannot make the data directory {}", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another host has the data directory.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The certificates cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A port cannot be had.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The control socket cannot be made.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The parts cannot be put together.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The set-up link cannot be made.
    #[error("cannot tell whether this host needs to be set up")]
    SetUp(#[source] OpError),
}

impl RunError {
    /// What to do about it, where that is not said already.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Lock(LockError::Taken { .. }) => {
                Some("stop it first, or give this one another --data-dir")
            }
            _ => None,
        }
    }
}

/// What a host that takes requests says of itself. `ds-host serve --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The account site: `http://dropserver.localhost:3000`.
    pub site: String,
    /// Where appspaces answer: `http://<name>.localhost:3000`.
    pub appspaces: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where plain HTTP is sent on to HTTPS, if anywhere.
    pub redirect_http: Option<SocketAddr>,
    /// The one-time link to make the first account, if there is none.
    pub setup: Option<String>,
    /// Where everything is kept.
    pub data_dir: PathBuf,
}

/// Runs a host until `stop` asks it to end. `ready` is told when it takes requests.
///
/// # Errors
/// If it could not start. Nothing is left running then.
pub async fn run(
    config: &Config,
    data: &DataDir,
    ready: oneshot::Sender<Ready>,
    stop: &Stop,
) -> Result<(), RunError> {
    config.check_listen()?;
    let lock = lock(data).await?;
    let tls = acceptor(config)?;
    let bound = listen::bind(config.listen).await?;
    let redirect = match config.redirect_http {
        Some(address) => Some(listen::bind(address).await?),
        None => None,
    };
    let names = names(config, bound.address);
    let host = Host::open(config, data, names.clone()).await?;
    let control = Control::bind(data.control_socket())?;
    let setup = host.ops.setup_link().await.map_err(RunError::SetUp)?;
    let told = Ready {
        site: names.site_origin(),
        appspaces: names.any_appspace(),
        listen: bound.address,
        redirect_http: redirect.as_ref().map(|bound| bound.address),
        setup,
        data_dir: data.root().to_owned(),
    };
    stop.spawn(control.serve(host.ops.clone(), stop.clone()));
    serve(bound, tls, &host, stop);
    if let Some(redirect) = redirect {
        serve_redirect(redirect, names, stop);
    }
    // Whoever started the host may not care.
    let _ = ready.send(told);
    stop.asked().await;
    tracing::info!("stopping");
    host.close_gates();
    if !stop.drain(DRAIN).await {
        tracing::warn!("some requests were cut because they did not end in time");
    }
    host.close().await;
    drop(lock);
    Ok(())
}

async fn lock(data: &DataDir) -> Result<Lock, RunError> {
    let (data, path) = (data.clone(), data.root().to_owned());
    let failed = |path: PathBuf| move |source| RunError::DataDir { path, source };
    let locked = tokio::task::spawn_blocking(move || {
        data.create().map_err(failed(data.root().to_owned()))?;
        Ok(Lock::take(data.root())?)
    });
    let crashed = |error: tokio::task::JoinError| failed(path)(io::Error::other(error));
    locked.await.map_err(crashed)?
}

fn acceptor(config: &Config) -> Result<Option<TlsAcceptor>, RunError> {
    if config.tls.is_empty() {
        return Ok(None);
    }
    // A few small files, before anything is served.
    let certificates = Certificates::load(&config.tls)?;
    for name in [
        config.site_host.to_string(),
        format!("any.{}", config.domain),
    ] {
        if certificates.find(&name).is_none() {
            tracing::warn!("no certificate is for {name}; browsers will warn of it");
        }
    }
    Ok(Some(certificates.into_config()?.into()))
}

/// The names as people outside see them.
fn names(config: &Config, bound: SocketAddr) -> Names {
    let (https, port) = match config.public {
        Some(public) => (public.https, public.port),
        None => (!config.tls.is_empty(), bound.port()),
    };
    Names::new(config.site_host.clone(), config.domain.clone(), https, port)
}

fn serve(bound: Bound, tls: Option<TlsAcceptor>, host: &Host, stop: &Stop) {
    let dispatch = host.dispatch.clone();
    let handler = service_fn(move |request| {
        let dispatch = dispatch.clone();
        async move { Ok::<_, Infallible>(dispatch.answer(request).await) }
    });
    stop.spawn(bound.serve(tls, handler, Limits::default(), stop.clone()));
}

fn serve_redirect(bound: Bound, names: Names, stop: &Stop) {
    let handler = service_fn(move |request| {
        let response = dispatch::to_https(&names, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    stop.spawn(bound.serve(None, handler, Limits::default(), stop.clone()));
}
