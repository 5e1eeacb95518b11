//! A rehearsal of a change: all of it is done on a copy that is thrown away, while the appspace goes on.
//!
//! A version that does not work shows here, before anybody has to wait. And pages are asked for here alone, since an
//! app may write when it is asked for one: what it writes goes with the copy. On the data that will be the new data
//! the app is started, no more, which it would be by the next request. The copy costs room on the disk, as much as
//! the data unless the file system shares blocks; where there is none to spare, nothing is rehearsed and the pages
//! are asked for on the new data.

use ds_backup::Cloned;
use ds_core::{Gate, Reason, publish};

use super::{Change, ChangeError};
use crate::{
    Lifecycle, Step,
    before::{Prepared, make_room},
    files::blocking,
};

impl Lifecycle {
    /// Rehearses a change; says whether there was room for it.
    pub(super) async fn rehearse(
        &self,
        trial: &Change<'_>,
        prepared: &Prepared,
    ) -> Result<bool, ChangeError> {
        let (run, id) = (trial.run, trial.appspace.id);
        let clone = &prepared.earlier;
        // What did not change until then is on disk before anybody waits for that.
        let data = clone.data();
        let flushed = blocking(move || publish::sync_tree(&data)).await;
        flushed.map_err(ChangeError::Files)?;
        // All appspaces are closed while the host has no room: not for a rehearsal.
        let root = self.parts().data.root().to_owned();
        let free = blocking(move || publish::free_space(&root)).await;
        let free = free.map_err(ChangeError::Files)?;
        if !has_room(free, self.parts().least_free, &prepared.cloned) {
            tracing::info!(appspace = %id, "no room to rehearse a change of version");
            return Ok(false);
        }
        // Nobody else knows of the copy.
        let hold = Gate::new(id).hold(Reason::Migrating).await;
        let copied = run.clone_data::<ChangeError>(&hold, clone.data(), trial.staged.data());
        match copied.await {
            Err(ChangeError::Clone(error)) if error.is_no_room() => {
                tracing::info!(appspace = %id, "no room to rehearse a change of version");
                make_room(&trial.staged).await;
                return Ok(false);
            }
            copied => copied?,
        };
        let rehearsed = run.step(Step::Rehearse, async {
            self.migrate_clone(trial, &hold).await?;
            self.check(trial, true).await
        });
        let rehearsed = rehearsed.await;
        trial.inside.closes.close(id).await;
        if rehearsed.is_err() {
            trial.tell().await;
        }
        rehearsed?;
        // The clone of what changed has the same needs.
        make_room(&trial.staged).await;
        Ok(true)
    }
}

/// Whether there is room for another clone like this one.
fn has_room(free: u64, least: u64, cloned: &Cloned) -> bool {
    let shares_all = cloned.shared == cloned.files;
    let needs = if shares_all { 0 } else { cloned.bytes };
    free >= needs.saturating_add(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_leaves_the_host_its_room() {
        let check = |free: u64, least: u64, (bytes, files, shared), expect: bool| {
            let cloned = Cloned {
                files,
                bytes,
                shared,
                skipped: 0,
            };
            assert_eq!(has_room(free, least, &cloned), expect, "{free} {cloned:?}");
        };
        check(100, 0, (100, 2, 0), true);
        check(99, 0, (100, 2, 0), false);
        check(150, 60, (100, 2, 1), false);
        // Blocks that are shared take none.
        check(60, 60, (100, 2, 2), true);
        check(u64::MAX, 1, (u64::MAX, 1, 0), true);
    }
}
