//! Backups of the original Dropserver, as it writes them.

use flate2::Crc;

/// A meta database of version 1: schema 1, the members `aaaaaaaa` (Ada of old, who logs in as `ada@example.com`) and
/// `bbbbbbbb` (Bob of old, with a `DropID`).
pub const META: &[u8] = include_bytes!("original-meta.db");

/// A backup with these files, `files/note` for instance, beside [`META`].
///
/// # Panics
/// If it becomes longer than such files can be.
#[must_use]
pub fn backup(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    let all = std::iter::once(&("appspace-meta.db", META)).chain(files);
    for (name, content) in all {
        let mut crc = Crc::new();
        crc.update(content);
        let (at, size) = (short(zip.len()), short(content.len()));
        // Version, flags, method (stored), time and date.
        let mut about = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        for number in [crc.sum(), size, size] {
            about.extend(number.to_le_bytes());
        }
        about.extend(short(name.len()).to_le_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&about);
        zip.extend(name.as_bytes());
        zip.extend(*content);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&about);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len() + 1).expect("a few files");
    let (at, size) = (short(zip.len()), short(directory.len()));
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    zip.extend(size.to_le_bytes());
    zip.extend(at.to_le_bytes());
    zip.extend([0; 2]);
    zip
}

fn short(length: usize) -> u32 {
    u32::try_from(length).expect("a small file")
}
