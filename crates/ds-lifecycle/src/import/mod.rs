//! Making an appspace from an archive, or from a backup of the original Dropserver.
//!
//! ```text
//! unpack and check ─▶ owner ─▶ migrate ─▶ flush ─▶ move into place ─▶ record it and the job's end
//!        └── everything up to here is in staging ────┘      └─ on failure: remove it
//! ```
//!
//! Nothing answers at the address before it is recorded, and nothing in the file is believed before it was checked.

mod allowed;
mod app;
mod error;
mod into;
mod owner;
mod take_in;
mod tree;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use ds_backup::{About, ImportBounds};
use ds_core::{
    AccountId, Address, AppVersion, Appspace, AppspaceId, Hold, OriginalReader, Reason, Schema,
    StoreError, Work, publish,
};
use ds_sandbox::{AppspaceMounts, BoxError};

pub use error::ImportError;
pub use into::ImportedInto;
pub use take_in::{Packed, Unpacked};

use crate::{
    Inside, JobHandle, Lifecycle, MemberUsers, Migration, Run, Step, files::blocking, migrate,
};

/// What an appspace is made from, and whose it will be.
#[derive(Clone)]
pub struct NewImport {
    /// The archive, or the zip of the original.
    pub from: PathBuf,
    /// How much is taken in.
    pub bounds: ImportBounds,
    /// Whose it will be.
    pub owner: AccountId,
    /// The name that the owner gets, if they are not among its members.
    pub owner_name: String,
    /// The mail address by which the owner is found among the members of an original.
    pub owner_email: Option<String>,
    /// Where it will answer.
    pub address: Address,
    /// The version that is to run in it. If none is given, it is the one that the archive names: installed
    /// already, or from the package in it.
    pub version: Option<AppVersion>,
    /// Installs the package in the archive if its app is not there; `None` if that is not wanted.
    pub installs: Option<Arc<dyn InstallPackage>>,
    /// Reads the members of an original.
    pub originals: Arc<dyn OriginalReader>,
}

/// Installs a package that came with an archive.
#[async_trait]
pub trait InstallPackage: Send + Sync {
    /// Installs the package in this folder for an account.
    ///
    /// # Errors
    /// If it is not installed; nothing is left of it then.
    async fn install(&self, owner: AccountId, package: PathBuf) -> Result<AppVersion, BoxError>;
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The appspace.
    pub appspace: Appspace,
    /// What the archive says of it; `None` for an original.
    pub about: Option<About>,
    /// How many files were taken in.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of an original that were left out.
    pub left_out: u64,
    /// How many members it has.
    pub members: usize,
}

/// One import under way.
struct Import<'a> {
    run: &'a Run,
    id: AppspaceId,
    new: NewImport,
    inside: Inside,
}

