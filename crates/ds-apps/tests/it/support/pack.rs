//! Making packages, well-formed and not.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use tar::{EntryType, Header};

pub(crate) const MANIFEST: &str = r#"{ "name": "Notes", "version": "1.0.0" }"#;
pub(crate) const CODE: &str = "export const answer = 42;\n";

/// A tar archive, written header by header.
#[derive(Clone, Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    /// With a manifest and code, so that only what is added can be wrong.
    pub(crate) fn app() -> Self {
        Self::default()
            .file("dropapp.json", MANIFEST)
            .file("app.js", CODE)
    }

    pub(crate) fn with_manifest(manifest: &str) -> Self {
        Self::default()
            .file("dropapp.json", manifest)
            .file("app.js", CODE)
    }

    pub(crate) fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref();
        self.entry(name, EntryType::Regular, content.len() as u64, content)
    }

    pub(crate) fn dir(self, name: &str) -> Self {
        self.entry(name, EntryType::Directory, 0, b"")
    }

    pub(crate) fn link(self, name: &str, kind: EntryType, to: &str) -> Self {
        let mut header = header(name.as_bytes(), kind, 0);
        header.as_old_mut().linkname[..to.len()].copy_from_slice(to.as_bytes());
        header.set_cksum();
        self.raw(header.as_bytes())
    }

    /// An entry whose declared size need not be true.
    pub(crate) fn entry(
        self,
        name: impl AsRef<[u8]>,
        kind: EntryType,
        size: u64,
        content: &[u8],
    ) -> Self {
        let padding = (512 - content.len() % 512) % 512;
        self.raw(header(name.as_ref(), kind, size).as_bytes())
            .raw(content)
            .raw(&vec![0; padding])
    }

    /// A pax header with these records, for the next entry.
    pub(crate) fn pax(self, kind: EntryType, records: &[(&str, &str)]) -> Self {
        let mut text = String::new();
        for (key, value) in records {
            // The length counts its own digits.
            let rest = format!(" {key}={value}\n");
            let mut length = rest.len() + 1;
            while length != rest.len() + length.to_string().len() {
                length += 1;
            }
            text.extend([length.to_string(), rest]);
        }
        self.entry("pax", kind, text.len() as u64, text.as_bytes())
    }

    /// A GNU header with the name of the next entry.
    pub(crate) fn long_name(self, name: impl AsRef<[u8]>) -> Self {
        let content = [name.as_ref(), b"\0"].concat();
        let size = content.len() as u64;
        self.entry("././@LongLink", EntryType::GNULongName, size, &content)
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// Without the mark at the end.
    pub(crate) fn unended(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn tar(self) -> Vec<u8> {
        self.raw(&[0; 1024]).0
    }

    pub(crate) fn gz(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

fn header(name: &[u8], kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    // `set_path` would refuse what the tests are about.
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o7777);
    header.set_cksum();
    header
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
