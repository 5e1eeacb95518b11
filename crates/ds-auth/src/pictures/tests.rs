//! What people upload, and what is made of it.

use std::{
    fs,
    io::Cursor,
    time::{Duration, UNIX_EPOCH},
};

use ds_core::{Clock as _, SystemClock};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage, codecs::gif::GifEncoder};

use std::collections::BTreeSet;

use super::*;

fn encoded(format: ImageFormat, picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Left half red, right half blue.
fn halves(width: u32, height: u32, alpha: u8) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| {
        let red = x < width / 2;
        Rgba([u8::from(red) * 255, 0, u8::from(!red) * 255, alpha])
    }))
}

fn opaque(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(halves(width, height, 255).into_rgb8())
}

fn read(picture: &Picture) -> RgbaImage {
    let format = match picture.format() {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
    };
    let read = image::load_from_memory_with_format(picture.bytes(), format).unwrap();
    read.into_rgba8()
}

fn is_red(pixel: Rgba<u8>) -> bool {
    pixel.0[0] > 200 && pixel.0[2] < 60
}

#[test]
fn whatever_comes_becomes_a_small_square() {
    let check = |bytes: &[u8], expect: PictureFormat| {
        let made = remake(bytes).unwrap();
        assert_eq!(made.format(), expect);
        let pixels = read(&made);
        assert_eq!(pixels.dimensions(), (SIDE, SIDE));
        assert!(is_red(*pixels.get_pixel(20, 128)), "left is red");
        assert!(!is_red(*pixels.get_pixel(236, 128)), "right is blue");
        assert!(made.bytes().len() < 64 * 1024);
    };
    check(
        &encoded(ImageFormat::Png, &opaque(64, 64)),
        PictureFormat::Jpeg,
    );
    check(
        &encoded(ImageFormat::Png, &halves(300, 300, 255)),
        PictureFormat::Jpeg,
    );
    check(
        &encoded(ImageFormat::Png, &halves(300, 200, 128)),
        PictureFormat::Png,
    );
    check(
        &encoded(ImageFormat::Jpeg, &opaque(1000, 700)),
        PictureFormat::Jpeg,
    );
    check(
        &encoded(ImageFormat::WebP, &opaque(200, 500)),
        PictureFormat::Jpeg,
    );
    check(
        &encoded(ImageFormat::Gif, &halves(100, 100, 255)),
        PictureFormat::Jpeg,
    );
    check(
        &encoded(ImageFormat::Png, &opaque(2, 2)),
        PictureFormat::Jpeg,
    );
}

#[test]
fn it_is_the_middle_and_the_first_frame() {
    // A green square between red margins: only the green stays.
    let wide = DynamicImage::ImageRgb8(image::RgbImage::from_fn(900, 300, |x, _| {
        let green = (300..600).contains(&x);
        image::Rgb([u8::from(!green) * 255, u8::from(green) * 255, 0])
    }));
    let pixels = read(&remake(&encoded(ImageFormat::Png, &wide)).unwrap());
    assert!(pixels.get_pixel(2, 128).0[1] > 200 && pixels.get_pixel(253, 128).0[1] > 200);

    let mut bytes = Vec::new();
    let mut gif = GifEncoder::new(&mut bytes);
    for alpha in [255, 0] {
        let frame = image::Frame::new(halves(50, 50, alpha).into_rgba8());
        gif.encode_frame(frame).unwrap();
    }
    drop(gif);
    assert_eq!(remake(&bytes).unwrap().format(), PictureFormat::Jpeg);
}

#[test]
fn a_camera_that_was_held_sideways_is_understood() {
    // An APP1 segment with one entry: orientation 6, turn it right.
    let exif = [
        &b"\xff\xe1\x00\x22Exif\0\0"[..],
        b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
    ]
    .concat();
    let plain = encoded(ImageFormat::Jpeg, &opaque(300, 300));
    let turned = [&plain[..2], &exif, &plain[2..]].concat();
    let pixels = read(&remake(&turned).unwrap());
    assert!(is_red(*pixels.get_pixel(128, 20)), "what was left is above");
    assert!(!is_red(*pixels.get_pixel(128, 236)));
}

#[test]
fn nothing_of_what_came_survives() {
    let secret = b"taken at home <script>alert(1)</script>";
    let mut png = encoded(ImageFormat::Png, &opaque(100, 100));
    png.extend_from_slice(secret);
    let jpeg = encoded(ImageFormat::Jpeg, &opaque(100, 100));
    let length = u16::try_from(secret.len() + 2).unwrap().to_be_bytes();
    let comment = [&jpeg[..2], b"\xff\xfe", &length, secret, &jpeg[2..]].concat();
    for bytes in [png, comment] {
        assert!(bytes.windows(secret.len()).any(|part| part == secret));
        let made = remake(&bytes).unwrap();
        assert!(!made.bytes().windows(7).any(|part| part == b"<script"));
    }
}

