//! Large files, block by block.
//!
//! While one block is being sent the next is being read, off the runtime, and no further: a client that
//! takes its time holds two blocks and no thread.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use ds_sandbox::{Body, BoxError};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::task::JoinHandle;

use super::range::Span;

/// How much is read at once, in bytes.
const BLOCK: u64 = 256 << 10;

/// Part of a file as a body. It is exactly as long as the part: what is appended meanwhile is left out, and
/// if the file is cut the body ends with an error, so that nobody takes it for complete.
pub(super) fn body(file: File, span: Span) -> Body {
    let mut blocks = Blocks {
        file: Arc::new(file),
        next: span.start,
        end: span.end,
        unsent: span.length(),
        reading: None,
    };
    blocks.read_on();
    blocks.boxed_unsync()
}

struct Blocks {
    file: Arc<File>,
    /// Where the next block to be read begins.
    next: u64,
    end: u64,
    unsent: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Blocks {
    fn read_on(&mut self) {
        let (start, length) = (self.next, BLOCK.min(self.end - self.next));
        if length == 0 {
            return;
        }
        self.next += length;
        let file = Arc::clone(&self.file);
        self.reading = Some(tokio::task::spawn_blocking(move || {
            let mut block = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            file.read_exact_at(&mut block, start)?;
            Ok(block.into())
        }));
    }
}

impl http_body::Body for Blocks {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        match read.map_err(io::Error::other).and_then(|read| read) {
            Ok(block) => {
                self.unsent = self.unsent.saturating_sub(block.len() as u64);
                self.read_on();
                Poll::Ready(Some(Ok(Frame::data(block))))
            }
            Err(error) => Poll::Ready(Some(Err(error.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.reading.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.unsent)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use http_body::Body as _;

    use super::*;

    const LENGTH: u64 = 3 * BLOCK + 17;

    fn file() -> (File, Vec<u8>) {
        let bytes = (0..LENGTH).map(|place| u8::try_from(place * place % 251).unwrap());
        let bytes: Vec<u8> = bytes.collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        (file, bytes)
    }

    #[tokio::test]
    async fn sends_exactly_the_part() {
        let (file, bytes) = file();
        for (start, end) in [
            (0, LENGTH),
            (1, BLOCK),
            (BLOCK - 1, 2 * BLOCK + 1),
            (5, 6),
            (7, 7),
        ] {
            let body = body(file.try_clone().unwrap(), Span { start, end });
            assert_eq!(body.size_hint().exact(), Some(end - start));
            let sent = body.collect().await.unwrap().to_bytes();
            let at = |place: u64| usize::try_from(place).unwrap();
            assert!(sent == bytes[at(start)..at(end)], "{start}-{end}");
        }
    }

    #[tokio::test]
    async fn a_file_that_grows_or_shrinks_keeps_the_framing() {
        let (mut file, bytes) = file();
        let grown = body(file.try_clone().unwrap(), Span::whole(LENGTH));
        file.write_all(b"more").unwrap();
        assert!(grown.collect().await.unwrap().to_bytes() == bytes);

        let mut cut = body(file.try_clone().unwrap(), Span::whole(LENGTH));
        let first = cut.frame().await.unwrap();
        assert!(first.is_ok());
        // The second block may have been read already; those after it are gone.
        file.set_len(BLOCK + 1).unwrap();
        assert!(cut.collect().await.is_err());
    }
}
