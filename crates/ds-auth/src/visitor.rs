//! Who sends a request to an appspace.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{AppspaceId, Member, StoreError};
use http::HeaderMap;

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
}

/// Tells who sends a request to an appspace: by session cookie on a host, by the developer's choice in
/// ds-dev, by a header in tests.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The sender. Unknown, expired and revoked credentials are [`Visitor::Anonymous`], not errors.
    async fn identify(
        &self,
        appspace: AppspaceId,
        headers: &HeaderMap,
    ) -> Result<Visitor, AuthError>;
}
