//! Folders of modules: `<host>/<path>` as files, or the `vendor/` of an installed version.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use percent_encoding::percent_decode_str;
use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, fstat, open, openat, statat},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

/// The name of a vendor folder's list.
pub(crate) const LIST: &str = "modules.json";
/// What a folder-like address may mean.
const INDEXES: [&str; 5] = ["index.js", "mod.ts", "index.ts", "mod.js", "index.mjs"];
const MAX_LIST: u64 = 16 << 20;

/// One line of a vendor folder's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// What was asked for: an address, or a `jsr:` or `npm:` specifier.
    pub specifier: String,
    /// Where it was in the end.
    pub url: String,
    /// The file, below the folder.
    pub file: String,
    /// SHA-256 of the file, in hex; of an npm package, which is a folder, of all its files.
    pub sha256: String,
    /// What a registry says an npm package has: `sha512-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<String>,
}

/// Why a folder of modules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A link in it.
    #[error("{0} is a link; a folder of modules may hold plain files and folders only")]
    Link(PathBuf),
    /// A file that is too large.
    #[error("{path} is larger than {limit} bytes")]
    TooBig {
        /// Which.
        path: PathBuf,
        /// The bound.
        limit: u64,
    },
    /// A listed file that is not what the list says.
    #[error("{0} is not the file that modules.json beside it lists: its SHA-256 is another")]
    Changed(PathBuf),
    /// Its list is not one.
    #[error("{path} is not a list of modules")]
    List {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A module of a folder.
pub(crate) struct Found {
    /// The address it really has.
    pub(crate) url: Url,
    pub(crate) bytes: Vec<u8>,
    /// What the server said it was, as far as it still shows; otherwise its address says it.
    pub(crate) content_type: Option<&'static str>,
}

impl Found {
    fn plain(url: Url, bytes: Vec<u8>) -> Self {
        Self {
            url,
            bytes,
            content_type: None,
        }
    }
}

/// The type of a listed file: its name was chosen by it.
fn content_type(file: &str) -> Option<&'static str> {
    match file.rsplit_once('.')?.1 {
        "ts" | "mts" => Some("application/typescript"),
        "tsx" => Some("text/tsx"),
        "jsx" => Some("text/jsx"),
        "js" | "mjs" => Some("text/javascript"),
        "json" => Some("application/json"),
        _ => None,
    }
}

/// A folder of modules.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    list: Arc<OnceLock<Vec<Listed>>>,
}

impl Tree {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            list: Arc::default(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// What an address stands for here, and the address it really has.
    pub(crate) fn get(&self, url: &Url, limit: u64) -> Result<Option<Found>, TreeError> {
        if let Some(found) = self.listed(url.as_str(), limit)? {
            return Ok(Some(found));
        }
        let Some(path) = segments(url) else {
            return Ok(None);
        };
        if let Some(query) = url.query() {
            let mut exact = path.clone();
            if let Some(last) = exact.last_mut() {
                last.push('?');
                last.push_str(query);
            }
            if let Some(bytes) = self.read(&exact, limit)? {
                return Ok(Some(Found::plain(url.clone(), bytes)));
            }
        } else if let Some(bytes) = self.read(&path, limit)? {
            return Ok(Some(Found::plain(url.clone(), bytes)));
        }
        self.index(url, &path, limit)
    }

    /// A listed module, by what was asked for.
    pub(crate) fn listed(&self, specifier: &str, limit: u64) -> Result<Option<Found>, TreeError> {
        let Some(line) = self.list()?.iter().find(|line| line.specifier == specifier) else {
            return Ok(None);
        };
        let path: Vec<String> = line.file.split('/').map(str::to_owned).collect();
        let (Ok(url), true) = (
            Url::parse(&line.url),
            path.iter().all(|part| is_plain(part)),
        ) else {
            return Ok(None);
        };
        let Some(bytes) = self.read(&path, limit)? else {
            return Ok(None);
        };
        if hex(&bytes) != line.sha256 {
            return Err(TreeError::Changed(self.root.join(&line.file)));
        }
        let content_type = content_type(&line.file);
        Ok(Some(Found {
            url,
            bytes,
            content_type,
        }))
    }

    /// The lines of npm packages of this name.
    pub(crate) fn packages(&self, name: &str) -> Result<Vec<Listed>, TreeError> {
        let is_of = |line: &&Listed| {
            let rest = line.specifier.strip_prefix("npm:");
            let rest = rest.and_then(|rest| rest.strip_prefix(name));
            let plain = line.file.starts_with("npm/") && line.file.split('/').all(is_plain);
            plain && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
        };
        Ok(self.list()?.iter().filter(is_of).cloned().collect())
    }

    fn index(&self, url: &Url, path: &[String], limit: u64) -> Result<Option<Found>, TreeError> {
        for name in INDEXES {
            let mut path = path.to_vec();
            path.retain(|part| !part.is_empty());
            path.push(name.to_owned());
            if let Some(bytes) = self.read(&path, limit)? {
                let mut found = url.clone();
                found.set_path(&format!("{}/{name}", url.path().trim_end_matches('/')));
                found.set_query(None);
                return Ok(Some(Found::plain(found, bytes)));
            }
        }
        Ok(None)
    }

    fn list(&self) -> Result<&[Listed], TreeError> {
        if let Some(list) = self.list.get() {
            return Ok(list);
        }
        let list = match self.read(&[LIST.to_owned()], MAX_LIST)? {
            None => Vec::new(),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|source| TreeError::List {
                path: self.root.join(LIST),
                source,
            })?,
        };
        Ok(self.list.get_or_init(|| list))
    }

