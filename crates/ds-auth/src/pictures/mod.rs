//! Pictures of people: whatever somebody uploads is decoded within bounds and made anew.
//!
//! Nothing of the bytes that came survives, so a picture of this host is a picture and nothing else: no
//! markup, no program, no place where it was taken.

mod directory;
mod made;
#[cfg(test)]
mod tests;

use std::{
    io::Cursor,
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

pub use directory::Avatars;
pub use made::{Picture, PictureFormat};

/// How large a picture may be that somebody uploads, in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;
/// How wide and high it may be, in pixels.
pub const MOST_SIDE: u32 = 4096;
/// How wide and high one of ours is.
pub const SIDE: u32 = 256;

/// What decoding may take: 4096 × 4096 pixels of four bytes, and half as much for what decoders need beside.
const MOST_MEMORY: u64 = 96 * 1024 * 1024;

/// How many pictures wait at once, and how long one waits for its turn.
const WAITING: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);
static QUEUE: Semaphore = Semaphore::const_new(WAITING);
static TURN: Semaphore = Semaphore::const_new(1);

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Too many bytes.
    #[error("this picture is larger than 2 MiB; make it smaller and try again")]
    TooManyBytes,
    /// None of the formats.
    #[error("this is not a picture that can be read; use a PNG, JPEG, WebP or GIF file")]
    Unknown,
    /// Too wide or too high.
    #[error(
        "this picture has {width} × {height} pixels; at most {MOST_SIDE} each way can be read, so make it smaller and try again"
    )]
    TooManyPixels {
        /// What it says of its width.
        width: u32,
        /// And of its height.
        height: u32,
    },
    /// What it says it is and what it is differ.
    #[error("this picture is damaged; save it anew with another program and try again")]
    Damaged(#[source] Option<ImageError>),
    /// Too many others are at it.
    #[error("many pictures are being made just now; try again in a moment")]
    Busy,
    /// It could be read and not be written.
    #[error("this picture cannot be kept just now; try again later")]
    Unwritten(#[source] ImageError),
}

/// Makes a square picture of at most a few ten thousand bytes from whatever somebody uploaded: its middle, the
/// first frame of many, upright as its camera noted. Takes up to a second and a hundred mebibytes, so never
/// call it on the runtime's own threads; one is made at a time.
pub fn remake(bytes: &[u8]) -> Result<Picture, PictureError> {
    /// However many pictures come at once, they take the memory of one.
    static ONE: Mutex<()> = Mutex::new(());

    if bytes.len() > MOST_BYTES {
        return Err(PictureError::TooManyBytes);
    }
    let format = format(bytes).ok_or(PictureError::Unknown)?;
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    // A decoder that panics has not understood the picture either.
    panic::catch_unwind(AssertUnwindSafe(|| {
        made::square(decode(bytes, format)?, SIDE).map_err(PictureError::Unwritten)
    }))
    .unwrap_or(Err(PictureError::Damaged(None)))
}

/// The same from the runtime: waits for its turn without holding a thread, and not for long.
///
/// # Errors
/// If it is no picture that can be read, or too many others wait.
pub async fn remake_in_turn(bytes: Vec<u8>) -> Result<Picture, PictureError> {
    let _waiting = QUEUE.try_acquire().map_err(|_| PictureError::Busy)?;
    let turn = tokio::time::timeout(PATIENCE, TURN.acquire()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(PictureError::Busy);
    };
    let made = tokio::task::spawn_blocking(move || {
        // Held by the work itself: a caller who leaves does not make room before it is done.
        let _turn = turn;
        remake(&bytes)
    });
    made.await.unwrap_or(Err(PictureError::Damaged(None)))
}

/// The media type of what looks like a picture, by its first bytes.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    format(bytes).map(|format| format.to_mime_type())
}

/// What the first bytes say it is. Names and media types that came with it say nothing.
fn format(bytes: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(bytes).ok()?;
    match format {
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif => Some(format),
        _ => None,
    }
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, PictureError> {
    let damaged = |error| PictureError::Damaged(Some(error));
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST_SIDE || height > MOST_SIDE {
        return Err(PictureError::TooManyPixels { width, height });
    }
    limits.reserve(decoder.total_bytes()).map_err(damaged)?;
    decoder.set_limits(limits).map_err(damaged)?;
    let upright = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(upright);
    Ok(picture)
}
