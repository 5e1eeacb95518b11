//! Frames: a length (u32, big endian) and that many bytes of JSON.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use serde::Serialize;

/// The longest frame to a sandbox: the members of a large appspace.
const MAX_OUT: usize = 16 << 20;
/// The longest frame from a sandbox. What is parsed takes many times the memory of its text.
const MAX_IN: usize = 4 << 20;
const PREFIX: usize = 4;

/// Why a frame could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// Longer than is allowed.
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    /// It cannot be written as JSON.
    #[error("a message cannot be written as JSON")]
    Json(#[source] serde_json::Error),
}

/// Makes a frame.
pub(super) fn encode(message: &impl Serialize) -> Result<Bytes, FrameError> {
    let json = serde_json::to_vec(message).map_err(FrameError::Json)?;
    let length = u32::try_from(json.len()).ok();
    let length = length.filter(|_| json.len() <= MAX_OUT);
    let length = length.ok_or(FrameError::TooLong(json.len()))?;
    let mut frame = BytesMut::with_capacity(PREFIX + json.len());
    frame.put_u32(length);
    frame.put_slice(&json);
    Ok(frame.freeze())
}

/// Takes the first whole frame out of what was read so far, without its length.
pub(super) fn decode(read: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
    let Some(prefix) = read.first_chunk::<PREFIX>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*prefix) as usize;
    if length > MAX_IN {
        return Err(FrameError::TooLong(length));
    }
    if read.len() - PREFIX < length {
        return Ok(None);
    }
    read.advance(PREFIX);
    Ok(Some(read.split_to(length).freeze()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However the bytes arrive, the frames come out as they went in, and not before they are whole.
        #[test]
        fn frames_survive_any_chunking(
            messages in prop::collection::vec(".{0,40}", 0..8),
            chunks in prop::collection::vec(1usize..9, 1..200),
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| encode(m).unwrap()).collect();
            let (mut read, mut got, mut rest) = (BytesMut::new(), Vec::new(), &stream[..]);
            for size in chunks.iter().cycle() {
                if rest.is_empty() { break; }
                let (chunk, later) = rest.split_at((*size).min(rest.len()));
                rest = later;
                read.put_slice(chunk);
                while let Some(frame) = decode(&mut read).unwrap() {
                    got.push(serde_json::from_slice::<String>(&frame).unwrap());
                }
            }
            prop_assert_eq!(got, messages);
            prop_assert!(read.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic_or_read_beyond_the_limit(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut read = BytesMut::from(&bytes[..]);
            let claimed = bytes.first_chunk::<4>().map(|p| u32::from_be_bytes(*p) as usize);
            match decode(&mut read) {
                Err(_) => prop_assert!(claimed.unwrap() > MAX_IN),
                Ok(None) => prop_assert!(claimed.is_none_or(|n| n > bytes.len() - 4)),
                Ok(Some(frame)) => prop_assert_eq!(&frame[..], &bytes[4..4 + claimed.unwrap()]),
            }
        }
    }

    #[test]
    fn the_limits_are_exact() {
        let fits = "x".repeat(MAX_OUT - 2);
        assert_eq!(encode(&fits).unwrap().len(), PREFIX + MAX_OUT);
        let refused = encode(&format!("{fits}x"));
        assert!(matches!(refused, Err(FrameError::TooLong(n)) if n == MAX_OUT + 1));

        let check = |length: usize, expect: bool| {
            let mut read = BytesMut::from(&u32::try_from(length).unwrap().to_be_bytes()[..]);
            assert_eq!(decode(&mut read).is_ok(), expect, "{length}");
        };
        check(MAX_IN, true);
        check(MAX_IN + 1, false);
    }
}
