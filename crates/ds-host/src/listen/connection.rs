//! One connection, from its handshake to its end.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{Request, Response};
use hyper::{
    body::Incoming,
    rt::{Read, Write},
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsAcceptor;

use super::{
    BoxError, Handler, Limits, Stop,
    activity::{Activity, Counted},
};

/// How long a connection that was asked to close may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Answers the requests of a connection until it ends.
pub(super) async fn run<H, B>(
    (stream, peer): (TcpStream, SocketAddr),
    tls: Option<TlsAcceptor>,
    handler: H,
    limits: Limits,
    stop: &Stop,
) where
    H: Handler<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let Some(tls) = tls else {
        return answer(TokioIo::new(stream), Some(peer), handler, limits, stop).await;
    };
    let handshake = tokio::select! {
        handshake = timeout(limits.handshake, tls.accept(stream)) => handshake,
        () = stop.asked() => return,
    };
    match handshake {
        Ok(Ok(stream)) => answer(TokioIo::new(stream), Some(peer), handler, limits, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

pub(super) async fn answer<H, B, I>(
    io: I,
    peer: Option<SocketAddr>,
    handler: H,
    limits: Limits,
    stop: &Stop,
) where
    H: Handler<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    I: Read + Write + Unpin + 'static,
{
    let activity = Activity::new();
    let builder = builder(limits);
    let service = counting(handler, peer, stop.clone(), activity.clone());
    let mut connection = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = time_to_close(&activity, limits.idle, stop) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = stop.cut() => Ok(()),
                () = says_nothing(&activity) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Resolves when the connection should be closed: the host stops, or nothing was asked for a while.
async fn time_to_close(activity: &Activity, after: Duration, stop: &Stop) {
    tokio::select! { () = stop.asked() => {} () = idle(activity, after) => {} }
}

/// Resolves when a connection that was asked to close has had its time to say goodbye; requests that were
/// under way are not counted as silence.
async fn says_nothing(activity: &Activity) {
    tokio::time::sleep(GOODBYE).await;
    idle(activity, GOODBYE).await;
}

/// Resolves when no request was there for so long.
async fn idle(activity: &Activity, after: Duration) {
    loop {
        match activity.idle_at(after) {
            Some(at) if at <= tokio::time::Instant::now() => return,
            Some(at) => tokio::time::sleep_until(at).await,
            None => tokio::time::sleep(after).await,
        }
    }
}

fn builder(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// The handler, with every request counted until its response has been sent. The handler learns who is on the
/// other side from [`ConnectInfo`], and that the host stops from [`Stop`].
fn counting<H, B>(
    handler: H,
    peer: Option<SocketAddr>,
    stop: Stop,
    activity: Activity,
) -> impl Service<
    Request<Incoming>,
    Response = Response<Counted<B>>,
    Error = Infallible,
    Future: Send + 'static,
>
where
    H: Handler<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    service_fn(move |mut request: Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        request.extensions_mut().insert(stop.clone());
        let busy = activity.begin();
        let answer = handler.call(request);
        async move {
            let response = answer.await?;
            Ok(response.map(|body| Counted { body, _busy: busy }))
        }
    })
}
