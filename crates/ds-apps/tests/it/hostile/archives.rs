//! What is no archive, or a broken one.

use ds_apps::InstallErrorKind as Kind;

use super::check_all;
use crate::support::pack::{Tar, gzip};

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 0xff;
    bytes
}

fn cut(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.truncate(length);
    bytes
}

#[tokio::test]
async fn not_archives() {
    let app = || Tar::app().gz();
    let deep_gz = gzip(&gzip(&Tar::app().tar()));
    let length = app().len();
    let table = vec![
        ("nothing", vec![], "is empty"),
        ("no entries", Tar::default().gz(), "is empty"),
        ("no entries, plain", Tar::default().tar(), "is empty"),
        (
            "only directories",
            Tar::default().dir("a/").gz(),
            "is empty",
        ),
        ("zip", b"PK\x03\x04 and so on".to_vec(), "a zip file"),
        ("empty zip", b"PK\x05\x06\0\0".to_vec(), "a zip file"),
        ("zstd", b"\x28\xb5\x2f\xfd....".to_vec(), "a zstd file"),
        ("xz", b"\xfd7zXZ\0....".to_vec(), "an xz file"),
        ("bzip2", b"BZh91AY&SY".to_vec(), "a bzip2 file"),
        ("7z", b"7z\xbc\xaf\x27\x1c".to_vec(), "a 7z file"),
        ("text", b"hello".to_vec(), "not a tar archive"),
        ("long text", vec![b'x'; 5000], "not a tar archive"),
        ("text in gzip", gzip(b"hello"), "not a tar archive"),
        ("gzip in gzip", deep_gz, "not a tar archive"),
        ("only the magic", vec![0x1f, 0x8b], "incomplete"),
        ("cut in half", cut(app(), length / 2), "incomplete"),
        ("cut in the checksum", cut(app(), length - 3), "incomplete"),
        ("wrong checksum", flipped(app(), length - 6), "damaged"),
        ("plain, no end mark", Tar::app().unended(), "incomplete"),
        (
            "plain, cut in a file",
            cut(Tar::app().tar(), 530),
            "incomplete",
        ),
        (
            "plain, cut in a header",
            cut(Tar::app().tar(), 1100),
            "incomplete",
        ),
        ("bad header", flipped(Tar::app().tar(), 1030), "damaged"),
    ];
    check_all(Kind::Invalid, table).await;
}
