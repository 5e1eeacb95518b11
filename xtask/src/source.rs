//! The files of the repository, as git knows them.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::shell::{output, program};

/// A text file: its path below the top, and what is in it.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The text files of the repository.
#[derive(Debug, Default)]
pub(crate) struct Tree(pub(crate) Vec<File>);

impl Tree {
    /// What is tracked, or would be if it were added. Files that are no text are left out.
    pub(crate) fn tracked(root: &Path) -> Result<Self> {
        let listed = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let listed = output(program("git").args(listed).current_dir(root))?;
        let mut files = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let full = root.join(path);
            // Listed, and removed since.
            if !full.is_file() {
                continue;
            }
            let bytes = fs::read(&full).with_context(|| format!("cannot read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File {
                    path: path.to_owned(),
                    text,
                });
            }
        }
        Ok(Self(files))
    }

    /// The file at this path.
    pub(crate) fn at(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }

    /// The files with this extension.
    pub(crate) fn with(&self, extension: &str) -> impl Iterator<Item = &File> {
        let is = move |file: &&File| Path::new(&file.path).extension() == Some(extension.as_ref());
        self.0.iter().filter(is)
    }
}

impl File {
    /// The crate it belongs to.
    pub(crate) fn package(&self) -> &str {
        match self.path.split('/').collect::<Vec<_>>()[..] {
            ["crates", name, ..] => name,
            ["tests", ..] => "ds-tests",
            ["xtask", ..] => "xtask",
            _ => "",
        }
    }
}
