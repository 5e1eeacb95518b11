//! Headers of tar entries, as we write them: the old 512 bytes of POSIX, and a record before them for what
//! does not fit.
//!
//! There is one way to write each entry. A reader makes of a header what it means, writes that again, and
//! refuses what differs: so all that tar files can be and ours never are is refused at once.

mod block;
mod record;

use super::ArchiveError;
use block::{block, checksum, number, text};
pub(super) use record::Modified;
use record::{push_record, records};

/// Everything in a tar file is a multiple of this long.
pub(super) const BLOCK: usize = 512;
/// The longest path, and the longest target of a link.
pub(super) const MOST_PATH: usize = 4096;
/// The longest record before a header: path, target and time with their keys.
const MOST_RECORD: u64 = 2 * MOST_PATH as u64 + 256;

const NAME: usize = 100;
const RECORD_NAME: &[u8] = b"././@PaxHeader";

/// What an archive says of a file, directory or link, but its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Without a `/` at its end.
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) modified: Modified,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File { size: u64, executable: bool },
    Directory,
    Link { target: Vec<u8> },
}

impl Entry {
    /// The blocks that come before the content.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut name = self.name.clone();
        let (flag, mode, size, target) = match &self.kind {
            Kind::File { size, executable } => (
                b'0',
                if *executable { 0o700 } else { 0o600 },
                *size,
                &[][..],
            ),
            Kind::Directory => {
                name.push(b'/');
                (b'5', 0o700, 0, &[][..])
            }
            Kind::Link { target } => (b'2', 0o777, 0, &target[..]),
        };
        let mut record = Vec::new();
        if name.len() > NAME {
            push_record(&mut record, b"path", &name);
        }
        if target.len() > NAME {
            push_record(&mut record, b"linkpath", target);
        }
        let whole = self.modified.in_header();
        if whole != Some(self.modified.seconds) || self.modified.nanos != 0 {
            push_record(&mut record, b"mtime", self.modified.text().as_bytes());
        }
        let time = whole.unwrap_or(0).unsigned_abs();
        let mut blocks = Vec::with_capacity(BLOCK);
        if !record.is_empty() {
            let length = record.len() as u64;
            blocks.extend(block(RECORD_NAME, b'x', 0o600, length, 0, b""));
            blocks.append(&mut record);
            blocks.resize(blocks.len().next_multiple_of(BLOCK), 0);
        }
        blocks.extend(block(&name, flag, mode, size, time, target));
        blocks
    }
}

/// Reads what comes before the content of an entry; `None` at the end mark. All that was read is in `raw`.
pub(super) fn decode(
    raw: &mut Vec<u8>,
    mut more: impl FnMut(&mut Vec<u8>, u64) -> Result<(), ArchiveError>,
) -> Result<Option<Entry>, ArchiveError> {
    raw.clear();
    more(raw, BLOCK as u64)?;
    if raw.iter().all(|&byte| byte == 0) {
        return Ok(None);
    }
    check(raw)?;
    let mut record = Vec::new();
    if raw[156] == b'x' {
        let length = number(&raw[124..136]);
        if length > MOST_RECORD {
            let problem = "has too long a name";
            return Err(ArchiveError::foreign(text(&raw[..NAME]), problem));
        }
        more(raw, length.next_multiple_of(BLOCK as u64))?;
        let end = BLOCK + usize::try_from(length).unwrap_or(usize::MAX);
        record = raw[BLOCK..end].to_vec();
        more(raw, BLOCK as u64)?;
        check(&raw[raw.len() - BLOCK..])?;
    }
    let header = &raw[raw.len() - BLOCK..];
    let entry = meaning(header, &record)?;
    if entry.encode() != *raw {
        return Err(ArchiveError::foreign(
            &entry.name,
            "is described as Dropserver never does",
        ));
    }
    Ok(Some(entry))
}

fn check(header: &[u8]) -> Result<(), ArchiveError> {
    let sum = number(&header[148..156]);
    if sum == u64::from(checksum(header)) {
        Ok(())
    } else {
        Err(ArchiveError::Mismatch {
            problem: "it has something else where a file should begin",
        })
    }
}

