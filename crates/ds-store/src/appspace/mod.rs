//! The databases inside the appspaces.

mod changes;
mod connections;
mod foreign;
mod integrity;
mod logins;
mod looks;
mod members;
mod original;
mod schema;

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{AppspaceDir, AppspaceId, Closes, DataDir, StoreError};

use crate::{QueryCount, Store};
use connections::{Connections, Db};

pub use original::Originals;

/// `appspace-meta.db` of every appspace, opened when needed. Clones share them.
///
/// A few stay open; the one not used for longest is closed to make room. [`Closes::close`] closes one
/// before its directory is copied, moved or removed.
#[derive(Clone)]
pub struct AppspaceDbs {
    connections: Arc<Connections>,
    count: QueryCount,
    /// Whether reading makes a database where none is.
    makes: bool,
}

impl AppspaceDbs {
    /// Those of a host, previews too. One that is missing there is made by what is written first, an owner or a schema, and by
    /// nothing else: an appspace that has lost its members must not look as if it never had any.
    #[must_use]
    pub fn of_host(data: DataDir, store: &Store) -> Self {
        Self {
            makes: false,
            ..Self::new(move |id| place(&data, id), store.counter())
        }
    }

    /// The one in this directory, whatever its id.
    #[must_use]
    pub fn fixed(dir: AppspaceDir) -> Self {
        Self::new(move |_| dir.clone(), QueryCount::new())
    }

    /// Those in the directories that `place` names.
    pub fn new(
        place: impl Fn(AppspaceId) -> AppspaceDir + Send + Sync + 'static,
        count: QueryCount,
    ) -> Self {
        Self {
            connections: Arc::new(Connections::new(Box::new(place))),
            count,
            makes: true,
        }
    }

    async fn db(&self, appspace: AppspaceId, action: &'static str) -> Result<Db, StoreError> {
        self.open(appspace, action, self.makes).await
    }

    /// As [`db`](Self::db), made if there is none.
    async fn db_or_new(
        &self,
        appspace: AppspaceId,
        action: &'static str,
    ) -> Result<Db, StoreError> {
        self.open(appspace, action, true).await
    }

    async fn open(
        &self,
        appspace: AppspaceId,
        action: &'static str,
        make: bool,
    ) -> Result<Db, StoreError> {
        let opened = self.connections.get(appspace, make, &self.count).await;
        opened.map_err(|error| StoreError::Failed {
            action,
            source: Box::new(error),
        })
    }
}

/// Asked when a database is opened, which costs much more.
fn place(data: &DataDir, id: AppspaceId) -> AppspaceDir {
    let preview = data.preview(id);
    if preview.root().is_dir() {
        preview
    } else {
        data.appspace(id)
    }
}

#[async_trait]
impl Closes for AppspaceDbs {
    async fn close(&self, appspace: AppspaceId) {
        self.connections.close(appspace).await;
    }
}
