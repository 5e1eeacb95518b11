//! Putting back one file or directory of an app.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use ds_backup::snapshots::SnapshotId;
use ds_core::{AppspaceId, publish};

use super::{RestoreError, Restored, in_files};
use crate::{Lifecycle, Run, Step};

impl Lifecycle {
    pub(super) async fn restore_part(
        &self,
        run: &Run,
        id: AppspaceId,
        snapshot: SnapshotId,
        part: PathBuf,
    ) -> Result<Restored, RestoreError> {
        let is_plain = |one: Component<'_>| matches!(one, Component::Normal(_));
        if !part.components().all(is_plain) {
            return Err(RestoreError::NoPath(part));
        }
        let appspace = self.appspace(id).await?;
        self.room().await?;
        let fetched = run.staging().join("part");
        self.read(run, &snapshot, fetched.clone(), Some(in_files(&part)))
            .await?;
        let copy = run.staged();
        let secured = self.keep_present(run, &appspace, &copy).await?;
        run.step(Step::Replace, async {
            let files = copy.files();
            let placed = tokio::task::spawn_blocking(move || place(&fetched, &files, &part));
            let placed = placed.await.map_err(io::Error::other);
            placed.map_err(RestoreError::Files)?
        })
        .await?;
        self.bring_in(run, &secured.hold, &appspace, appspace.version_id)
            .await?;
        self.restored(run, id, secured).await
    }
}

/// Puts what was fetched at a path below `files`, in the place of what is there. Nobody else writes there; no link on
/// the way is followed.
fn place(fetched: &Path, files: &Path, part: &Path) -> Result<(), RestoreError> {
    let mut above = files.to_owned();
    let parents = part.parent().into_iter().flat_map(Path::components);
    make_dir(&above, part)?;
    for name in parents {
        above.push(name);
        make_dir(&above, part)?;
    }
    let to = files.join(part);
    if part.as_os_str().is_empty() && !fetched.is_dir() {
        return Err(RestoreError::NoPath(part.to_owned()));
    }
    match to.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(found) if found.is_dir() => publish::remove_dir(&to),
        Ok(_) => fs::remove_file(&to),
        Err(error) => Err(error),
    }
    .and_then(|()| fs::rename(fetched, to))
    .map_err(RestoreError::Files)
}

fn make_dir(path: &Path, part: &Path) -> Result<(), RestoreError> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(RestoreError::InTheWay(
            part.parent().unwrap_or(part).to_owned(),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            publish::create_private_dir(path).map_err(RestoreError::Files)
        }
        Err(error) => Err(RestoreError::Files(error)),
    }
}
