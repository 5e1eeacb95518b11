//! Looking at what a copy holds before anything is done with it: whoever has the key can have written anything.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use ds_backup::{ABOUT, About, DATA, FORMAT};
use ds_core::publish;

/// The most a description may have, in bytes: a manifest is in it.
const MOST: u64 = 1 << 20;

/// All that is directly in an appspace's data, and whether it is a directory. The host opens these itself. Nothing
/// may be beside the database: a journal from elsewhere makes `SQLite` change what that journal names.
const HOSTS_OWN: [(&str, bool); 4] = [
    ("files", true),
    ("avatars", true),
    ("storage", true),
    ("appspace-meta.db", false),
];

/// Why a copy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    /// Something is there that no copy has.
    #[error("the copy cannot be used: `{path}` {why}")]
    Odd {
        /// Where in the copy.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It was written by a newer host.
    #[error("the copy was made by a newer version of the host; upgrade this one first")]
    TooNew,
    /// Its description makes no sense.
    #[error("the copy's `{ABOUT}` cannot be understood")]
    About(#[source] serde_json::Error),
    /// It cannot be looked at.
    #[error("cannot look at {}", .path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Looks at the top of a copy that was just written to a directory of ours, and reads its description. The app's files
/// may be anything. Directories that an appspace needs and that are not there, because a copy may leave out what is
/// empty, are made. Blocks.
///
/// # Errors
/// If it is not what a host would store.
pub fn check_contents(root: &Path) -> Result<About, ContentsError> {
    each(root, |name, path| match name {
        ABOUT => kind(path, ABOUT, false),
        DATA => kind(path, DATA, true),
        other => Err(odd(other, "is not what a copy has")),
    })?;
    let about = read(&root.join(ABOUT))?;
    let data = root.join(DATA);
    let mut has_database = false;
    each(&data, |name, path| {
        let shown = format!("{DATA}/{name}");
        let own = HOSTS_OWN.iter().find(|(own, _)| *own == name);
        let (_, is_dir) = own.ok_or_else(|| odd(&shown, "is not what an appspace's data has"))?;
        has_database |= !is_dir;
        kind(path, &shown, *is_dir)
    })?;
    if !has_database {
        return Err(odd("data/appspace-meta.db", "is not there"));
    }
    for dir in ["files", "avatars"] {
        let path = data.join(dir);
        publish::create_private_dir(&path).map_err(io_error(&path))?;
    }
    Ok(about)
}

fn each(
    dir: &Path,
    mut look: impl FnMut(&str, &Path) -> Result<(), ContentsError>,
) -> Result<(), ContentsError> {
    for entry in fs::read_dir(dir).map_err(io_error(dir))? {
        let entry = entry.map_err(io_error(dir))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        look(&name, &entry.path())?;
    }
    Ok(())
}

/// Refuses links, and files in place of directories: the host opens these by name.
fn kind(path: &Path, shown: &str, is_dir: bool) -> Result<(), ContentsError> {
    let found = path.symlink_metadata().map_err(io_error(path))?;
    match is_dir {
        true if !found.is_dir() => Err(odd(shown, "is not a directory")),
        false if !found.is_file() => Err(odd(shown, "is not a file")),
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<About, ContentsError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(odd(ABOUT, "is not there"));
        }
        opened => opened.map_err(io_error(path))?,
    };
    let mut text = Vec::new();
    let read = file.take(MOST + 1).read_to_end(&mut text);
    if read.map_err(io_error(path))? as u64 > MOST {
        return Err(odd(ABOUT, "is too long"));
    }
    // What a newer one says may not be understood otherwise.
    let any: serde_json::Value = serde_json::from_slice(&text).map_err(ContentsError::About)?;
    if any["format"].as_u64() > Some(FORMAT.into()) {
        return Err(ContentsError::TooNew);
    }
    serde_json::from_value(any).map_err(ContentsError::About)
}

fn odd(path: &str, why: &'static str) -> ContentsError {
    // It is shown to people, in their terminals too.
    let plain = path.chars().map(|c| if c.is_control() { '?' } else { c });
    ContentsError::Odd {
        path: plain.take(300).collect(),
        why,
    }
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ContentsError {
    let path = path.to_owned();
    |source| ContentsError::Io { path, source }
}
