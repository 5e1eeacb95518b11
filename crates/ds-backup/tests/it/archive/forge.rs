//! Making archives by hand, as the guide describes them: right in all but what a test wants wrong.

use sha2::{Digest as _, Sha256};

use super::about;

pub(super) const BLOCK: usize = 512;

/// A tar file in the making.
pub(super) struct Forge {
    pub(super) tar: Vec<u8>,
    headers: Sha256,
    sums: String,
    pub(super) counts: [u64; 3],
}

fn hex(hash: impl AsRef<[u8]>) -> String {
    let bytes = hash.as_ref().iter();
    bytes.fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A header, with its checksum.
pub(super) fn header(name: &[u8], flag: u8, mode: u32, size: u64, target: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(100)]);
    put(
        100,
        format!("{mode:07o}\x000000000\x000000000\0").as_bytes(),
    );
    put(124, format!("{size:011o}\0{:011o}\0", 0).as_bytes());
    put(156, &[flag]);
    put(157, &target[..target.len().min(100)]);
    put(257, b"ustar\x0000");
    put(329, b"0000000\x000000000\0");
    sum(&mut block);
    block
}

/// Makes the checksum of a header right.
pub(super) fn sum(block: &mut [u8; BLOCK]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub(super) fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let digits = (1..20).find(|digits| (rest + digits).to_string().len() == *digits);
    let length = rest + digits.unwrap();
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

impl Forge {
    /// With a head that says so many entries, files and bytes.
    pub(super) fn new(counts: [u64; 3], package: bool) -> Self {
        Self::with_head(&Self::head(counts, package), counts)
    }

    pub(super) fn head(counts: [u64; 3], package: bool) -> serde_json::Value {
        serde_json::json!({
            "format": 1, "about": about(), "package": package,
            "entries": counts[0], "files": counts[1], "bytes": counts[2],
        })
    }

    pub(super) fn with_head(head: &serde_json::Value, counts: [u64; 3]) -> Self {
        let mut forge = Self::empty(counts);
        forge.file("archive.json", head.to_string().as_bytes());
        forge
    }

    pub(super) fn empty(counts: [u64; 3]) -> Self {
        Self {
            tar: Vec::new(),
            headers: Sha256::new(),
            sums: String::new(),
            counts,
        }
    }

    /// With `data/` and `data/files/` and so many files and bytes to come.
    pub(super) fn data(entries: u64, files: u64, bytes: u64) -> Self {
        let mut forge = Self::new([entries + 2, files, bytes], false);
        forge.directory("data").directory("data/files");
        forge
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.headers.update(bytes);
        self.tar.extend(bytes);
        self
    }

    pub(super) fn pax(&mut self, records: &[u8]) -> &mut Self {
        let size = records.len() as u64;
        self.raw(&header(b"././@PaxHeader", b'x', 0o600, size, b""));
        let mut padded = records.to_vec();
        padded.resize(padded.len().next_multiple_of(BLOCK), 0);
        self.raw(&padded)
    }

    pub(super) fn directory(&mut self, name: &str) -> &mut Self {
        let name = format!("{name}/");
        self.raw(&header(name.as_bytes(), b'5', 0o700, 0, b""))
    }

    pub(super) fn link(&mut self, name: &str, target: &str) -> &mut Self {
        self.raw(&header(name.as_bytes(), b'2', 0o777, 0, target.as_bytes()))
    }

    pub(super) fn file(&mut self, name: &str, content: &[u8]) -> &mut Self {
        let size = content.len() as u64;
        self.raw(&header(name.as_bytes(), b'0', 0o600, size, b""));
        self.content(name, content)
    }

    pub(super) fn content(&mut self, name: &str, content: &[u8]) -> &mut Self {
        self.tar.extend(content);
        self.pad();
        let hash = hex(Sha256::digest(content));
        self.sums.extend([&hash, "  ", name, "\n"]);
        self
    }

    fn pad(&mut self) {
        self.tar.resize(self.tar.len().next_multiple_of(BLOCK), 0);
    }

    pub(super) fn sums(&mut self) -> &mut Self {
        let sums = self.sums.clone();
        self.file("SHA256SUMS", sums.as_bytes());
        self.sums = sums;
        self
    }

    pub(super) fn end(&mut self) -> &mut Self {
        let [entries, files, bytes] = self.counts;
        let end = format!(
            "{{\n  \"entries\": {entries},\n  \"files\": {files},\n  \"bytes\": {bytes},\n  \
             \"headers\": \"{}\",\n  \"sums\": \"{}\"\n}}\n",
            hex(self.headers.clone().finalize()),
            hex(Sha256::digest(&self.sums)),
        );
        self.file("end.json", end.as_bytes())
    }

    pub(super) fn mark(&mut self) -> &mut Self {
        self.raw(&[0; 2 * BLOCK])
    }

    /// The archive, without anything more.
    pub(super) fn zstd(&self) -> Vec<u8> {
        zstd::encode_all(&self.tar[..], 1).unwrap()
    }

    /// The archive with its end.
    pub(super) fn whole(&mut self) -> Vec<u8> {
        self.sums().end().mark().zstd()
    }
}
