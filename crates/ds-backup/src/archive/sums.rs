//! Checksums of files, in the words of `sha256sum`.

use std::{fmt::Write as _, io, io::Write as _};

use sha2::{Digest as _, Sha256};

/// A checksum as text.
pub(super) fn hex(hash: Sha256) -> String {
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The line of one file. Names with line breaks are marked and escaped, as `sha256sum` does it.
fn line(hash: Sha256, name: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(name.len() + 67);
    if name.iter().any(|byte| b"\\\n\r".contains(byte)) {
        line.push(b'\\');
    }
    line.extend(hex(hash).as_bytes());
    line.extend(b"  ");
    for &byte in name {
        match byte {
            b'\\' => line.extend(br"\\"),
            b'\n' => line.extend(br"\n"),
            b'\r' => line.extend(br"\r"),
            other => line.push(other),
        }
    }
    line.push(b'\n');
    line
}

/// What the list comes to, without the list.
#[derive(Clone, Default)]
pub(super) struct Running {
    pub(super) length: u64,
    pub(super) digest: Sha256,
}

impl Running {
    /// Adds a file; gives its line.
    pub(super) fn add(&mut self, hash: Sha256, name: &[u8]) -> Vec<u8> {
        let line = line(hash, name);
        self.length += line.len() as u64;
        self.digest.update(&line);
        line
    }
}

/// The list itself, kept until all files are written. Compressed, a file takes 50 bytes or so: a million files
/// are 50 MB.
pub(super) struct List {
    lines: zstd::Encoder<'static, Vec<u8>>,
    pub(super) running: Running,
}

impl List {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            lines: zstd::Encoder::new(Vec::new(), 1)?,
            running: Running::default(),
        })
    }

    pub(super) fn add(&mut self, hash: Sha256, name: &[u8]) -> io::Result<()> {
        self.lines.write_all(&self.running.add(hash, name))
    }

    /// The list, to be read once.
    pub(super) fn read(self) -> io::Result<impl io::Read> {
        let lines = io::Cursor::new(self.lines.finish()?);
        zstd::Decoder::with_buffer(lines)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn lines() {
        const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let check = |name: &[u8], expect: &[u8]| {
            let expect = String::from_utf8_lossy(expect).replace("EMPTY", EMPTY);
            let got = line(Sha256::new(), name);
            assert_eq!(String::from_utf8_lossy(&got), expect);
        };
        check(b"a b", b"EMPTY  a b\n");
        check(b"a\nb\\c\r", b"\\EMPTY  a\\nb\\\\c\\r\n");
    }

    #[test]
    fn the_list_is_what_was_added() {
        let mut list = List::new().unwrap();
        let mut expect = Vec::new();
        for index in 0..1000_u32 {
            let name = format!("data/{index}");
            let hash = Sha256::new().chain_update(&name);
            expect.extend(line(hash.clone(), name.as_bytes()));
            list.add(hash, name.as_bytes()).unwrap();
        }
        let running = list.running.clone();
        let mut got = Vec::new();
        list.read().unwrap().read_to_end(&mut got).unwrap();
        assert_eq!(got, expect);
        assert_eq!(running.length, expect.len() as u64);
        assert_eq!(
            hex(running.digest),
            hex(Sha256::new().chain_update(&expect))
        );
    }
}
