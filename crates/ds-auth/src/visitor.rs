//! Who sends a request to an appspace.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{AppspaceId, Member, StoreError};
use http::HeaderMap;
use tokio::sync::watch;

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Nobody we know.
    Anonymous,
    /// A member of the appspace.
    Member(Arc<Member>),
}

/// Why it could not be told who asks.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The store failed.
    #[error("cannot tell who sends this request")]
    Store(#[from] StoreError),
    /// It shows a token that opens nothing here.
    #[error("this key is not known here; it may have been removed, or its time is over")]
    Token,
}

/// Tells who sends a request to an appspace: by session cookie on a host, by the developer's choice in
/// ds-dev, by a header in tests.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The sender. Unknown, expired and revoked sessions are [`Visitor::Anonymous`], not errors; a token that a
    /// program shows is good, or an error.
    async fn identify(
        &self,
        appspace: AppspaceId,
        headers: &HeaderMap,
    ) -> Result<Visitor, AuthError>;

    /// Changes when somebody who was identified may be nobody any more, or may do less: who keeps something open for them
    /// asks again then. `None` if that does not happen here. What changes after this was called is not missed.
    fn changes(&self) -> Option<watch::Receiver<()>> {
        None
    }

    /// Whether it goes by a token that the client sends on purpose, which no other site's page can make a browser
    /// do unasked: then where the request comes from does not matter.
    fn is_token(&self, _: &HeaderMap) -> bool {
        false
    }
}