    /// A plain file, every folder on the way a plain one.
    fn read(&self, path: &[String], limit: u64) -> Result<Option<Vec<u8>>, TreeError> {
        let full = path
            .iter()
            .fold(self.root.clone(), |full, part| full.join(part));
        let failed = |source| TreeError::Read {
            path: full.clone(),
            source,
        };
        let Some(file) = self.open(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > limit {
            return Err(TreeError::TooBig { path: full, limit });
        }
        Ok(Some(bytes))
    }

    fn open(&self, path: &[String]) -> Result<Option<File>, TreeError> {
        let base = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mut full = self.root.clone();
        let mut at = match open(&self.root, base | OFlags::DIRECTORY, Mode::empty()) {
            Ok(root) => root,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => {
                return Err(TreeError::Read {
                    path: full,
                    source: error.into(),
                });
            }
        };
        for (index, part) in path.iter().enumerate() {
            if !is_plain(part) {
                return Ok(None);
            }
            full.push(part);
            let folder = if index + 1 < path.len() {
                OFlags::DIRECTORY
            } else {
                OFlags::empty()
            };
            at = match openat(&at, part, base | OFlags::NOFOLLOW | folder, Mode::empty()) {
                Ok(next) => next,
                Err(Errno::NOENT | Errno::NAMETOOLONG) => return Ok(None),
                Err(Errno::LOOP) => return Err(TreeError::Link(full)),
                Err(Errno::NOTDIR) => {
                    let link = statat(&at, part, AtFlags::SYMLINK_NOFOLLOW)
                        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_symlink());
                    return if link {
                        Err(TreeError::Link(full))
                    } else {
                        Ok(None)
                    };
                }
                Err(error) => {
                    return Err(TreeError::Read {
                        path: full,
                        source: error.into(),
                    });
                }
            };
        }
        let is_file = fstat(&at).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file());
        Ok(is_file.then(|| File::from(at)))
    }
}

/// SHA-256 in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// `host`, then the decoded parts of the path; `None` if a part is no file name.
fn segments(url: &Url) -> Option<Vec<String>> {
    let mut host = url.host_str()?.to_owned();
    if let Some(port) = url.port() {
        host = format!("{host}:{port}");
    }
    let mut path = vec![host];
    for part in url.path_segments()? {
        path.push(percent_decode_str(part).decode_utf8().ok()?.into_owned());
    }
    // Only the last may be empty: the address of a folder.
    let fine = path
        .iter()
        .enumerate()
        .all(|(at, part)| is_plain(part) || (part.is_empty() && at + 1 == path.len()));
    fine.then_some(path)
}

fn is_plain(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\', '\0'])
}
