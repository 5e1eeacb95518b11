//! npm packages in folders of modules: `npm/<name>`, or as the list of a vendor folder says.

use std::{
    cmp::Reverse,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{manifest::Manifest, problem::NpmProblem};
use crate::modules::{Listed, PackageSpec, Tree, rank};

const MAX_FILES: usize = 100_000;

/// A package in a folder.
pub(super) struct InFolder {
    pub place: PathBuf,
    pub version: String,
    /// Its line in the folder's list.
    pub listed: Option<Listed>,
}

/// The package that all of these take, from the first folder that has one; else why the first that is there does not
/// do.
pub(super) fn find(trees: &[Tree], wants: &[PackageSpec]) -> Result<Option<InFolder>, NpmProblem> {
    let mut unfit = None;
    for tree in trees {
        for found in candidates(tree, wants)? {
            match wants.iter().find(|spec| !spec.takes(&found.version)) {
                None => {
                    plain(tree.root(), &found.place)?;
                    return Ok(Some(found));
                }
                Some(spec) => unfit = unfit.or(Some(not_fitting(&found, spec))),
            }
        }
    }
    unfit.map_or(Ok(None), Err)
}

/// What a folder has: first what is there by exactly that name, then the other versions that its list tells of, the
/// highest first.
fn candidates(tree: &Tree, wants: &[PackageSpec]) -> Result<Vec<InFolder>, NpmProblem> {
    let Some(PackageSpec { name, .. }) = wants.first() else {
        return Ok(Vec::new());
    };
    let lines = tree.packages(name)?;
    let exact = wants
        .iter()
        .filter_map(|spec| Some(format!("npm/{name}@{}", spec.wants.as_ref()?)));
    let mut files: Vec<String> = exact.chain([format!("npm/{name}")]).collect();
    files.retain(|file| !lines.iter().any(|line| line.file == *file));
    let unlisted = files.into_iter().map(|file| (file, None));
    let listed = lines
        .into_iter()
        .map(|line| (line.file.clone(), Some(line)));
    let mut found: Vec<InFolder> = unlisted
        .chain(listed)
        .filter_map(|(file, listed)| {
            let place = tree.root().join(file);
            let version = Manifest::read(&place).ok()?.version();
            Some(InFolder {
                place,
                version,
                listed,
            })
        })
        .collect();
    let other_version = |found: &InFolder| match &found.listed {
        Some(line) if line.file != format!("npm/{name}") => Some(Reverse(rank(&found.version))),
        _ => None,
    };
    found.sort_by_key(other_version);
    Ok(found)
}

fn not_fitting(found: &InFolder, spec: &PackageSpec) -> NpmProblem {
    NpmProblem::Unfit {
        place: found.place.display().to_string(),
        version: found.version.clone(),
        name: spec.name.clone(),
        wants: spec.to_string(),
    }
}

/// No link may be on the way from the folder to the package.
fn plain(folder: &Path, place: &Path) -> Result<(), NpmProblem> {
    let mut ways = place.ancestors().take_while(|way| *way != folder);
    let is_link = |way: &&Path| way.symlink_metadata().is_ok_and(|it| it.is_symlink());
    match ways.find(is_link) {
        Some(way) => Err(NpmProblem::Link(way.to_owned())),
        None => Ok(()),
    }
}

impl InFolder {
    /// A listed package is what its list says.
    pub(super) fn check(&self) -> Result<(), NpmProblem> {
        let Some(line) = &self.listed else {
            return Ok(());
        };
        let found = digest(&self.place).map_err(|source| NpmProblem::Read {
            path: self.place.clone(),
            source,
        })?;
        if found == line.sha256 {
            Ok(())
        } else {
            Err(NpmProblem::Changed(self.place.clone()))
        }
    }
}

/// One SHA-256, in hex, of all files of a package: of the path, the length and the SHA-256 of each, in the order of
/// the paths.
pub(in crate::prepare) fn digest(package: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(package.join(&folder))? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, folder.join(entry.file_name()));
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                files.push(path);
            } else {
                let what = format!("{} is not a plain file", path.display());
                return Err(io::Error::other(what));
            }
            if files.len() + open.len() > MAX_FILES {
                return Err(io::Error::other(format!(
                    "it has more than {MAX_FILES} files"
                )));
            }
        }
    }
    files.sort();
    let mut all = Sha256::new();
    for path in files {
        let (length, hash) = hash_file(&package.join(&path))?;
        all.update(path.as_os_str().as_encoded_bytes());
        all.update([0]);
        all.update(length.to_be_bytes());
        all.update(hash);
    }
    Ok(hex(&all.finalize()))
}

fn hash_file(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut file = File::open(path)?;
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; 64 << 10]);
    loop {
        let got = file.read(&mut buffer)?;
        if got == 0 {
            return Ok((length, hash.finalize().into()));
        }
        length += got as u64;
        hash.update(&buffer[..got]);
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_changes_the_digest() {
        let dir = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let mut seen = std::collections::HashSet::new();
        let mut is_new = || seen.insert(digest(dir.path()).unwrap());
        put("a.js", "1");
        put("b/c.js", "2");
        assert!(is_new());
        assert!(!is_new());
        put("a.js", "3");
        assert!(is_new());
        put("b/d.js", "");
        assert!(is_new());
        fs::rename(dir.path().join("b/d.js"), dir.path().join("b/e.js")).unwrap();
        assert!(is_new());
        fs::rename(dir.path().join("b"), dir.path().join("B")).unwrap();
        assert!(is_new());
        std::os::unix::fs::symlink("a.js", dir.path().join("l.js")).unwrap();
        assert!(digest(dir.path()).is_err());
    }
}
