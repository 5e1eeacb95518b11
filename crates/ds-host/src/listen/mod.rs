//! Listeners: TCP and TLS, HTTP/1.1 and HTTP/2, bounded in number, size and time, and stopped gently.

mod activity;
mod connection;
mod patience;
mod stop;
#[cfg(test)]
mod tests;
pub mod tls;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use hyper::{body::Incoming, service::Service};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;

pub use patience::Patient;
pub use stop::Stop;

/// An error of a body or service, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What answers requests. Failures are answers too: there is no error.
pub trait Handler<B>:
    Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + 'static
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
}

impl<B, H> Handler<B> for H
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    H: Service<
            Request<Incoming>,
            Response = Response<B>,
            Error = Infallible,
            Future: Send + 'static,
        > + Clone
        + Send
        + 'static,
{
}

/// Bounds of a listener and its connections.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at the same time; more wait to be accepted.
    pub connections: usize,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the head of an HTTP/1.1 request to arrive, idle time before it included.
    pub head: Duration,
    /// How long a connection may have no request before it is closed.
    pub idle: Duration,
    /// How long the other side may take nothing of what is sent to it, or not answer at all, before the
    /// connection is cut.
    pub stalled: Duration,
    /// The head of a request, in bytes.
    pub head_bytes: usize,
    /// Requests at the same time on one HTTP/2 connection.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            stalled: Duration::from_mins(1),
            head_bytes: 64 << 10,
            streams: 128,
        }
    }
}

/// Why a listener could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}{}", advice(source))]
pub struct ListenError {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            " because another program does; stop that or choose another port with --listen"
        }
        io::ErrorKind::PermissionDenied => {
            " because ports below 1024 take a privilege; choose another port, or grant CAP_NET_BIND_SERVICE"
        }
        io::ErrorKind::AddrNotAvailable => " because this machine does not have that address",
        _ => "",
    }
}

/// A listener that has its port and accepts nobody yet.
pub struct Bound {
    listener: TcpListener,
    /// Where it listens, with the port it was given.
    pub address: SocketAddr,
}

/// Takes a port.
///
/// # Errors
/// If it cannot be had.
pub async fn bind(address: SocketAddr) -> Result<Bound, ListenError> {
    let error = |source| ListenError { address, source };
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Accepts connections and answers their requests until told to stop; those that are open then finish
    /// in tasks that `stop` waits for.
    pub async fn serve<H, B>(self, tls: Option<TlsAcceptor>, handler: H, limits: Limits, stop: Stop)
    where
        H: Handler<B>,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        let free = Arc::new(Semaphore::new(limits.connections));
        loop {
            // Taken before accepting, so that what cannot be served waits in the kernel's bounded queue.
            let Ok(permit) = Arc::clone(&free).acquire_owned().await else {
                return;
            };
            let (stream, peer) = tokio::select! {
                accepted = accept(&self.listener, limits.stalled) => accepted,
                () = stop.asked() => return,
            };
            let (tls, handler, own_stop) = (tls.clone(), handler.clone(), stop.clone());
            stop.spawn(async move {
                connection::run((stream, peer), tls, handler, limits, &own_stop).await;
                drop(permit);
            });
        }
    }
}

/// Answers the requests of one connection that was accepted elsewhere.
pub async fn serve_stream<I, H, B>(stream: I, handler: H, limits: Limits, stop: &Stop)
where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
    H: Handler<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    connection::answer(TokioIo::new(stream), None, handler, limits, stop).await;
}

/// The next connection. Trouble of a single one, or a lack of file descriptors, ends nothing.
async fn accept(listener: &TcpListener, stalled: Duration) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // A connection without one of these works as well.
                if let Err(error) = tune(&stream, stalled) {
                    tracing::debug!(%error, "cannot set the options of a connection");
                }
                return (stream, peer);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Lets the kernel find out who has vanished, even if nothing is to be sent for long, and who takes nothing
/// of what it asked for: either would keep a request, and with it an appspace, busy for ever.
fn tune(stream: &TcpStream, stalled: Duration) -> io::Result<()> {
    use rustix::net::sockopt;
    // A small answer must not wait for the next one.
    stream.set_nodelay(true)?;
    sockopt::set_tcp_keepidle(stream, stalled)?;
    sockopt::set_tcp_keepintvl(stream, stalled.div_f32(4.0).max(Duration::from_secs(1)))?;
    sockopt::set_tcp_keepcnt(stream, 4)?;
    sockopt::set_socket_keepalive(stream, true)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(
        stream,
        u32::try_from(stalled.as_millis()).unwrap_or(u32::MAX),
    )?;
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
