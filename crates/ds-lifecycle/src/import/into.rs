//! Letting what is in a file take the place of an appspace's data.
//!
//! ```text
//! unpack and check ─▶ owner ─▶ migrate ─▶ snapshot the present ─▶ rest ─▶ what changed since ─▶ flush ─▶ exchange ─▶ …
//!        └── the appspace goes on meanwhile, but for a moment ──┘
//! ```
//!
//! As a restore does it, from a file instead of a snapshot, and the job is one of that kind.

use ds_core::{AppVersion, Appspace, AppspaceDir, AppspaceId, Gate, Hold, Reason, Work, publish};

use super::{Import, ImportError, Imported, NewImport, tree};
use crate::{JobHandle, Kept, Lifecycle, Run, Step, before::says_before, files::blocking};

/// What took the place of an appspace's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedInto {
    /// What was taken in, and the appspace as it is now.
    pub imported: Imported,
    /// The snapshot of how it was before.
    pub before: Option<String>,
    /// How it went to store that at the other places, if there are more than one.
    pub elsewhere: Vec<Kept>,
}

says_before!(ImportError, NotKept, |source| ImportError::Files {
    path: "the data".into(),
    source
});

impl Lifecycle {
    /// Lets what is in an archive, or in a backup of the original, take the place of an appspace's data: of the same
    /// app, and how it is now is snapshotted first. Of `new`, the address and what it says of the app are not looked
    /// at. Its owner stays its owner; the other members are those in the file.
    ///
    /// # Errors
    /// If something else is being done to it. What goes wrong later, the handle tells; the appspace is then exactly as
    /// it was.
    pub async fn import_into(
        &self,
        id: AppspaceId,
        new: NewImport,
    ) -> Result<JobHandle<ImportedInto, ImportError>, ImportError> {
        let appspace = self.appspace(id).await?;
        let version = appspace.version_id;
        let work = Work::Restore {
            appspace: id,
            from: version,
            to: version,
            new_data: None,
        };
        let new = NewImport {
            owner: appspace.owner,
            address: appspace.address,
            version: None,
            installs: None,
            ..new
        };
        let this = self.clone();
        let body = move |run: Run| async move {
            let inside = (this.parts().inside_of)(run.staged());
            let import = Import {
                run: &run,
                id,
                new,
                inside,
            };
            this.take_its_place(import).await
        };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn take_its_place(&self, import: Import<'_>) -> Result<ImportedInto, ImportError> {
        let (run, id) = (import.run, import.id);
        if self.snapshotter().is_none() {
            return Err(ImportError::Off);
        }
        let appspace = self.appspace(id).await?;
        self.room().await?;
        // Nobody else knows of what is built here.
        let alone = Gate::new(id).hold(Reason::Creating).await;
        let built = self.build_into(&import, &appspace, &alone).await;
        import.inside.closes.close(id).await;
        let (version, mut imported) = built?;
        run.advance(Work::Restore {
            appspace: id,
            from: appspace.version_id,
            to: version.id,
            new_data: None,
        })
        .await?;
        let root = run.staged().root().to_owned();
        let tidied = blocking(move || {
            tree::remove_rest(&root)?;
            // On disk before anybody waits for that.
            publish::sync_tree(&root)
        })
        .await;
        tidied.map_err(|source| ImportError::files(run.staged().root(), source))?;
        let present = AppspaceDir::new(run.staging().join("before"));
        let secured = self.keep_present(run, &appspace, &present).await?;
        self.bring_in(run, &secured.hold, &appspace, version.id)
            .await?;
        let before = secured.before;
        drop(secured.hold);
        run.release();
        let elsewhere = self.spread(run, before.as_ref()).await;
        imported.appspace = self.appspace(id).await?;
        Ok(ImportedInto {
            imported,
            before: before.map(|before| before.id),
            elsewhere,
        })
    }

    /// Builds the new data in staging, for the version of the app that it was written by, else for the one that runs.
    async fn build_into(
        &self,
        import: &Import<'_>,
        appspace: &Appspace,
        alone: &Hold,
    ) -> Result<(AppVersion, Imported), ImportError> {
        let run = import.run;
        let taken = run.step(Step::Unpack, import.unpack()).await?;
        let present = self.version_of(appspace).await?;
        let written_by = taken.about.as_ref().map(|about| &about.app);
        if let Some(app) = written_by.filter(|app| app.name != present.manifest.name) {
            return Err(ImportError::OtherApp {
                app: super::app::printable(&app.name),
                runs: present.manifest.name,
            });
        }
        let installed = self.parts().apps.versions(appspace.app).await?;
        let is_its = |one: &AppVersion| written_by.is_some_and(|app| app.version == one.version);
        let version = installed.into_iter().find(is_its).unwrap_or(present);
        let by = self.migrating_version(&version, taken.schema).await?;
        let owned = run.step(Step::AddOwner, async {
            let owning = import.owning(&taken).await?;
            import.add_owner(owning).await?;
            self.count_allowed(import, Some(import.id)).await
        });
        let members = owned.await?;
        self.migrate_import(import, alone, by, version.schema)
            .await?;
        let imported = Imported {
            appspace: appspace.clone(),
            about: taken.about,
            files: taken.files,
            bytes: taken.bytes,
            left_out: taken.left_out,
            members,
        };
        Ok((version, imported))
    }
}
