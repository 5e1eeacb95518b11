//! What there is to see before any app is assigned.

use std::fs;

use crate::{report::Report, sys::Errno};

/// A directory or file as it was at the start.
pub(crate) type Early = Vec<(&'static str, Result<String, Errno>)>;

/// Looks around, before anything is opened or assigned.
pub(crate) fn look() -> Early {
    let mut seen: Early = vec![("fds", descriptors())];
    let dirs = [
        "/",
        "/ro",
        "/ro/app",
        "/rw",
        "/rw/files",
        "/rw/dd/location_data",
        "/tmp",
        "/dev",
    ];
    seen.extend(dirs.map(|dir| (dir, list(dir))));
    seen
}

/// Adds it to a report.
pub(crate) fn tell(early: &Early, report: &mut Report) {
    for (name, went) in early {
        report.add(name, went.clone());
    }
}

/// The open descriptors and what each is.
fn descriptors() -> Result<String, Errno> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let path = entry?.path();
        // The one that reads the directory is gone by now.
        let is = fs::read_link(&path).map(|target| target.display().to_string());
        let number = path.file_name().unwrap_or_default().to_string_lossy();
        found.push(format!("{number} {}", is.unwrap_or_default()));
    }
    Ok(found.join("\n"))
}

/// The names in a directory.
pub(crate) fn list(dir: &str) -> Result<String, Errno> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.join(" "))
}
