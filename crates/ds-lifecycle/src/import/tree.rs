//! What may be directly in an appspace's data, and what else was unpacked beside it.

use std::{fs, io, path::Path};

use ds_backup::{DATA, ORIGINAL_META, PACKAGE};
use ds_core::{AppspaceDir, publish};

use super::ImportError;

/// What an appspace's data has. Whatever else was there would be nobody's.
const DIRECTORIES: [&str; 3] = ["files", "avatars", "storage"];
const DATABASE: &str = "appspace-meta.db";

/// Looks at what was unpacked: each thing directly in `data/` is known, and what it should be. Deeper down is the
/// app's.
pub(super) fn check(dir: &AppspaceDir, has_database: bool) -> Result<(), ImportError> {
    let data = dir.data();
    let failed = |source| ImportError::files(&data, source);
    for entry in fs::read_dir(&data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name();
        let is_known = (kind.is_dir() && DIRECTORIES.iter().any(|known| name == *known))
            || (kind.is_file() && name == DATABASE && has_database);
        if !is_known {
            let name = name.to_string_lossy();
            return Err(ImportError::foreign(format!(
                "`{DATA}/{}`, which belongs to no appspace",
                name.chars().take(60).collect::<String>().escape_debug()
            )));
        }
    }
    if has_database && !dir.meta_database().is_file() {
        return Err(ImportError::foreign(format!("no `{DATA}/{DATABASE}`")));
    }
    // Empty directories are easily lost on the way.
    dir.create().map_err(failed)
}

/// Removes what was unpacked and is not the appspace's.
pub(super) fn remove_rest(root: &Path) -> io::Result<()> {
    publish::remove_dir(&root.join(PACKAGE))?;
    match fs::remove_file(root.join(ORIGINAL_META)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_directly_in_data() {
        let check = |spoil: fn(&Path), expect: &str| {
            let root = tempfile::tempdir().unwrap();
            let dir = AppspaceDir::new(root.path());
            dir.create().unwrap();
            fs::write(dir.meta_database(), "").unwrap();
            spoil(&dir.data());
            let said = super::check(&dir, true).map_err(|error| error.to_string());
            match said {
                Ok(()) => assert_eq!(expect, ""),
                Err(said) => assert!(said.contains(expect) && !expect.is_empty(), "{said}"),
            }
        };
        check(|_| (), "");
        check(|data| fs::create_dir(data.join("storage")).unwrap(), "");
        check(|data| fs::remove_dir(data.join("avatars")).unwrap(), "");
        check(
            |data| fs::write(data.join("more"), "").unwrap(),
            "`data/more`",
        );
        let journal = |data: &Path| fs::write(data.join("appspace-meta.db-journal"), "").unwrap();
        check(journal, "appspace-meta.db-journal");
        let link = |data: &Path| {
            fs::remove_dir(data.join("avatars")).unwrap();
            std::os::unix::fs::symlink("/etc", data.join("avatars")).unwrap();
        };
        check(link, "`data/avatars`");
        let gone = |data: &Path| fs::remove_file(data.join("appspace-meta.db")).unwrap();
        check(gone, "no `data/appspace-meta.db`");
    }
}
