//! Decompression that stops at a bound.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// What was read when the bound was passed; carried inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
pub(super) struct PastBound(pub(super) u64);

/// Reads at most a number of bytes from another reader, and fails at the next; remembers whether the end
/// was reached.
pub(super) struct Bounded<R> {
    inner: R,
    most: u64,
    left: u64,
    ended: bool,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, most: u64) -> Self {
        Self {
            inner,
            most,
            left: most,
            ended: false,
        }
    }

    /// Whether the end was reached, and how much was read until then.
    pub(super) fn end(&self) -> Option<u64> {
        self.ended.then_some(self.most - self.left)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        if got == 0 && !buffer.is_empty() {
            self.ended = true;
        }
        match self.left.checked_sub(got as u64) {
            Some(left) => {
                self.left = left;
                Ok(got)
            }
            None => Err(io::Error::other(PastBound(self.most))),
        }
    }
}

/// The content of a gzip file of one or more members. What follows the last and is no member is ignored.
pub(super) struct Gzip<R> {
    /// `None` only after a failure.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gzip<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            member: Some(GzDecoder::new(inner)),
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(member) = &mut self.member else {
                return Ok(0);
            };
            let got = member.read(buffer)?;
            if got > 0 {
                return Ok(got);
            }
            let another = member.get_mut().fill_buf()?.starts_with(&[0x1f, 0x8b]);
            if !another {
                return Ok(0);
            }
            self.member = self
                .member
                .take()
                .map(|ended| GzDecoder::new(ended.into_inner()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write as _};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn read(file: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Gzip::new(BufReader::new(file)).read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn members_and_what_follows() {
        let two = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read(&two).unwrap(), b"one two");
        assert_eq!(read(&[&two[..], b"garbage"].concat()).unwrap(), b"one two");
        assert!(read(&two[..two.len() - 1]).is_err());
        let mut wrong_sum = two.clone();
        let at = two.len() - 8;
        wrong_sum[at] ^= 1;
        assert!(read(&wrong_sum).is_err());
    }

    #[test]
    fn bound() {
        let mut exact = Bounded::new(&b"12345"[..], 5);
        assert_eq!(io::read_to_string(&mut exact).unwrap(), "12345");
        assert_eq!(exact.end(), Some(5));
        let error = io::read_to_string(Bounded::new(&b"123456"[..], 5)).unwrap_err();
        assert!(
            error
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<PastBound>)
        );
    }
}