impl Lifecycle {
    /// Makes an appspace from an archive or from a backup of the original.
    ///
    /// # Errors
    /// If something answers at the address, or the host is stopping. What goes wrong later, the handle tells;
    /// there is no appspace then, and nothing of it is left. An app that was installed for it stays.
    pub async fn import(
        &self,
        new: NewImport,
    ) -> Result<JobHandle<Imported, ImportError>, ImportError> {
        if self.parts().appspaces.at(&new.address).await?.is_some() {
            return Err(ImportError::AddressTaken(new.address));
        }
        let id = AppspaceId::new();
        let work = Work::Import { appspace: id };
        let this = self.clone();
        let body = move |run: Run| async move {
            let inside = (this.parts().inside_of)(run.staged());
            let import = Import {
                run: &run,
                id,
                new,
                inside,
            };
            let mut made = this.bring_up(import).await?;
            made.appspace.created = this.parts().clock.now();
            run.step(Step::Record, this.record_import(&run, &made))
                .await?;
            Ok(made)
        };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    /// Unpacks an archive to where an appspace's directory belongs, for a job that records it. If the job is undone,
    /// so is this.
    pub(crate) async fn build_in_place(
        &self,
        run: &Run,
        id: AppspaceId,
        new: NewImport,
    ) -> Result<Imported, ImportError> {
        let inside = (self.parts().inside_of)(run.staged());
        let import = Import {
            run,
            id,
            new,
            inside,
        };
        self.bring_up(import).await
    }

    async fn bring_up(&self, import: Import<'_>) -> Result<Imported, ImportError> {
        let gate = self.parts().gates.of_new(import.id);
        let hold = import.run.keep(gate.hold(Reason::Creating).await);
        self.room().await?;
        let built = self.build_from(&import, &hold).await;
        // Whatever came of it: what is in staging must not stay open.
        import.inside.closes.close(import.id).await;
        let made = built?;
        self.flush_staged(&import).await?;
        let (run, staged) = (import.run, import.run.staged());
        let place = self.parts().data.appspace(import.id);
        run.step(Step::MoveDirectory, async {
            let (from, to) = (staged.root().to_owned(), place.root().to_owned());
            let moved = blocking(move || publish::move_dir(&from, &to)).await;
            moved.map_err(|source| ImportError::files(place.root(), source))
        })
        .await?;
        Ok(made)
    }

    /// Builds the new appspace's directory in staging.
    async fn build_from(&self, import: &Import<'_>, hold: &Hold) -> Result<Imported, ImportError> {
        let run = import.run;
        let taken = run.step(Step::Unpack, import.unpack()).await?;
        let version = self.version_for(import, taken.about.as_ref()).await?;
        let by = self.migrating_version(&version, taken.schema).await?;
        let owned = run.step(Step::AddOwner, async {
            let owning = import.owning(&taken).await?;
            import.add_owner(owning).await?;
            let like = self.like(taken.about.as_ref(), import.new.owner).await?;
            self.count_allowed(import, like).await
        });
        let members = owned.await?;
        self.migrate_import(import, hold, by, version.schema)
            .await?;
        Ok(Imported {
            appspace: import.appspace(&version),
            about: taken.about,
            files: taken.files,
            bytes: taken.bytes,
            left_out: taken.left_out,
            members,
        })
    }

    /// Migrates what was unpacked, if it must be. It is bounded as the appspace is, if there is one yet.
    async fn migrate_import(
        &self,
        import: &Import<'_>,
        hold: &Hold,
        by: Option<AppVersion>,
        to: Schema,
    ) -> Result<(), ImportError> {
        let Some(by) = by else {
            return Ok(());
        };
        let migration = Migration {
            code: (self.parts().code_of)(&by),
            appspace: import.mounts(),
            to,
            limits: self.limits_of(import.id).await?,
        };
        let migrating = async {
            let (engine, schemas) = (&*self.parts().engine, &*import.inside.schemas);
            Ok::<_, ImportError>(migrate(hold, engine, schemas, migration).await?)
        };
        import.run.step(Step::Migrate, migrating).await
    }

    async fn flush_staged(&self, import: &Import<'_>) -> Result<(), ImportError> {
        let staged = import.run.staged();
        import
            .run
            .step(Step::Flush, async {
                let root = staged.root().to_owned();
                let flushed = blocking(move || {
                    tree::remove_rest(&root)?;
                    publish::sync_tree(&root)
                });
                let flushed = flushed.await;
                flushed.map_err(|source| ImportError::files(staged.root(), source))
            })
            .await
    }

    async fn record_import(&self, run: &Run, made: &Imported) -> Result<(), ImportError> {
        let appspace = &made.appspace;
        let like = self.like(made.about.as_ref(), appspace.owner).await?;
        let recording = self.parts().appspaces.add_by(appspace, run.id(), like);
        match run.commit(recording).await {
            Ok(()) => {
                // Somebody may have asked for it before it was there.
                (self.parts().forget)(&appspace.address);
                Ok(())
            }
            Err(StoreError::Taken { .. }) => {
                Err(ImportError::AddressTaken(appspace.address.clone()))
            }
            Err(error) => Err(ImportError::Store(error)),
        }
    }
}

impl Import<'_> {
    async fn unpack(&self) -> Result<Unpacked, ImportError> {
        let packed = Packed {
            from: self.new.from.clone(),
            bounds: self.new.bounds,
            originals: &*self.new.originals,
            progress: self.run.progress(),
        };
        let (staged, id) = (self.run.staged(), self.id);
        packed.unpack(&staged, &self.inside, id).await
    }

    fn appspace(&self, version: &AppVersion) -> Appspace {
        Appspace {
            id: self.id,
            owner: self.new.owner,
            address: self.new.address.clone(),
            app: version.app,
            version_id: version.id,
            version: version.version.clone(),
            paused: false,
            created: version.created,
        }
    }

    /// What a sandbox sees of it. It has no way out: what is in there was written by others.
    fn mounts(&self) -> AppspaceMounts {
        let members = Arc::clone(&self.inside.members);
        AppspaceMounts {
            id: self.id,
            address: self.new.address.clone(),
            dir: self.run.staged(),
            users: Arc::new(MemberUsers::new(members, self.id)),
            outlet: None,
        }
    }
}
