//! Pictures as this host makes them.

use std::io::Cursor;

use ds_core::secret::random_text;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView as _, ImageEncoder as _, ImageError,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};

/// How well JPEGs are kept, of a hundred.
const QUALITY: u8 = 85;

/// A picture that this host made: small, square, of one of two formats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    bytes: Vec<u8>,
    format: PictureFormat,
}

/// What pictures are kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Whatever is nowhere transparent.
    Jpeg,
    /// What is transparent somewhere.
    Png,
}

impl Picture {
    /// Its file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its file, for who keeps it.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What it is kept as.
    #[must_use]
    pub fn format(&self) -> PictureFormat {
        self.format
    }

    /// A name that no picture had before: what is remembered of a name anywhere never shows another picture.
    #[must_use]
    pub fn new_name(&self) -> String {
        format!("{}.{}", random_text(20), self.format.extension())
    }
}

impl PictureFormat {
    /// How names of such files end.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// Their media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// The middle of a picture, `side` pixels wide and high.
pub(super) fn square(picture: DynamicImage, side: u32) -> Result<Picture, ImageError> {
    let (width, height) = picture.dimensions();
    let shorter = width.min(height);
    let (left, top) = ((width - shorter) / 2, (height - shorter) / 2);
    let middle = picture.crop_imm(left, top, shorter, shorter);
    drop(picture);
    let small = middle
        .resize_exact(side, side, FilterType::CatmullRom)
        .into_rgba8();
    if small.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        jpeg(DynamicImage::ImageRgba8(small), side)
    } else {
        png(small.as_raw(), side)
    }
}

fn jpeg(picture: DynamicImage, side: u32) -> Result<Picture, ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = picture.into_rgb8();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode(
        pixels.as_raw(),
        side,
        side,
        ExtendedColorType::Rgb8,
    )?;
    Ok(Picture {
        bytes: bytes.into_inner(),
        format: PictureFormat::Jpeg,
    })
}

fn png(pixels: &[u8], side: u32) -> Result<Picture, ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new(&mut bytes).write_image(pixels, side, side, ExtendedColorType::Rgba8)?;
    Ok(Picture {
        bytes: bytes.into_inner(),
        format: PictureFormat::Png,
    })
}