/// What a header means, without looking whether that is all it says.
fn meaning(header: &[u8], record: &[u8]) -> Result<Entry, ArchiveError> {
    let mut name = text(&header[..NAME]).to_vec();
    let mut target = text(&header[157..257]).to_vec();
    let mut modified = Modified {
        seconds: i64::try_from(number(&header[136..148])).unwrap_or(i64::MAX),
        nanos: 0,
    };
    for (key, value) in records(record) {
        match key {
            b"path" => name = value.to_vec(),
            b"linkpath" => target = value.to_vec(),
            b"mtime" => modified = Modified::parse(value).unwrap_or_default(),
            _ if key.starts_with(b"GNU.sparse") => {
                return Err(ArchiveError::foreign(&name, "is a sparse file"));
            }
            _ => {}
        }
    }
    let kind = match header[156] {
        b'0' => Kind::File {
            size: number(&header[124..136]),
            executable: number(&header[100..108]) == 0o700,
        },
        b'5' => {
            name.pop_if(|last| *last == b'/');
            Kind::Directory
        }
        b'2' => Kind::Link { target },
        other => return Err(ArchiveError::foreign(&name, refused(other))),
    };
    Ok(Entry {
        name,
        kind,
        modified,
    })
}

fn refused(flag: u8) -> &'static str {
    match flag {
        b'1' => "is a hard link",
        b'3' | b'4' => "is a device",
        b'6' => "is a named pipe",
        b'S' => "is a sparse file",
        b'L' | b'K' => "is a long name as GNU tar writes it",
        b'g' | b'x' => "describes other files",
        _ => "is of an unknown kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> Result<Option<Entry>, ArchiveError> {
        decode(&mut Vec::new(), |raw, count| {
            let count = usize::try_from(count).unwrap().min(bytes.len());
            raw.extend(&bytes[..count]);
            bytes = &bytes[count..];
            Ok(())
        })
    }

    #[test]
    fn what_is_written_is_read() {
        let check = |name: &[u8], kind: Kind, seconds: i64, nanos: u32, blocks: usize| {
            let entry = Entry {
                name: name.to_vec(),
                kind,
                modified: Modified { seconds, nanos },
            };
            let bytes = entry.encode();
            assert_eq!(bytes.len(), blocks * BLOCK, "{entry:?}");
            assert_eq!(read(&bytes).unwrap(), Some(entry));
        };
        let file = |size| Kind::File {
            size,
            executable: size % 2 == 1,
        };
        let link = |length| Kind::Link {
            target: vec![b't'; length],
        };
        check(b"a", file(0), 0, 0, 1);
        check(b"a\xff\n", file(7), 1_700_000_000, 0, 1);
        check(b"a", file(0), 1, 1, 3);
        check(b"a", file(0), -1, 0, 3);
        check(b"a", file(0), -1, 750_000_000, 3);
        check(b"a", file(0), -5, 1, 3);
        check(b"a", file(0), i64::MIN, 0, 3);
        check(b"a", file(0), i64::MAX, 999_999_999, 3);
        check(b"a", file((1 << 33) - 1), 0, 0, 1);
        check(b"a", file(1 << 33), 0, 0, 1);
        check(b"a", file(u64::MAX), 0, 0, 1);
        check(&[b'a'; 100], file(1), 0, 0, 1);
        check(&[b'a'; 101], file(1), 0, 0, 3);
        check(&[b'a'; 99], Kind::Directory, 0, 0, 1);
        check(&[b'a'; 100], Kind::Directory, 0, 0, 3);
        check(&[b'a'; 4095], link(4095), 0, 1, 19);
        check(b"a", link(100), 0, 0, 1);
        check(b"a", link(101), 0, 0, 3);
        // Records as long as adds a digit to their own length.
        for length in 88..104 {
            check(
                &vec![b'a'; length],
                link(length + 900),
                0,
                0,
                if length > 100 { 5 } else { 4 },
            );
        }
    }
}
