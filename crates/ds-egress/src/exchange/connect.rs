//! The connection to the host, which serves one request after another.

use std::{io, sync::PoisonError};

use http::{Request, Response};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{HEAD, HEADERS, error::ExchangeError, forward::Exchange};

pub(super) type Sender = http1::SendRequest<Incoming>;

impl Exchange {
    /// Sends a request. One that did not get out because the connection had ended goes over a new one.
    pub(super) async fn send(
        &self,
        request: Request<Incoming>,
    ) -> Result<(Sender, Response<Incoming>), ExchangeError> {
        let parked = self
            .parked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut request = request;
        if let Some(mut sender) = parked
            && sender.ready().await.is_ok()
        {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(failed.into_error().into()),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await?;
        Ok((sender, response))
    }

    /// Keeps the connection for the next request.
    pub(super) fn park(&self, sender: Sender) {
        *self.parked.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    /// A new connection, with the host's certificate verified for the name.
    async fn connect(&self) -> Result<Sender, ExchangeError> {
        let tls = TlsConnector::from(self.scope.shared.tls().await?);
        let reached = self.scope.reach(&self.to, &self.activity).await;
        let stream = reached.ok_or(ExchangeError::Unreached)?;
        let name = ServerName::try_from(self.to.name.to_string());
        let name = name.map_err(|error| ExchangeError::Tls(io::Error::other(error)))?;
        let patience = self.scope.shared.limits.connect;
        let shaken = timeout(patience, tls.connect(name, stream)).await;
        let shaken = shaken.map_err(io::Error::from).and_then(|stream| stream);
        let stream = TokioIo::new(shaken.map_err(ExchangeError::Tls)?);
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(2 * HEAD)
            .max_header_size(HEAD)
            .max_headers(HEADERS)
            .handshake(stream)
            .await?;
        self.scope.spawn(async {
            // Whoever waits for an answer is told.
            let _ = connection.with_upgrades().await;
        });
        Ok(sender)
    }
}
