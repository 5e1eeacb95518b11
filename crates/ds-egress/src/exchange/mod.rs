//! HTTP between an app and a host for which the owner keeps a secret.
//!
//! TLS of the app's ends here, with a certificate that its sandbox alone trusts; verified TLS goes on to the host.
//! What the app asks is read and written again, so it goes to this host alone, and a secret is put into it where
//! its placeholder stands in a header's value. What breaks a rule ends the connection, with a line in the log.

mod connect;
mod error;
mod forward;
mod headers;
mod placeholder;

use std::{future::Future, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    Secret,
    authority::Authority,
    counted::Activity,
    outlet::{Place, Target},
    scope::Scope,
};
use forward::Exchange;

/// The head of a message is at most this long, in bytes.
const HEAD: usize = 64 << 10;
/// It has at most this many headers.
const HEADERS: usize = 128;
/// The first byte of TLS.
const HANDSHAKE: u8 = 22;
/// How long a connection may wait for the next request's head.
const NEXT: Duration = Duration::from_secs(75);

/// Serves one connection.
pub(crate) async fn run(
    scope: Arc<Scope>,
    to: Target,
    secrets: Vec<Secret>,
    app: TcpStream,
    place: Place,
) {
    let Some(authority) = scope.authority.clone() else {
        return;
    };
    if let Err(why) = serve(
        Arc::clone(&scope),
        &authority,
        to.clone(),
        secrets,
        app,
        place,
    )
    .await
    {
        scope.journal.failed(&to.to_string(), &why);
    }
}

async fn serve(
    scope: Arc<Scope>,
    authority: &Authority,
    to: Target,
    secrets: Vec<Secret>,
    app: TcpStream,
    place: Place,
) -> Result<(), String> {
    let config = authority.for_name(&to.name);
    let config = config.map_err(|error| ds_core::error_chain(&error))?;
    let shaken = timeout(scope.shared.limits.connect, shake(app, config)).await;
    let app = shaken.map_err(|_| "the app did not begin TLS in time".to_owned())??;
    let activity = Activity::new();
    let exchange = Arc::new(Exchange::new(
        scope,
        to,
        secrets,
        Arc::clone(&activity),
        place,
    ));
    let limit = exchange.idle_limit();
    let connection = connection(TokioIo::new(app), exchange);
    tokio::select! {
        // What the app made wrong it sees by its connection's end; what a host did is in the log.
        () = connection => Ok(()),
        () = activity.idle(limit) => {
            Err(format!("nothing came or went for {} s", limit.as_secs()))
        }
    }
}

/// Begins TLS with the app.
async fn shake(app: TcpStream, config: Arc<ServerConfig>) -> Result<TlsStream<TcpStream>, String> {
    let mut first = [0];
    match app.peek(&mut first).await {
        Ok(1) if first == [HANDSHAKE] => {}
        Ok(1) => {
            return Err("the app does not speak TLS, and a secret is sent over it alone".into());
        }
        _ => return Err("the app hung up".into()),
    }
    let _ = app.set_nodelay(true);
    let shaken = TlsAcceptor::from(config).accept(app).await;
    shaken.map_err(|error| format!("the app's TLS failed: {error}"))
}

fn connection(
    io: impl hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    exchange: Arc<Exchange>,
) -> impl Future<Output = ()> {
    let service = service_fn(move |request| Arc::clone(&exchange).serve(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(NEXT)
        .max_buf_size(2 * HEAD)
        .max_header_size(HEAD)
        .max_headers(HEADERS)
        .serve_connection(io, service)
        .with_upgrades();
    async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "an app's connection to a host with a secret ended");
        }
    }
}
