//! What an entry of a tar archive says of itself, over several headers.
//!
//! Long names come in headers of their own before the entry. The tar crate would collect those in memory
//! without a bound, so entries are read raw and put together here.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use super::{PackageError, error::printable};

/// Headers of names are longer than this only to do harm.
const EXTENSION_BYTES: u64 = 16 << 10;

/// What the headers before an entry said of it.
#[derive(Default)]
pub(super) struct Extensions {
    long_name: Option<Vec<u8>>,
    pax_path: Option<Vec<u8>>,
    pax_size: Option<Vec<u8>>,
    sparse: bool,
}

/// What an entry is.
pub(super) enum Entry {
    File { name: Vec<u8>, size: u64 },
    Directory { name: Vec<u8> },
}

impl Extensions {
    /// Takes in a header that speaks of the next entry; `false` if it is none.
    pub(super) fn take(
        &mut self,
        header: &Header,
        content: &mut dyn Read,
    ) -> Result<bool, ExtensionError> {
        match header.entry_type() {
            EntryType::GNULongName => {
                let mut name = bounded(header, content)?;
                if name.last() == Some(&0) {
                    name.pop();
                }
                self.long_name = Some(name);
            }
            // Of links, which are refused by themselves.
            EntryType::GNULongLink => drop(bounded(header, content)?),
            EntryType::XHeader => self.take_pax(&bounded(header, content)?, false)?,
            EntryType::XGlobalHeader => self.take_pax(&bounded(header, content)?, true)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_pax(&mut self, records: &[u8], global: bool) -> Result<(), ExtensionError> {
        for record in PaxExtensions::new(records) {
            let record = record.map_err(ExtensionError::Read)?;
            let value = || Some(record.value_bytes().to_vec());
            match record.key_bytes() {
                b"path" | b"size" if global => {
                    return Err(ExtensionError::Package(PackageError::Damaged(
                        io::Error::other("one name or size for all its files"),
                    )));
                }
                b"path" => self.pax_path = value(),
                b"size" => self.pax_size = value(),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// What the entry with this header is, with what was said of it before.
    pub(super) fn apply(self, header: &Header) -> Result<Entry, PackageError> {
        let name = self
            .pax_path
            .or(self.long_name)
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let size = header.entry_size().map_err(PackageError::Damaged)?;
        let kind = header.entry_type();
        if let Some(kind) = refused_kind(kind, self.sparse) {
            let name = printable(&name);
            return Err(PackageError::Kind { name, kind });
        }
        if (self.pax_size).is_some_and(|pax| pax != size.to_string().as_bytes()) {
            let name = printable(&name);
            return Err(PackageError::TwoSizes { name });
        }
        // The oldest writers mark a directory by its name alone.
        if kind == EntryType::Directory || (size == 0 && name.ends_with(b"/")) {
            return Ok(Entry::Directory { name });
        }
        Ok(Entry::File { name, size })
    }
}

/// A header about the next entry could not be read, or is refused.
pub(super) enum ExtensionError {
    Read(io::Error),
    Package(PackageError),
}

fn refused_kind(kind: EntryType, sparse: bool) -> Option<&'static str> {
    Some(match kind {
        _ if sparse => "a sparse file",
        EntryType::Regular | EntryType::Continuous | EntryType::Directory => return None,
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a named pipe",
        EntryType::GNUSparse => "a sparse file",
        _ => "of an unknown kind",
    })
}

fn bounded(header: &Header, content: &mut dyn Read) -> Result<Vec<u8>, ExtensionError> {
    let size = header.entry_size().map_err(ExtensionError::Read)?;
    if size > EXTENSION_BYTES {
        return Err(ExtensionError::Package(PackageError::Name {
            name: printable(&header.path_bytes()),
            problem: "is too long",
        }));
    }
    let mut bytes = Vec::new();
    let got = content
        .read_to_end(&mut bytes)
        .map_err(ExtensionError::Read)?;
    if got as u64 == size {
        Ok(bytes)
    } else {
        Err(ExtensionError::Read(io::ErrorKind::UnexpectedEof.into()))
    }
}
