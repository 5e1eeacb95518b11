//! Writing an archive: an appspace in one file, to be kept elsewhere or to go on on another host.
//!
//! ```text
//! rest ─▶ clone ─▶ the appspace goes on ─▶ write the archive from the clone
//! ```
//!
//! A file gets its name when it is whole; nothing is left of one that is not.

use std::{
    fmt,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use ds_backup::{
    About, ArchiveError, CloneError, CopyReason, ExportTree, Exported, FORMAT, Progress,
};
use ds_core::{Appspace, AppspaceId, Reason, StoreError, Work, publish::NewFile};

use crate::{JobError, JobHandle, Lifecycle, RestError, Run, Step};

/// How much is gathered before it is written.
const BUFFER: usize = 256 << 10;

/// Where an archive goes.
pub enum ExportTo {
    /// To a file that is not there yet.
    File(PathBuf),
    /// To whoever waits for it. Only when the job is done was it all.
    Writer(Box<dyn Write + Send>),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportDone {
    /// What the archive says of the appspace.
    pub about: About,
    /// What is in it.
    pub exported: Exported,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something has its name.
    #[error("{} exists already; choose another name", .0.display())]
    Exists(PathBuf),
    /// No file can be made there.
    #[error("cannot write {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The appspace could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Its data could not be cloned.
    #[error("cannot copy the data to write it from")]
    Clone(#[from] CloneError),
    /// It could not be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The records could not be read.
    #[error("cannot read the records of the appspace")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl fmt::Debug for ExportTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Writer(_) => f.write_str("Writer(…)"),
        }
    }
}

impl Lifecycle {
    /// Writes an appspace into an archive, with the app's package if that is wanted. People wait only while the
    /// data is cloned.
    ///
    /// # Errors
    /// If something else is being done to it, or there is such a file. What goes wrong later, the handle tells.
    pub async fn export(
        &self,
        id: AppspaceId,
        to: ExportTo,
        with_package: bool,
    ) -> Result<JobHandle<ExportDone, ExportError>, ExportError> {
        self.appspace(id).await?;
        let work = Work::Export { appspace: id };
        let this = self.clone();
        let body = move |run: Run| async move { this.write_out(&run, id, to, with_package).await };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn write_out(
        &self,
        run: &Run,
        id: AppspaceId,
        to: ExportTo,
        with_package: bool,
    ) -> Result<ExportDone, ExportError> {
        // Before anybody has to wait: most mistakes show here.
        let to = Target::open(to).await?;
        let appspace = self.appspace(id).await?;
        self.room().await?;
        let about = self.copy_out(run, &appspace).await?;
        let package = with_package.then(|| {
            let installed = &self.parts().data;
            installed.app_version(appspace.app, appspace.version_id)
        });
        let tree = ExportTree {
            about,
            data: run.staged().data(),
            package: package.map(|dir| dir.package()),
        };
        run.step(Step::Write, async {
            let progress = run.progress();
            let written = tokio::task::spawn_blocking(move || {
                let exported = to.write(&tree, &*progress)?;
                Ok(ExportDone {
                    about: tree.about,
                    exported,
                })
            });
            written.await.unwrap_or(Err(JobError::Panicked.into()))
        })
        .await
    }

    /// Clones the data at rest, lets the appspace go on, and says what the clone is.
    async fn copy_out(&self, run: &Run, appspace: &Appspace) -> Result<About, ExportError> {
        let (id, staged) = (appspace.id, run.staged());
        let rest = run.step(Step::Rest, async {
            Ok::<_, ExportError>(self.at_rest(id, Reason::Snapshot).await?)
        });
        let (hold, consistency) = rest.await?;
        let hold = run.keep(hold);
        // Now nobody can bring it to another version.
        let appspace = self.appspace(id).await?;
        let made = self.parts().clock.now();
        let live = self.parts().data.appspace(id).data();
        run.clone_data::<ExportError>(&hold, live, staged.data())
            .await?;
        drop(hold);
        run.release();
        let inside = (self.parts().inside_of)(staged);
        let found = async {
            let members = inside.members.members(id).await?;
            Ok::<_, StoreError>((members.len(), inside.schemas.schema(id).await?))
        };
        let found = found.await;
        // An archive is of closed files.
        inside.closes.close(id).await;
        let (members, schema) = found?;
        Ok(About {
            format: FORMAT,
            appspace: id,
            address: appspace.address.clone(),
            app: self.version_of(&appspace).await?.manifest,
            schema,
            made,
            reason: CopyReason::Export,
            consistency,
            members: u32::try_from(members).unwrap_or(u32::MAX),
        })
    }
}

/// Where an archive goes, once that could be opened.
enum Target {
    File(NewFile, PathBuf),
    Writer(Box<dyn Write + Send>),
}

impl Target {
    async fn open(to: ExportTo) -> Result<Self, ExportError> {
        let path = match to {
            ExportTo::Writer(writer) => return Ok(Self::Writer(writer)),
            ExportTo::File(path) => path,
        };
        let name = path.clone();
        let opened = crate::files::blocking(move || NewFile::create(&name)).await;
        match opened {
            Ok(file) => Ok(Self::File(file, path)),
            Err(error) => Err(in_file(path, error)),
        }
    }

    /// Blocks.
    fn write(self, tree: &ExportTree, progress: &dyn Progress) -> Result<Exported, ExportError> {
        match self {
            Self::Writer(writer) => {
                let mut writer = BufWriter::with_capacity(BUFFER, writer);
                Ok(ds_backup::export(tree, &mut writer, progress)?)
            }
            Self::File(file, path) => {
                let mut writer = BufWriter::with_capacity(BUFFER, file);
                let exported = ds_backup::export(tree, &mut writer, progress)?;
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error);
                let named = file.and_then(NewFile::finish);
                named.map_err(|error| in_file(path, error))?;
                Ok(exported)
            }
        }
    }
}

fn in_file(path: PathBuf, source: io::Error) -> ExportError {
    match source.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists(path),
        _ => ExportError::File { path, source },
    }
}
