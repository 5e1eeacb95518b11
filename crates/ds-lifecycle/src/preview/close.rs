//! Closing previews, and removing what a host left that ended with some open.

use std::{fs, io, path::Path};

use ds_core::{AppspaceId, Closure, Reason, error_chain, fault, publish};
use tokio::time::timeout;

use crate::{Lifecycle, files::blocking, undo::remove};

impl Lifecycle {
    /// Closes a preview and removes all of it. Says whether it was open. The work goes on if the caller goes away.
    pub async fn close_preview(&self, id: AppspaceId) -> bool {
        if self.previews().begin_closing(id).is_none() {
            return false;
        }
        let this = self.clone();
        let removed = tokio::spawn(async move { this.remove_preview(id).await });
        if let Err(error) = removed.await {
            tracing::error!(preview = %id, %error, "closing a preview was interrupted");
        }
        true
    }

    /// Closes the previews that nobody has used for a while, and those that have been open too long.
    pub async fn close_old_previews(&self) {
        for id in self.previews().due() {
            self.close_preview(id).await;
        }
    }

    /// Closes all previews: they are the first to go where there is no room.
    pub async fn close_previews(&self) {
        for id in self.previews().all() {
            self.close_preview(id).await;
        }
    }

    async fn remove_preview(&self, id: AppspaceId) {
        let gate = self.parts().gates.of_new(id);
        gate.close(Closure::Deleted);
        let grace = self.parts().grace;
        {
            let mut hold = std::pin::pin!(gate.hold(Reason::Deleting));
            let is_empty = timeout(grace, hold.as_mut()).await.is_ok();
            self.close_all(id).await;
            if !is_empty && timeout(grace, hold).await.is_err() {
                tracing::warn!(preview = %id, "a preview was removed while somebody was inside");
            }
        }
        self.close_all(id).await;
        let dir = self.parts().data.preview(id);
        if let Err(error) = blocking(move || publish::remove_dir(dir.root())).await {
            // The next start removes it.
            tracing::warn!(preview = %id, error = error_chain(&error), "a preview left files behind");
        }
        self.parts().gates.forget(id);
        self.previews().forget(id);
    }

    /// Removes a preview that was to be opened. What stays of it is no reason to leave its appspace alone: the next
    /// start removes it.
    pub(crate) async fn unopen(&self, id: AppspaceId) {
        let dir = self.parts().data.preview(id);
        if let Err(error) = remove(dir.root().to_owned()).await {
            tracing::warn!(preview = %id, error = error_chain(&error), "a preview left files behind");
        }
    }

    /// Removes what a host left that ended with previews open. Nobody can reach what cannot be removed.
    pub(crate) async fn remove_old_previews(&self) {
        let root = self.parts().data.previews_root();
        if let Err(error) = blocking(move || empty(&root)).await {
            tracing::warn!(error = error_chain(&error), "cannot remove old previews");
        }
        fault::point("remove old previews: after");
    }
}

fn empty(root: &Path) -> io::Result<()> {
    publish::create_private_dir(root)?;
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            publish::remove_dir(&entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
