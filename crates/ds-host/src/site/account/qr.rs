//! What an authenticator app scans, as SVG.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

/// The white around it, in its dots: scanners want four.
const MARGIN: usize = 4;

/// A picture of dots.
#[derive(Debug)]
pub(super) struct Picture {
    /// Its sides, in dots.
    pub(super) side: usize,
    /// The dark dots, as the `d` of a path.
    pub(super) path: String,
}

/// The picture of a text; `None` if it is too long for one.
pub(super) fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::new(text).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, long) = (x + MARGIN, y + MARGIN, run.len());
                // Writing to a String cannot fail.
                let _ = write!(path, "M{left} {top}h{long}v1h-{long}z");
            }
            x += run.len();
        }
    }
    Some(Picture {
        side: width + 2 * MARGIN,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_three_corners_and_all_dark_dots() {
        let text = "otpauth://totp/x:ada%40example.com?secret=ABCDEFGH&issuer=x";
        let picture = picture(text).unwrap();
        let right = picture.side - MARGIN - 7;
        for corner in [(4, 4), (right, 4), (4, right)] {
            let top = format!("M{} {}h7v1h-7z", corner.0, corner.1);
            assert!(picture.path.contains(&top), "{corner:?}");
        }
        let dark = |path: &str| -> usize {
            let runs = path.split('h').skip(1).step_by(2);
            runs.map(|run| run.split('v').next().unwrap().parse::<usize>().unwrap())
                .sum()
        };
        let code = QrCode::new(text).unwrap().to_colors();
        let expect = code.iter().filter(|color| **color == Color::Dark).count();
        assert_eq!(dark(&picture.path), expect);
        assert!(super::picture(&"x".repeat(5000)).is_none());
    }
}