/// A PNG whose header says `width` × `height`, and that ends soon after.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Png, &opaque(8, 8));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn what_is_no_picture_is_refused() {
    let check = |what: &str, bytes: &[u8], expect: fn(&PictureError) -> bool| {
        let refused = remake(bytes).expect_err(what);
        assert!(expect(&refused), "{what}: {refused:?}");
    };
    let unknown = |error: &PictureError| matches!(error, PictureError::Unknown);
    let damaged = |error: &PictureError| matches!(error, PictureError::Damaged(_));
    let huge = |error: &PictureError| matches!(error, PictureError::TooManyPixels { .. });
    let png = encoded(ImageFormat::Png, &opaque(64, 64));
    let jpeg = encoded(ImageFormat::Jpeg, &opaque(64, 64));
    let bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0";

    check("nothing", b"", unknown);
    check(
        "svg",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        unknown,
    );
    check("html", b"<!doctype html><script>alert(1)</script>", unknown);
    check("text", b"hello", unknown);
    check("another format", bmp, unknown);
    check("a header alone", &png[..20], damaged);
    check("png, then html", &[&png[..8], b"<html>"].concat(), damaged);
    check("cut off", &png[..png.len() / 2], damaged);
    check("jpeg of nothing", &jpeg[..4], damaged);
    check("says it is huge", &claims(60_000, 60_000), huge);
    check("says it is wide", &claims(MOST_SIDE + 1, 1), huge);
    check("says more than it has", &claims(4096, 4096), damaged);
    check("no pixels", &claims(0, 8), damaged);
    check("too many bytes", &vec![0; MOST_BYTES + 1], |error| {
        matches!(error, PictureError::TooManyBytes)
    });
}

#[test]
fn few_bytes_do_not_become_much_memory() {
    // Sixteen megapixels of one colour: about 100 KB as a file, and as large as is allowed.
    let large = encoded(
        ImageFormat::Png,
        &DynamicImage::ImageLuma8(image::GrayImage::new(MOST_SIDE, MOST_SIDE)),
    );
    assert!(large.len() < MOST_BYTES);
    remake(&large).unwrap();
    // The same with sixteen bits a channel would take all the memory there is for it.
    let deep = image::ImageBuffer::<Rgba<u16>, _>::new(MOST_SIDE, MOST_SIDE);
    let deep = encoded(ImageFormat::Png, &DynamicImage::ImageRgba16(deep));
    assert!(deep.len() < MOST_BYTES);
    assert!(matches!(remake(&deep), Err(PictureError::Damaged(_))));
}

#[test]
fn a_directory_keeps_what_somebody_has() {
    let root = tempfile::tempdir().unwrap();
    let avatars = Avatars::at(root.path().join("avatars"));
    let picture = remake(&encoded(ImageFormat::Png, &opaque(8, 8))).unwrap();
    let (first, second) = (
        avatars.keep(&picture).unwrap(),
        avatars.keep(&picture).unwrap(),
    );
    assert_ne!(first, second);
    assert_eq!(first.rsplit_once('.').unwrap().1, "jpg");
    assert_eq!(avatars.read(&first).unwrap().unwrap(), picture.bytes());

    // Both are young: neither is removed. Old ones are, if nobody has them.
    let had = BTreeSet::from([first.clone()]);
    let now = SystemClock.now();
    avatars.tidy(&had, now).unwrap();
    assert!(avatars.read(&second).unwrap().is_some());
    let ago = Duration::from_millis(now.0.try_into().unwrap());
    let long_ago = UNIX_EPOCH + ago.checked_sub(Duration::from_hours(2)).unwrap();
    for name in [&first, &second] {
        let file = fs::File::open(root.path().join("avatars").join(name)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    avatars.tidy(&had, now).unwrap();
    assert!(avatars.read(&first).unwrap().is_some());
    assert!(avatars.read(&second).unwrap().is_none());

    fs::write(root.path().join("private"), "1").unwrap();
    for name in [
        "../private",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/b",
        "gone.jpg",
    ] {
        assert!(avatars.read(name).unwrap().is_none(), "{name}");
        avatars.remove(name).unwrap();
    }
    assert!(root.path().join("private").exists());
    avatars.remove(&first).unwrap();
    assert!(avatars.read(&first).unwrap().is_none());
}

#[tokio::test]
async fn few_wait_for_their_turn() {
    let turn = TURN.acquire().await.unwrap();
    let waiting: Vec<_> = (0..WAITING)
        .map(|_| tokio::spawn(remake_in_turn(Vec::new())))
        .collect();
    while QUEUE.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    let refused = remake_in_turn(Vec::new()).await;
    assert!(matches!(refused, Err(PictureError::Busy)), "{refused:?}");
    drop(turn);
    for one in waiting {
        let made = one.await.unwrap();
        assert!(matches!(made, Err(PictureError::Unknown)), "{made:?}");
    }
}
