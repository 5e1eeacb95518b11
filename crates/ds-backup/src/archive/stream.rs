//! The two ends of the stream: tar in one zstd frame.

use std::io::{self, BufRead as _, BufReader, Cursor, Read, Write};

use sha2::{Digest as _, Sha256};

use super::{
    ArchiveError,
    header::{self, BLOCK, Entry},
    other_format,
};

pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Fast and good enough: photos do not get smaller, and text does.
const LEVEL: i32 = 3;
/// How far back compressed data may refer, which is what reading it takes of memory: 2^23 bytes.
const WINDOW_LOG: u32 = 23;
const BUFFER: usize = 128 << 10;

/// Writes entries.
pub(super) struct TarWriter<W: Write> {
    to: zstd::Encoder<'static, W>,
    headers: Sha256,
}

impl<W: Write> TarWriter<W> {
    pub(super) fn new(to: W) -> Result<Self, ArchiveError> {
        let mut to = zstd::Encoder::new(to, LEVEL).map_err(ArchiveError::Write)?;
        to.include_checksum(true).map_err(ArchiveError::Write)?;
        Ok(Self {
            to,
            headers: Sha256::new(),
        })
    }

    /// Begins an entry; its content follows, and then [`pad`](Self::pad).
    pub(super) fn header(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        let blocks = entry.encode();
        self.headers.update(&blocks);
        self.content(&blocks)
    }

    pub(super) fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.to.write_all(bytes).map_err(ArchiveError::Write)
    }

    pub(super) fn pad(&mut self, size: u64) -> Result<(), ArchiveError> {
        self.content(&[0; BLOCK][..padding(size)])
    }

    /// What all headers until now come to.
    pub(super) fn headers(&self) -> Sha256 {
        self.headers.clone()
    }

    /// Writes the mark that ends a tar file, and all that was kept back.
    pub(super) fn finish(mut self) -> Result<W, ArchiveError> {
        self.content(&[0; 2 * BLOCK])?;
        let mut to = self.to.finish().map_err(ArchiveError::Write)?;
        to.flush().map_err(ArchiveError::Write)?;
        Ok(to)
    }
}

/// The archive's own bytes could not be read, which is not its fault. Carried inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("cannot read on")]
struct Unreadable(#[source] io::Error);

/// Marks the errors of the reader below the decompressor.
struct Source<R>(R);

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, Unreadable(error)),
        })
    }
}

type Whole<R> = io::Chain<Cursor<Vec<u8>>, Source<R>>;

/// Reads entries.
pub(super) struct TarReader<R: Read> {
    from: zstd::Decoder<'static, BufReader<Whole<R>>>,
    headers: Sha256,
    raw: Vec<u8>,
}

impl<R: Read> TarReader<R> {
    pub(super) fn new(from: R) -> Result<Self, ArchiveError> {
        let mut from = Source(from);
        let mut start = Vec::new();
        let got = (&mut from).take(4).read_to_end(&mut start);
        got.map_err(broken)?;
        if start != ZSTD {
            let found = other_format(&start);
            return Err(ArchiveError::NotAnArchive { found });
        }
        let whole = BufReader::with_capacity(BUFFER, Cursor::new(start).chain(from));
        let mut from = zstd::Decoder::with_buffer(whole).map_err(ArchiveError::Damaged)?;
        from.window_log_max(WINDOW_LOG)
            .map_err(ArchiveError::Damaged)?;
        Ok(Self {
            from: from.single_frame(),
            headers: Sha256::new(),
            raw: Vec::new(),
        })
    }

    /// The next entry; its content follows, and then [`pad`](Self::pad). `None` at the mark that ends a tar file.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let from = &mut self.from;
        let entry = header::decode(&mut self.raw, |raw, count| {
            let got = from.take(count).read_to_end(raw).map_err(broken)?;
            if got as u64 == count {
                Ok(())
            } else {
                Err(ArchiveError::Truncated)
            }
        })?;
        if entry.is_some() {
            self.headers.update(&self.raw);
        }
        Ok(entry)
    }

    /// What all headers until now come to.
    pub(super) fn headers(&self) -> Sha256 {
        self.headers.clone()
    }

    pub(super) fn content(&mut self, bytes: &mut [u8]) -> Result<(), ArchiveError> {
        self.from.read_exact(bytes).map_err(broken)
    }

    pub(super) fn pad(&mut self, size: u64) -> Result<(), ArchiveError> {
        let mut block = [0; BLOCK];
        let padding = &mut block[..padding(size)];
        self.content(padding)?;
        zero(padding)
    }

    /// Reads the rest of the mark, and sees that nothing comes after it.
    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        let mut block = [0; BLOCK];
        self.content(&mut block)?;
        zero(&block)?;
        // The frame's own checksum comes with its end.
        let got = self.from.read(&mut block).map_err(broken)?;
        let mut rest = self.from.finish();
        if got == 0 && rest.fill_buf().map_err(broken)?.is_empty() {
            return Ok(());
        }
        Err(ArchiveError::Mismatch {
            problem: "something comes after its end",
        })
    }
}

fn padding(size: u64) -> usize {
    let over = size % BLOCK as u64;
    usize::try_from((BLOCK as u64 - over) % BLOCK as u64).unwrap_or(0)
}

fn zero(bytes: &[u8]) -> Result<(), ArchiveError> {
    if bytes.iter().all(|&byte| byte == 0) {
        return Ok(());
    }
    Err(ArchiveError::Mismatch {
        problem: "it has something where nothing should be",
    })
}

/// What a failure to read means.
fn broken(error: io::Error) -> ArchiveError {
    let inner = error.get_ref();
    let unreadable = inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Unreadable>);
    match error.kind() {
        _ if unreadable => ArchiveError::Read(error),
        io::ErrorKind::UnexpectedEof => ArchiveError::Truncated,
        _ => ArchiveError::Damaged(error),
    }
}
