//! What may be where in an archive. The same rules hold for writing one, so that what is written can be read.

use ds_core::publish::MOST_LEVELS;

use super::header::{Entry, Kind, MOST_PATH};
use crate::about::{DATA, PACKAGE};

/// The longest name that file systems take.
const MOST_NAME: usize = 255;
/// All that is directly in an appspace's data, and whether it is a directory. The host opens these itself. Nothing
/// may be beside the database: a journal from elsewhere makes SQLite change or remove what that journal names.
const HOSTS_OWN: [(&[u8], bool); 4] = [
    (b"files", true),
    (b"avatars", true),
    (b"storage", true),
    (b"appspace-meta.db", false),
];

/// What is wrong with an entry of `data/` or `package/`, in words that go after "it".
pub(super) fn problem(entry: &Entry) -> Option<&'static str> {
    let parts: Vec<&[u8]> = entry.name.split(|&byte| byte == b'/').collect();
    if let Some(problem) = problem_of_path(&entry.name, &parts) {
        return Some(problem);
    }
    let is_directory = entry.kind == Kind::Directory;
    let is_link = matches!(entry.kind, Kind::Link { .. });
    // `data/` itself and the directories allowed below it.
    if parts.len() - usize::from(!is_directory) > MOST_LEVELS + 1 {
        return Some("is below too many directories");
    }
    match (parts[0], &parts[1..]) {
        (root, []) if [DATA, PACKAGE].map(str::as_bytes).contains(&root) => {
            (!is_directory).then_some("is not a directory")
        }
        (root, [name]) if root == DATA.as_bytes() => {
            let own = HOSTS_OWN.iter().find(|(own, _)| own == name);
            match own {
                // The host opens these by name, and would follow a link anywhere.
                _ if is_link => Some("is a link in place of the appspace's own files"),
                Some((_, directory)) if *directory != is_directory => {
                    Some("is not what it should be, a file or a directory")
                }
                Some(_) => None,
                None => Some("is not what an appspace's data has"),
            }
        }
        // Apps make links in their files, and get them back; nobody follows them. Packages have none.
        (root, _) if root == DATA.as_bytes() => problem_of_link(&entry.kind),
        (root, _) if root == PACKAGE.as_bytes() => is_link.then_some("is a link"),
        _ => Some("is in none of the places for files"),
    }
}

/// Whether all parts are names, of files that can be.
pub(super) fn problem_of_path(path: &[u8], parts: &[&[u8]]) -> Option<&'static str> {
    if path.starts_with(b"/") {
        Some("has an absolute name")
    } else if parts.contains(&&b".."[..]) {
        Some("leads out of it (`..`)")
    } else if path.len() > MOST_PATH - 1 || parts.iter().any(|part| part.len() > MOST_NAME) {
        Some("has too long a name")
    } else if path.contains(&0) || parts.iter().any(|part| matches!(*part, b"" | b".")) {
        Some("has a name that no file has")
    } else {
        None
    }
}

fn problem_of_link(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Link { target } if target.is_empty() || target.contains(&0) => {
            Some("is a link that points to nothing")
        }
        Kind::Link { target } if target.len() > MOST_PATH - 1 => {
            Some("is a link that points too far")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_where() {
        let check = |name: &str, kind: &Kind, expect: Option<&str>| {
            let entry = Entry {
                name: name.into(),
                kind: kind.clone(),
                modified: crate::archive::header::Modified::default(),
            };
            match (problem(&entry), expect) {
                (None, None) => {}
                (Some(got), Some(expect)) if got.contains(expect) => {}
                (got, _) => panic!("{name}: {got:?}"),
            }
        };
        let (directory, link) = (Kind::Directory, |to: &str| Kind::Link { target: to.into() });
        let file = Kind::File {
            size: 0,
            executable: false,
        };
        check("data", &directory, None);
        check("data", &file, Some("not a directory"));
        check("data", &link("x"), Some("not a directory"));
        check("package", &directory, None);
        check("data/files", &directory, None);
        check("data/files", &file, Some("should be"));
        check("data/files", &link("/"), Some("place of"));
        check("data/appspace-meta.db", &file, None);
        check("data/appspace-meta.db", &directory, Some("should be"));
        check(
            "data/appspace-meta.db",
            &link("/etc/passwd"),
            Some("place of"),
        );
        check("data/files/a..b", &file, None);
        check("data/files/l", &link("/etc/passwd"), None);
        check("data/files/l", &link("../../.."), None);
        check("data/files/l", &link(""), Some("nothing"));
        check("data/files/l", &link(&"x".repeat(4096)), Some("too far"));
        check("package/l", &link("x"), Some("is a link"));
        check("package/a/l", &link("x"), Some("is a link"));
        check("other", &directory, Some("none of the places"));
        check("datax/y", &file, Some("none of the places"));
        check("", &directory, Some("no file has"));
        check("data/", &file, Some("no file has"));
        check("data//x", &file, Some("no file has"));
        check("./data", &directory, Some("no file has"));
        check("data/\0", &file, Some("no file has"));
        check("/data/x", &file, Some("absolute"));
        check("data/../x", &file, Some("leads out"));
        check("..", &directory, Some("leads out"));
        check("data/x", &file, Some("not what"));
        check("data/x", &directory, Some("not what"));
        for beside in ["-journal", "-wal", "-shm"] {
            let beside = format!("data/appspace-meta.db{beside}");
            check(&beside, &file, Some("not what"));
        }
        let long = |length| format!("data/files/{}", "x".repeat(length));
        check(&long(255), &file, None);
        check(&long(256), &file, Some("too long"));
        let deep = format!("data/files{}", "/d".repeat(MOST_LEVELS - 1));
        check(&deep, &directory, None);
        check(&format!("{deep}/f"), &file, None);
        check(&format!("{deep}/d"), &directory, Some("too many"));
        check(&format!("{deep}/d/f"), &file, Some("too many"));
    }
}
