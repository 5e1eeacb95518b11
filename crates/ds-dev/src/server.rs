//! Listening on this computer.

use std::{convert::Infallible, sync::Arc, time::Duration};

use ds_sandbox::Body;
use ds_serve::Appspaces;
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::TcpListener;

use crate::page::DevPages;

/// Between a connection that could not be accepted and the next try.
const PAUSE: Duration = Duration::from_millis(100);

/// What answers: ds-dev's own pages below their path, the app everywhere else.
pub(crate) struct Server {
    pub(crate) appspaces: Appspaces,
    pub(crate) pages: Arc<DevPages>,
}

impl Server {
    /// Accepts connections for as long as it is polled.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener) {
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    // Too many open files, most likely: trying at once would only burn the processor.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let this = Arc::clone(&self);
            tokio::spawn(async move {
                let service = service_fn(move |request| Arc::clone(&this).answer(request));
                let connection = auto::Builder::new(TokioExecutor::new());
                let served = connection
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
                if let Err(error) = served {
                    tracing::debug!(error = %error, "a connection ended early");
                }
            });
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        // A name that a stranger's page made point here (DNS rebinding) must not reach the developer's data.
        if !is_this_computer(&request) {
            return Ok(self.pages.refuse_name());
        }
        if DevPages::concerns(request.uri().path()) {
            return Ok(self.pages.answer(request).await);
        }
        Ok(self.appspaces.serve(request).await)
    }
}

fn is_this_computer<B>(request: &Request<B>) -> bool {
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let Some(name) = authority.or(host) else {
        return false;
    };
    let name = name
        .rsplit_once(':')
        .map_or(name, |(name, _)| name)
        .to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_are_served() {
        let check = |host: &str, expect: bool| {
            let request = Request::builder().header("host", host).body(()).unwrap();
            assert_eq!(is_this_computer(&request), expect, "{host}");
        };
        check("localhost:3003", true);
        check("LOCALHOST", true);
        check("app.localhost:3003", true);
        check("127.0.0.1:3003", true);
        check("[::1]:3003", true);
        check("evil.example:3003", false);
        check("localhost.evil.example", false);
        check("", false);
    }
}
