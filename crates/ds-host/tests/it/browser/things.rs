//! Things people upload, made here.

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, Crc, write::GzEncoder, write::ZlibEncoder};

/// A folder as a package.
pub(super) fn package(folder: &Path, to: &Path) {
    let gz = GzEncoder::new(fs::File::create(to).unwrap(), Compression::fast());
    let mut tar = tar::Builder::new(gz);
    let name = folder.file_name().unwrap();
    tar.append_dir_all(name, folder).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}

/// A square picture as PNG, of noise so that it is large.
pub(crate) fn picture(side: u32) -> Vec<u8> {
    let mut noise = 1_u32;
    let mut channel = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    };
    let mut rows = Vec::new();
    for _ in 0..side {
        // Each row begins with its filter: none.
        rows.extend([0].into_iter().chain((0..side * 3).map(|_| channel())));
    }
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
    pixels.write_all(&rows).unwrap();

    let mut header = Vec::new();
    header.extend(side.to_be_bytes());
    header.extend(side.to_be_bytes());
    // Eight bits a channel, red, green and blue.
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(*b"IHDR", &header));
    png.extend(chunk(*b"IDAT", &pixels.finish().unwrap()));
    png.extend(chunk(*b"IEND", &[]));
    png
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let mut sum = Crc::new();
    sum.update(&chunk[4..]);
    chunk.extend(sum.sum().to_be_bytes());
    chunk
}

/// Seconds of sound as WAV: eight thousand samples of one byte each second.
pub(super) fn sound(seconds: u32) -> Vec<u8> {
    let rate = 8000_u32;
    let samples = rate * seconds;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(rate.to_le_bytes());
    wav.extend(rate.to_le_bytes());
    wav.extend(b"\x01\0\x08\0data");
    wav.extend(samples.to_le_bytes());
    wav.extend((0..samples).map(|at| if at / 10 % 2 == 0 { 100 } else { 156 }));
    wav
}
