//! Where the files of a backup of the original go.

use ds_core::publish::MOST_LEVELS;

use super::{super::names::problem_of_path, META, zip::Member};

/// Where something goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A directory, below the directory to unpack to.
    Directory(Vec<u8>),
    /// A file, below the directory to unpack to.
    File(Vec<u8>),
    /// The members and the schema.
    Meta,
    /// Logs, and what the original has a place for and never used.
    LeftOut,
    /// The top itself.
    Top,
}

/// Where a member of the zip file goes; or what is wrong with it, in words that go after "it".
pub(super) fn place(member: &Member) -> Result<Place, &'static str> {
    let name = &member.name[..];
    let name = name.strip_prefix(b"./").unwrap_or(name);
    let (path, is_directory) = match name.strip_suffix(b"/") {
        Some(path) => (path, true),
        None => (name, false),
    };
    check_kind(member, is_directory)?;
    if name.is_empty() {
        return Ok(Place::Top);
    }
    let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    if let Some(problem) = problem_of_path(path, &parts) {
        return Err(problem);
    }
    if parts.len() - usize::from(!is_directory) > MOST_LEVELS {
        return Err("is below too many directories");
    }
    let below_data = || [b"data/", path].concat();
    match (parts[0], parts.len(), is_directory) {
        (b"files" | b"avatars" | b"logs" | b"dbs", 1, false) => Err("is a file, not a directory"),
        (b"files" | b"avatars", _, true) => Ok(Place::Directory(below_data())),
        (b"files" | b"avatars", _, false) => Ok(Place::File(below_data())),
        (b"logs" | b"dbs", ..) => Ok(Place::LeftOut),
        (top, 1, false) if top == META.as_bytes() => Ok(Place::Meta),
        _ => Err("is in no backup of the original Dropserver"),
    }
}

fn check_kind(member: &Member, is_directory: bool) -> Result<(), &'static str> {
    let kind = member.mode & 0o170_000;
    match kind {
        0 => {}
        0o100_000 if !is_directory => {}
        0o040_000 if is_directory => {}
        0o120_000 => return Err("is a link"),
        _ => return Err("is neither a file nor a directory"),
    }
    if is_directory && member.size > 0 {
        return Err("is a directory with content");
    }
    if member.encrypted {
        return Err("is encrypted");
    }
    if !matches!(member.method, 0 | 8) {
        return Err("is compressed in a way that the original does not use");
    }
    Ok(())
}
