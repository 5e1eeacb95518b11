//! The changelog: plain text, in sections that each start with a line that is a version.

use std::{fs::File, io::Read as _, path::Path};

use ds_core::Version;

use super::{Problem, fields::Fields, parse_version};

const FIELD: &str = "changelog";
const DEFAULT: &str = "changelog.txt";
/// More is not read.
const CHANGELOG_BYTES: u64 = 512 << 10;

/// The changelog's file: the one named, else `changelog.txt`.
pub(super) fn changelog(fields: &mut Fields<'_>) -> Option<String> {
    let before = fields.warned();
    let named = fields.file(FIELD);
    let Some((name, path)) = named.or_else(|| fields.existing(DEFAULT)) else {
        if !fields.warned_since(before) {
            let message = "there is no changelog; add a changelog.txt that says what is new";
            fields.warn(FIELD, Problem::Empty, "", message);
        }
        return None;
    };
    let (problem, message) = match read(&path) {
        Ok(text) if text.len() as u64 > CHANGELOG_BYTES => {
            (Problem::Big, "the changelog is larger than 512 KiB")
        }
        Ok(text) if std::str::from_utf8(&text).is_err() => {
            (Problem::Invalid, "the changelog is not UTF-8 text")
        }
        Ok(_) => return Some(name),
        Err(_) => (Problem::Error, "the changelog cannot be read"),
    };
    fields.warn(FIELD, problem, &name, message);
    None
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?
        .take(CHANGELOG_BYTES + 1)
        .read_to_end(&mut text)?;
    Ok(text)
}

/// What a changelog says of one version: the lines after the line that is that version, up to the next
/// version's. Runs of blank lines become one, and none are left at start and end. `None` if it has no such
/// section.
#[must_use]
pub fn changelog_for(text: &str, version: &Version) -> Option<String> {
    let starts =
        |line: &str| parse_version(line).is_some_and(|found| found.cmp_precedence(version).is_eq());
    let mut lines = text.lines().skip_while(|line| !starts(line));
    lines.next()?;
    let mut section = String::new();
    let mut blank = false;
    for line in lines.take_while(|line| parse_version(line).is_none()) {
        let line = line.trim_end();
        if line.is_empty() {
            blank = true;
            continue;
        }
        if blank && !section.is_empty() {
            section.push('\n');
        }
        blank = false;
        section.push_str(line);
        section.push('\n');
    }
    Some(section)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        let text =
            "About this file\n\nv1.2\n\n\nNew: A\n\n\n\nNew: B  \n\n1.1.0\r\nFixed: C\r\n\n1.0.0\n";
        let check = |version: &str, expect: Option<&str>| {
            let version = parse_version(version).unwrap();
            assert_eq!(changelog_for(text, &version).as_deref(), expect);
        };
        check("1.2.0", Some("New: A\n\nNew: B\n"));
        check("1.1.0", Some("Fixed: C\n"));
        check("1.0.0", Some(""));
        check("2.0.0", None);
    }
}
