//! Unpacking an archive, or a backup of the original, and checking all of it.

use std::{
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_backup::{
    About, ArchiveKind, Contents, ImportBounds, ORIGINAL_META, OriginalUnpacked, Progress,
};
use ds_core::{
    AppspaceDir, AppspaceId, OriginalMember, OriginalMeta, OriginalReader, Schema, publish,
};

use super::{ImportError, owner, tree};
use crate::{Inside, JobError};

/// A file that is to be unpacked.
pub struct Packed<'a> {
    /// The archive, or the zip of the original.
    pub from: PathBuf,
    /// How much is taken in.
    pub bounds: ImportBounds,
    /// Reads the members of an original.
    pub originals: &'a dyn OriginalReader,
    /// Told how far it is.
    pub progress: Arc<dyn Progress>,
}

/// What was unpacked and found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// What an archive says of the appspace; `None` for an original.
    pub about: Option<About>,
    /// The schema of the data.
    pub schema: Schema,
    /// The members of an original, who were added; none of them is the owner.
    pub of_original: Vec<OriginalMember>,
    /// How many files there are.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files of an original that were left out.
    pub left_out: u64,
}

enum Content {
    Archive(Box<Contents>),
    Original(OriginalUnpacked),
}

impl Packed<'_> {
    /// Unpacks it into a directory that is not there yet, and checks what comes out. `inside` is what that directory
    /// will carry, by the id `id`; the caller closes it. A package in it is in `package/`, beside the data.
    ///
    /// # Errors
    /// If it is not whole, or not an appspace, or there is no room for it. What is then in the directory is to be
    /// removed, and nothing of it used.
    pub async fn unpack(
        self,
        into: &AppspaceDir,
        inside: &Inside,
        id: AppspaceId,
    ) -> Result<Unpacked, ImportError> {
        let (from, bounds, progress) = (self.from, self.bounds, self.progress);
        let dir = into.clone();
        let content = tokio::task::spawn_blocking(move || {
            if let Some(parent) = dir.root().parent() {
                let made = publish::create_private_dir(parent);
                made.map_err(|source| ImportError::files(parent, source))?;
            }
            unpack(&from, &dir, &bounds, &*progress)
        });
        match content.await.unwrap_or(Err(JobError::Panicked.into()))? {
            Content::Archive(contents) => archive(*contents, inside, id).await,
            Content::Original(unpacked) => {
                let database = into.root().join(ORIGINAL_META);
                let meta = self.originals.read_original(&database).await;
                let meta = meta.map_err(ImportError::Database)?;
                original(unpacked, meta, inside, id).await
            }
        }
    }
}

async fn archive(
    contents: Contents,
    inside: &Inside,
    id: AppspaceId,
) -> Result<Unpacked, ImportError> {
    let whole = inside.integrity.check_foreign(id).await;
    whole.map_err(ImportError::Database)?;
    let has = inside.schemas.schema(id).await;
    let (has, about) = (has.map_err(ImportError::Database)?, contents.about);
    if has != about.schema {
        let says = about.schema;
        return Err(ImportError::Schema { says, has });
    }
    let members = inside.members.members(id).await;
    owner::check(&members.map_err(ImportError::Database)?)?;
    Ok(Unpacked {
        about: Some(about),
        schema: has,
        of_original: Vec::new(),
        files: contents.files,
        bytes: contents.bytes,
        left_out: 0,
    })
}

async fn original(
    unpacked: OriginalUnpacked,
    meta: OriginalMeta,
    inside: &Inside,
    id: AppspaceId,
) -> Result<Unpacked, ImportError> {
    for member in &meta.members {
        let member = member.member(false);
        inside.members.add_member(id, &member, None).await?;
    }
    inside.schemas.set_schema(id, meta.schema).await?;
    Ok(Unpacked {
        about: None,
        schema: meta.schema,
        of_original: meta.members,
        files: unpacked.files,
        bytes: unpacked.bytes,
        left_out: unpacked.left_out,
    })
}

/// Blocks.
fn unpack(
    from: &Path,
    into: &AppspaceDir,
    bounds: &ImportBounds,
    progress: &dyn Progress,
) -> Result<Content, ImportError> {
    let mut file = open(from).map_err(|source| ImportError::Open {
        path: from.to_owned(),
        source,
    })?;
    match ds_backup::recognize(&mut file)? {
        ArchiveKind::Archive => {
            let file = BufReader::new(file);
            let contents = ds_backup::import(file, into.root(), bounds, progress)?;
            tree::check(into, true)?;
            Ok(Content::Archive(Box::new(contents)))
        }
        ArchiveKind::Original => {
            let unpacked = ds_backup::unpack_original(file, into.root(), bounds, progress)?;
            tree::check(into, false)?;
            Ok(Content::Original(unpacked))
        }
    }
}

/// Opening a pipe would wait for somebody to write.
fn open(path: &Path) -> io::Result<File> {
    if path.metadata()?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other("it is not a file"))
    }
}
