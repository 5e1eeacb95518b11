//! What a change says: to the snapshot it takes, and to the appspace's log.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use ds_backup::{ABOUT, About, Consistency, CopyReason, FORMAT};
use ds_core::{Timestamp, error_chain};

use super::{Change, ChangeError};
use crate::files::blocking;

/// How much of what the app printed meanwhile is kept.
const MOST_TOLD: u64 = 64 << 10;

impl Change<'_> {
    /// The description of the clone, before anything is done to it.
    pub(super) async fn about(
        &self,
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<About, ChangeError> {
        Ok(About {
            format: FORMAT,
            appspace: self.appspace.id,
            address: self.appspace.address.clone(),
            app: self.plan.present.manifest.clone(),
            schema: self.plan.from,
            made: now,
            reason: CopyReason::BeforeUpgrade,
            consistency,
            members: self.members().await?,
        })
    }

    /// Writes the description beside the clone, which is then the tree of a copy.
    pub(super) async fn describe(&self, about: &About) -> Result<(), ChangeError> {
        let path = self.staged.root().join(ABOUT);
        let failed_at = path.clone();
        // The clone's database was opened to count its members: a copy is of closed files.
        self.inside.closes.close(self.appspace.id).await;
        let written = serde_json::to_vec_pretty(about).map_err(io::Error::other);
        let written = blocking(move || {
            let mut file = File::create_new(path)?;
            file.write_all(&written?)?;
            file.sync_all()
        });
        written.await.map_err(|source| ChangeError::Describe {
            path: failed_at,
            source,
        })
    }

    /// Adds what the app printed while it was tried out to the appspace's log: its owner wants to know what went
    /// wrong, and the clone goes away.
    pub(super) async fn tell(&self) {
        let (from, to) = (self.staged.log(), self.live.log());
        if let Err(error) = blocking(move || append(&from, &to)).await {
            let (id, error) = (self.appspace.id, error_chain(&error));
            tracing::warn!(appspace = %id, error, "cannot add to an appspace's log");
        }
    }
}

fn append(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let length = from.metadata()?.len();
    from.seek(SeekFrom::Start(length.saturating_sub(MOST_TOLD)))?;
    let mut text = Vec::new();
    from.take(MOST_TOLD).read_to_end(&mut text)?;
    let mut to = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(to)?;
    to.write_all(&text)
}
