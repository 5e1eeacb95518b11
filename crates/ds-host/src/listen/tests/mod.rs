//! Listeners over real sockets.

mod http;
mod tls;

use std::convert::Infallible;

use ::http::{Request, Response};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use tokio_rustls::TlsAcceptor;

use super::*;

/// A listener whose answers say how they were asked.
struct Listening {
    address: SocketAddr,
    stop: Stop,
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let words = format!("{:?} {}", request.version(), request.uri().path());
    Ok(Response::new(Full::from(words)))
}

async fn listen(tls: Option<TlsAcceptor>, limits: Limits) -> Listening {
    let bound = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, stop) = (bound.address, Stop::default());
    stop.spawn(bound.serve(tls, service_fn(answer), limits, stop.clone()));
    Listening { address, stop }
}
