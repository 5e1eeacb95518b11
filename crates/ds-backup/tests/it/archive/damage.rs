//! Archives that came through badly.

use std::{fs, path::Path};

use proptest::prelude::*;

use super::{export, import, listing, quick_dir, sample};

struct Whole {
    dir: tempfile::TempDir,
    archive: Vec<u8>,
}

fn whole() -> Whole {
    let dir = quick_dir();
    sample(&dir.path().join("from"));
    let archive = export(&dir.path().join("from"));
    Whole { dir, archive }
}

/// Refused with nothing left, or the same tree.
fn refused_or_equal(whole: &Whole, damaged: &[u8], how: &str) -> bool {
    let into = whole.dir.path().join("into");
    if import(damaged, &into).is_err() {
        assert!(!into.exists(), "{how}");
        return true;
    }
    let from = whole.dir.path().join("from");
    assert_eq!(listing(&from), listing(&into), "{how}");
    fs::remove_dir_all(&into).unwrap();
    false
}

#[test]
fn cut_anywhere() {
    let whole = whole();
    for length in 0..whole.archive.len() {
        let how = format!("cut at {length}");
        let refused = refused_or_equal(&whole, &whole.archive[..length], &how);
        assert!(refused, "{how}");
    }
}

#[test]
fn a_bit_flipped_anywhere() {
    let whole = whole();
    let mut refused = 0;
    for at in 0..whole.archive.len() {
        let mut flipped = whole.archive.clone();
        flipped[at] ^= 1 << (at % 8);
        refused += usize::from(refused_or_equal(
            &whole,
            &flipped,
            &format!("flipped at {at}"),
        ));
    }
    assert!(refused > whole.archive.len() / 2, "{refused}");
}

/// As above, by somebody who compresses it again, so that nothing of zstd tells.
#[test]
fn a_bit_flipped_below_the_compression() {
    let whole = whole();
    let tar = zstd::decode_all(&whole.archive[..]).unwrap();
    for at in (0..tar.len()).step_by(5) {
        let mut flipped = tar.clone();
        flipped[at] ^= 1 << (at % 8);
        let archive = zstd::encode_all(&flipped[..], 1).unwrap();
        let how = format!("flipped at {at} of {}", tar.len());
        assert!(refused_or_equal(&whole, &archive, &how), "{how}");
    }
}

/// As above, with blocks taken out, or twice.
#[test]
fn blocks_lost_or_doubled() {
    let whole = whole();
    let tar = zstd::decode_all(&whole.archive[..]).unwrap();
    for at in (0..tar.len()).step_by(512) {
        let lost = [&tar[..at], &tar[at + 512..]].concat();
        let doubled = [&tar[..at + 512], &tar[at..]].concat();
        for (what, changed) in [("lost", lost), ("doubled", doubled)] {
            let archive = zstd::encode_all(&changed[..], 1).unwrap();
            let how = format!("{what} at {at} of {}", tar.len());
            assert!(refused_or_equal(&whole, &archive, &how), "{how}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Headers most of all, by many bytes at once.
    #[test]
    fn scribbled_over(at in prop::collection::vec((0..200_usize, 0..512_usize, any::<u8>()), 1..6)) {
        let whole = whole();
        let mut tar = zstd::decode_all(&whole.archive[..]).unwrap();
        for (block, byte, to) in at {
            let place = (block * 512 + byte) % tar.len();
            tar[place] = to;
            let header = &mut tar[place / 512 * 512..][..512];
            super::forge::sum(header.try_into().unwrap());
        }
        let archive = zstd::encode_all(&tar[..], 1).unwrap();
        refused_or_equal(&whole, &archive, "scribbled over");
    }
}

#[test]
fn a_reader_that_fails_is_not_called_damage() {
    struct Fails;
    impl std::io::Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the network is gone"))
        }
    }
    use std::io::Read as _;
    let whole = whole();
    let half = whole.archive.len() / 2;
    let from = whole.archive[..half].chain(Fails);
    let bounds = ds_backup::ImportBounds {
        keep_free: 0,
        ..ds_backup::ImportBounds::default()
    };
    let into: &Path = &whole.dir.path().join("into");
    let refused = ds_backup::import(from, into, &bounds, &ds_backup::NoProgress).unwrap_err();
    let chain = ds_core::error_chain(&refused);
    assert!(
        chain.starts_with("cannot read the archive") && chain.contains("the network is gone"),
        "{chain}"
    );
    assert!(!into.exists());
}
