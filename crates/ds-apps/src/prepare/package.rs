//! The files of a package.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{PrepareError, media::Media};

const MAX_FILES: usize = 200_000;
const MAX_DEPTH: usize = 64;

/// The files of a package, by their paths with `/` between.
#[derive(Clone, Debug)]
pub(super) struct Package {
    pub root: PathBuf,
    pub files: BTreeSet<String>,
}

impl Package {
    /// Lists a package. Links and devices are refused.
    pub(super) fn read(root: &Path) -> Result<Self, PrepareError> {
        let mut package = Self {
            root: root.to_owned(),
            files: BTreeSet::new(),
        };
        package.list(root, "", 0)?;
        Ok(package)
    }

    fn list(&mut self, dir: &Path, prefix: &str, depth: usize) -> Result<(), PrepareError> {
        let failed = |source| PrepareError::Read {
            path: dir.to_owned(),
            source,
        };
        for entry in fs::read_dir(dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let Some(path) = entry
                .file_name()
                .to_str()
                .map(|name| format!("{prefix}{name}"))
            else {
                return Err(PrepareError::NotAFile(entry.path()));
            };
            if kind.is_dir() && depth < MAX_DEPTH {
                self.list(&entry.path(), &format!("{path}/"), depth + 1)?;
            } else if kind.is_file() {
                self.files.insert(path);
            } else {
                return Err(PrepareError::NotAFile(entry.path()));
            }
            if self.files.len() > MAX_FILES {
                let what = "the number of files in the package".to_owned();
                return Err(PrepareError::TooMuch {
                    what,
                    limit: MAX_FILES as u64,
                });
            }
        }
        Ok(())
    }

    /// Whether there is a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether there is a folder with something in it.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.below(&format!("{path}/")).next().is_some()
    }

    /// The modules that an import computed at run time may reach: those below a folder (`""`, `"a/b/"`).
    pub(super) fn modules_below(&self, folder: &str) -> impl Iterator<Item = &String> {
        self.below(folder)
            .filter(|path| Media::of_path(path).is_script() && !is_installed(path))
    }

    fn below(&self, folder: &str) -> impl Iterator<Item = &String> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |path| path.starts_with(folder))
    }
}

/// Whether a path is inside a `node_modules`.
pub(super) fn is_installed(path: &str) -> bool {
    path.starts_with("node_modules/") || path.contains("/node_modules/")
}
