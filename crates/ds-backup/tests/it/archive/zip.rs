//! Making zip files by hand: right in all but what a test wants wrong.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// A zip file in the making, as the original makes them: sizes are in the directory only.
#[derive(Default)]
pub(super) struct Zip {
    pub(super) file: Vec<u8>,
    pub(super) directory: Vec<u8>,
    pub(super) count: u64,
    pub(super) wide: bool,
}

/// What the directory says of a file.
pub(super) struct Said {
    pub(super) name: Vec<u8>,
    pub(super) local_name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) attributes: u32,
    pub(super) offset: u64,
}

impl Zip {
    /// What every backup has.
    pub(super) fn backup() -> Self {
        let mut zip = Self::default();
        zip.add("./", b"").add("appspace-meta.db", b"database");
        zip
    }

    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> &mut Self {
        self.add_as(name, content, |_| {})
    }

    pub(super) fn add_as(
        &mut self,
        name: &str,
        content: &[u8],
        change: impl FnOnce(&mut Said),
    ) -> &mut Self {
        let is_directory = name.ends_with('/');
        let mut crc = Crc::new();
        crc.update(content);
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(content).unwrap();
        let deflated = deflate.finish().unwrap();
        let mut said = Said {
            name: name.into(),
            local_name: name.into(),
            flags: 8,
            method: if is_directory { 0 } else { 8 },
            crc: crc.sum(),
            packed: if is_directory {
                0
            } else {
                deflated.len() as u64
            },
            size: content.len() as u64,
            attributes: 0,
            offset: self.file.len() as u64,
        };
        change(&mut said);
        let body = if said.method == 8 {
            &deflated[..]
        } else {
            content
        };
        self.local(&said, body);
        self.central(&said);
        self
    }

    pub(super) fn local(&mut self, said: &Said, body: &[u8]) {
        let name_length = u16::try_from(said.local_name.len()).unwrap();
        self.file.extend(b"PK\x03\x04\x14\0");
        self.file.extend(said.flags.to_le_bytes());
        self.file.extend(said.method.to_le_bytes());
        self.file.extend([0; 16]);
        self.file.extend(name_length.to_le_bytes());
        self.file.extend([0; 2]);
        self.file.extend(&said.local_name);
        self.file.extend(body);
        self.file.extend(b"PK\x07\x08");
        self.file.extend([0; 12]);
    }

    pub(super) fn central(&mut self, said: &Said) {
        let to = &mut self.directory;
        let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let wide = self.wide || said.size > 0xffff_fffe;
        to.extend(b"PK\x01\x02\x14\0\x14\0");
        to.extend(said.flags.to_le_bytes());
        to.extend(said.method.to_le_bytes());
        to.extend([0; 4]);
        to.extend(said.crc.to_le_bytes());
        for number in [said.packed, said.size] {
            to.extend(if wide { u32::MAX } else { short(number) }.to_le_bytes());
        }
        to.extend(u16::try_from(said.name.len()).unwrap().to_le_bytes());
        to.extend(if wide { 32_u16 } else { 0 }.to_le_bytes());
        to.extend([0; 6]);
        to.extend(said.attributes.to_le_bytes());
        to.extend(if wide { u32::MAX } else { short(said.offset) }.to_le_bytes());
        to.extend(&said.name);
        if wide {
            to.extend([0x99, 0x99, 0, 0, 1, 0, 24, 0]);
            for number in [said.size, said.packed, said.offset] {
                to.extend(number.to_le_bytes());
            }
        }
        self.count += 1;
    }

    pub(super) fn whole(&mut self) -> Vec<u8> {
        let start = self.file.len() as u64;
        let (size, mut zip) = (self.directory.len() as u64, self.file.clone());
        zip.extend(&self.directory);
        let mut end = [self.count, size, start];
        if self.wide {
            let at = zip.len() as u64;
            zip.extend(b"PK\x06\x06");
            zip.extend([0; 20]);
            for number in [self.count, self.count, size, start] {
                zip.extend(number.to_le_bytes());
            }
            zip.extend(b"PK\x06\x07\0\0\0\0");
            zip.extend(at.to_le_bytes());
            zip.extend([1, 0, 0, 0]);
            end = [0xffff, 0xffff_ffff, 0xffff_ffff];
        }
        zip.extend(b"PK\x05\x06\0\0\0\0");
        let [count, size, start] = end.map(|number| u32::try_from(number).unwrap());
        for _ in 0..2 {
            zip.extend(u16::try_from(count).unwrap().to_le_bytes());
        }
        zip.extend(size.to_le_bytes());
        zip.extend(start.to_le_bytes());
        zip.extend([0; 2]);
        zip
    }
}
