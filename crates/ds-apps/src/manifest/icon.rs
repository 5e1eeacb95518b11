//! The app's icon: what kind of picture it is, by its content, and whether it will look good.

use std::{fs::File, io::Read as _, path::Path};

use imagesize::ImageType;

use super::{Problem, fields::Fields};

const FIELD: &str = "icon";
const ICON_BYTES: u64 = 50 << 10;
const ICON_PIXELS: usize = 160;

/// The icon's file, if it can be shown.
pub(super) fn icon(fields: &mut Fields<'_>) -> Option<String> {
    let (name, path) = fields.file(FIELD)?;
    let found = match read(&path) {
        Err(_) => vec![(Problem::Error, "the icon cannot be read")],
        Ok(bytes) => problems(&bytes),
    };
    let mut usable = true;
    for (problem, message) in found {
        usable &= matches!(problem, Problem::Small | Problem::PoorExperience);
        fields.warn(FIELD, problem, &name, message);
    }
    usable.then_some(name)
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(ICON_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn problems(bytes: &[u8]) -> Vec<(Problem, &'static str)> {
    if bytes.len() as u64 > ICON_BYTES {
        return vec![(Problem::Big, "the icon is larger than 50 KiB")];
    }
    if is_svg(bytes) {
        return Vec::new();
    }
    let kind = imagesize::image_type(bytes);
    let size = imagesize::blob_size(bytes);
    let (Ok(ImageType::Jpeg | ImageType::Png | ImageType::Webp), Ok(size)) = (kind, size) else {
        let message = "the icon is not a JPEG, PNG, WebP or SVG picture";
        return vec![(Problem::Invalid, message)];
    };
    let mut problems = Vec::new();
    if size.width != size.height {
        problems.push((Problem::PoorExperience, "the icon is not square"));
    }
    if size.width.min(size.height) < ICON_PIXELS {
        problems.push((Problem::Small, "the icon is smaller than 160 pixels"));
    }
    if is_animated_png(bytes) {
        problems.push((Problem::PoorExperience, "the icon is animated"));
    }
    problems
}

/// Whether the first element of a text is `<svg>`: what comes before may be declarations and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<!") {
            ">"
        } else {
            break;
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
    rest.strip_prefix("<svg")
        .is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/'))
}

/// Whether a PNG has an `acTL` chunk before its picture.
fn is_animated_png(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") else {
        return false;
    };
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        match &kind {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        // A checksum follows each chunk.
        match after.get(length.saturating_add(4)..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, chunks: &[&[u8; 4]]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        for kind in chunks {
            bytes.extend(0_u32.to_be_bytes());
            bytes.extend(*kind);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn pictures() {
        let check = |bytes: &[u8], expect: &[Problem]| {
            let got: Vec<_> = problems(bytes)
                .into_iter()
                .map(|(problem, _)| problem)
                .collect();
            assert_eq!(got, expect, "{}", String::from_utf8_lossy(bytes));
        };
        check(&png(160, 160, &[b"IDAT"]), &[]);
        check(&png(159, 159, &[b"IDAT"]), &[Problem::Small]);
        check(&png(320, 200, &[b"IDAT"]), &[Problem::PoorExperience]);
        check(
            &png(320, 320, &[b"gAMA", b"acTL", b"IDAT"]),
            &[Problem::PoorExperience],
        );
        check(&png(320, 320, &[b"IDAT", b"acTL"]), &[]);
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", &[]);
        check(
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg>",
            &[],
        );
        check(b"<svgx/>", &[Problem::Invalid]);
        check(b"<html><svg/></html>", &[Problem::Invalid]);
        check(b"GIF89a\x00\x01\x00\x01\x00\x00\x00", &[Problem::Invalid]);
        check(b"", &[Problem::Invalid]);
        check(&vec![b' '; (50 << 10) + 1], &[Problem::Big]);
    }
}
