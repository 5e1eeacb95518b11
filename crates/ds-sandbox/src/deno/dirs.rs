//! The directories of a run, on the host.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use ds_core::publish::create_private_dir;

use super::{
    compiled::Compiled,
    places::jail,
    run_dir::{RunDir, RuntimeDir},
    text,
};
use crate::{
    Quotas, SandboxSpec,
    jail::plan::{Bind, Mode},
};

/// What a sandbox sees, with links resolved: both Deno and mounts take paths as they are written.
pub(super) struct Dirs {
    pub(super) code: PathBuf,
    pub(super) appspace: Option<AppspaceDirs>,
    /// What the app keeps as a browser would, for this appspace or for this run.
    pub(super) storage: PathBuf,
    /// What Deno keeps, where no jail has that ready.
    pub(super) deno_dir: PathBuf,
    /// What was compiled of the app's script before.
    pub(super) compiled: Option<Compiled>,
}

/// The directories of an appspace.
pub(super) struct AppspaceDirs {
    pub(super) files: PathBuf,
    pub(super) avatars: PathBuf,
}

impl Dirs {
    /// Resolves what is there and makes what is not. Blocks.
    pub(super) fn prepare(
        spec: &SandboxSpec,
        runtime: &RuntimeDir,
        run: &RunDir,
    ) -> io::Result<Self> {
        let Some(appspace) = &spec.appspace else {
            for dir in [run.storage(), run.scratch()] {
                create_private_dir(&dir)?;
            }
            return Ok(Self {
                code: spec.code.run.canonicalize()?,
                appspace: None,
                storage: run.storage(),
                deno_dir: run.storage(),
                compiled: None,
            });
        };
        let dir = &appspace.dir;
        for made in [dir.files(), dir.storage()] {
            make_if_missing(&made)?;
        }
        Ok(Self {
            code: spec.code.run.canonicalize()?,
            storage: dir.storage().canonicalize()?,
            deno_dir: runtime.storage(appspace.id),
            compiled: None,
            appspace: Some(AppspaceDirs {
                files: dir.files().canonicalize()?,
                avatars: dir.avatars().canonicalize()?,
            }),
        })
    }

    /// Makes the directory for what Deno keeps, where no jail has it ready.
    pub(super) fn make_deno_dir(self) -> io::Result<Self> {
        create_private_dir(&self.deno_dir)?;
        Ok(self)
    }

    /// Bounds what an appspace's app can write to, where the file system can. The host measures too, so a
    /// failure is not fatal.
    pub(super) fn limit(&self, quotas: &Quotas, mib: u64) {
        let Some(appspace) = &self.appspace else {
            return;
        };
        let dirs = [appspace.files.clone(), self.storage.clone()];
        if let Err(error) = quotas.limit(&dirs, mib.saturating_mul(1 << 20)) {
            tracing::warn!(%error, "cannot bound an appspace's directory");
        }
    }

    /// As a jail mounts them.
    pub(super) fn binds(&self) -> io::Result<Vec<Bind>> {
        let mut binds = vec![
            bind(&self.code, jail::CODE, Mode::Read)?,
            bind(&self.storage, jail::STORAGE, Mode::Write)?,
        ];
        if let Some(appspace) = &self.appspace {
            binds.push(bind(&appspace.files, jail::FILES, Mode::Write)?);
            binds.push(bind(&appspace.avatars, jail::AVATARS, Mode::Read)?);
        }
        if let Some(compiled) = self.compiled.as_ref().filter(|it| it.kept.is_some()) {
            binds.push(bind(&compiled.dir, jail::COMPILED, Mode::Read)?);
        }
        Ok(binds)
    }
}

pub(super) fn bind(from: &Path, to: &str, mode: Mode) -> io::Result<Bind> {
    Ok(Bind {
        from: text(from)?,
        to: to.into(),
        mode,
    })
}

/// The app may write in this directory, so it may have removed it. What is above it must be there.
pub(super) fn make_if_missing(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}
