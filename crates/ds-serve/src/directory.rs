//! Which appspace answers at an address, with everything a request needs to know of it.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ds_core::{
    Address, AppVersionDir, Appspace, AppspaceDir, Gate, ProxyId, StoreError, Timestamp, VersionId,
};
use ds_routes::{RouteTable, StaticRoots};
use ds_sandbox::{AppCode, Users};

use crate::Terms;

/// Everything a request needs to know of the appspace it is for.
pub struct Site {
    /// The appspace.
    pub appspace: Appspace,
    /// Who may enter right now.
    pub gate: Gate,
    /// What its app answers to.
    pub routes: Arc<RouteTable>,
    /// Where its static routes serve from.
    pub roots: StaticRoots,
    /// Its directory.
    pub dir: AppspaceDir,
    /// Its app's code.
    pub code: AppCode,
    /// Answers the app's questions about members.
    pub users: Arc<dyn Users>,
    /// What its sandboxes are started with.
    pub terms: Terms,
    /// Set if this is no appspace but a snapshot of one.
    pub preview: Option<SitePreview>,
}

/// What holds at a preview: one member alone may enter, whatever its routes say, and nothing can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePreview {
    /// Who may enter.
    pub owner: ProxyId,
    /// When the snapshot was made.
    pub made: Timestamp,
}

/// Why an appspace could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The store failed.
    #[error("cannot look up an appspace")]
    Store(#[from] StoreError),
    /// It is not known whether it can be used.
    #[error(transparent)]
    Examine(ds_lifecycle::Anomaly),
    /// Its app's routes are not usable.
    #[error("cannot use the routes of app version {version}")]
    Routes {
        /// The version.
        version: VersionId,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Finds the appspace at an address.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The appspace that answers at an address, if there is one.
    async fn at(&self, address: &Address) -> Result<Option<Arc<Site>>, DirectoryError>;
}

/// One appspace that answers at every address: ds-dev's directory. Its site can be replaced when the app's
/// code changes.
pub struct FixedSite(Mutex<Arc<Site>>);

impl FixedSite {
    /// Serves this site.
    #[must_use]
    pub fn new(site: Site) -> Self {
        Self(Mutex::new(Arc::new(site)))
    }

    /// The site right now.
    #[must_use]
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves another site from now on.
    pub fn replace(&self, site: Site) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }
}

#[async_trait]
impl Directory for FixedSite {
    async fn at(&self, _: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        Ok(Some(self.site()))
    }
}

/// Where the static routes of an appspace serve from.
#[must_use]
pub fn static_roots(app: &AppVersionDir, appspace: &AppspaceDir) -> StaticRoots {
    StaticRoots {
        app: app.package(),
        appspace: appspace.files(),
        avatars: appspace.avatars(),
    }
}
