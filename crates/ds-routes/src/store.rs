//! Where routes are remembered.

use async_trait::async_trait;
use ds_core::{StoreError, VersionId};

use crate::Route;

/// The routes of installed app versions.
#[async_trait]
pub trait RouteStore: Send + Sync {
    /// The routes of a version, in the order of declaration; empty if it has none or is unknown.
    async fn routes(&self, version: VersionId) -> Result<Vec<Route>, StoreError>;
    /// Records the routes of a version, in place of what was recorded.
    async fn set_routes(&self, version: VersionId, routes: &[Route]) -> Result<(), StoreError>;
}
