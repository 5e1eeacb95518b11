//! The directory of a zip file, read as a stream: however many files it claims to have, one is in memory.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::ArchiveError;

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const MOST_COMMENT: u64 = 0xffff;

/// A zip file's directory.
pub(super) struct Directory<R> {
    pub(super) file: R,
    pub(super) entries: u64,
    start: u64,
    end: u64,
}

/// What the directory says of a file.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) encrypted: bool,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// The type and mode that Unix gives files; 0 if it was packed elsewhere.
    pub(super) mode: u32,
    offset: u64,
}

impl<R: Read + Seek> Directory<R> {
    /// Finds the directory, which is at the end.
    pub(super) fn open(mut file: R) -> Result<Self, ArchiveError> {
        let length = file.seek(SeekFrom::End(0)).map_err(ArchiveError::Read)?;
        let tail_at = length.saturating_sub(MOST_COMMENT + END_LENGTH as u64);
        let tail = read_at(&mut file, tail_at, length - tail_at)?;
        let at = find_end(&tail).ok_or(ArchiveError::Truncated)?;
        let (end, end_at) = (&tail[at..], tail_at + at as u64);
        let mut directory = Self {
            file,
            entries: number(&end[10..12]),
            start: number(&end[16..20]),
            end: 0,
        };
        let mut size = number(&end[12..16]);
        let wide = directory.entries == 0xffff || [size, directory.start].contains(&0xffff_ffff);
        let mut most = end_at;
        if wide && let Some(at) = directory.find_end64(end_at)? {
            let end = read_at(&mut directory.file, at, 56)?;
            if !end.starts_with(END64) {
                return Err(nonsense("no directory where it should be"));
            }
            directory.entries = number(&end[32..40]);
            size = number(&end[40..48]);
            directory.start = number(&end[48..56]);
            most = at;
        }
        let end = directory.start.checked_add(size);
        directory.end = end
            .filter(|end| *end <= most)
            .ok_or(nonsense("a directory past its end"))?;
        Ok(directory)
    }

    /// Where the directory's end for large files is, if there is one.
    fn find_end64(&mut self, end_at: u64) -> Result<Option<u64>, ArchiveError> {
        let Some(at) = end_at.checked_sub(20) else {
            return Ok(None);
        };
        let locator = read_at(&mut self.file, at, 20)?;
        let found = locator.starts_with(LOCATOR64);
        Ok(found.then(|| number(&locator[8..16])))
    }

    /// Goes through the directory.
    pub(super) fn each(
        &mut self,
        mut act: impl FnMut(&mut R, Member) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut at = self.start;
        for _ in 0..self.entries {
            let (member, length) = self.member(at)?;
            at += length;
            act(&mut self.file, member)?;
        }
        if at == self.end {
            Ok(())
        } else {
            Err(nonsense("more or fewer files than it says"))
        }
    }

    fn member(&mut self, at: u64) -> Result<(Member, u64), ArchiveError> {
        if at.saturating_add(46) > self.end {
            return Err(nonsense("fewer files than it says"));
        }
        let fixed = read_at(&mut self.file, at, 46)?;
        let lengths = [28, 30, 32].map(|field| number(&fixed[field..field + 2]));
        let length = 46 + lengths.iter().sum::<u64>();
        if !fixed.starts_with(CENTRAL) || at + length > self.end {
            return Err(nonsense("something else in its directory"));
        }
        let mut name = read_at(&mut self.file, at + 46, lengths[0] + lengths[1])?;
        let extra = name.split_off(usize::try_from(lengths[0]).unwrap_or(0));
        let mut member = Member {
            name,
            encrypted: fixed[8] & 1 == 1,
            method: u16::from_le_bytes([fixed[10], fixed[11]]),
            crc: u32::from_le_bytes([fixed[16], fixed[17], fixed[18], fixed[19]]),
            packed: number(&fixed[20..24]),
            size: number(&fixed[24..28]),
            mode: u32::from(u16::from_le_bytes([fixed[40], fixed[41]])),
            offset: number(&fixed[42..46]),
        };
        member.widen(&extra)?;
        Ok((member, length))
    }
}

impl Member {
    /// Takes the numbers that are too large for their fields from where they are instead.
    fn widen(&mut self, extra: &[u8]) -> Result<(), ArchiveError> {
        let mut wide = wide_numbers(extra).chunks_exact(8);
        for field in [&mut self.size, &mut self.packed, &mut self.offset] {
            if *field == 0xffff_ffff {
                let number = wide.next().map(number);
                *field = number.ok_or(nonsense("a size that is missing"))?;
            }
        }
        Ok(())
    }

    /// Goes to the packed content.
    pub(super) fn seek<R: Read + Seek>(&self, file: &mut R) -> Result<(), ArchiveError> {
        let fixed = read_at(file, self.offset, 30)?;
        let name_length = number(&fixed[26..28]);
        let is_same = fixed.starts_with(LOCAL) && name_length == self.name.len() as u64;
        // Two names for one file: whoever looked at the other one was not asked.
        if !is_same || read_at(file, self.offset.saturating_add(30), name_length)? != self.name {
            return Err(nonsense("other names in its directory than at its files"));
        }
        // No overflow: the header that was read just now is before.
        let start = self.offset + 30 + name_length + number(&fixed[28..30]);
        file.seek(SeekFrom::Start(start))
            .map_err(ArchiveError::Read)?;
        Ok(())
    }
}

fn find_end(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LENGTH)?;
    (0..=last).rev().find(|&at| {
        let comment = number(&tail[at + 20..at + 22]);
        tail[at..].starts_with(END) && comment == (tail.len() - at - END_LENGTH) as u64
    })
}

/// The numbers of eight bytes among what a member has extra.
fn wide_numbers(mut extra: &[u8]) -> &[u8] {
    while extra.len() >= 4 {
        let length = usize::try_from(number(&extra[2..4])).unwrap_or(0);
        let Some(field) = extra.get(4..4 + length) else {
            break;
        };
        if extra.starts_with(&[1, 0]) {
            return field;
        }
        extra = &extra[4 + length..];
    }
    &[]
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

fn read_at(file: &mut (impl Read + Seek), at: u64, count: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    if i64::try_from(at).is_err() {
        return Err(nonsense("something that begins past its end"));
    }
    let read = file
        .seek(SeekFrom::Start(at))
        .and_then(|_| file.take(count).read_to_end(&mut bytes));
    let got = read.map_err(ArchiveError::Read)?;
    if got as u64 == count {
        Ok(bytes)
    } else {
        Err(nonsense("something that begins past its end"))
    }
}

pub(super) fn nonsense(what: &'static str) -> ArchiveError {
    ArchiveError::Damaged(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("it has {what}"),
    ))
}
