//! One header: the 512 bytes that POSIX has had for long.

use super::{BLOCK, NAME};

pub(super) fn block(
    name: &[u8],
    flag: u8,
    mode: u64,
    size: u64,
    time: u64,
    target: &[u8],
) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(NAME)]);
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000\x000000000");
    if size < 1 << 33 {
        put(124, format!("{size:011o}").as_bytes());
    } else {
        // As GNU tar does it, which everybody reads.
        put(124, &[0x80]);
        put(128, &size.to_be_bytes());
    }
    put(136, format!("{time:011o}").as_bytes());
    put(156, &[flag]);
    put(157, &target[..target.len().min(NAME)]);
    put(257, b"ustar\x0000");
    put(329, b"0000000\x000000000");
    let sum = checksum(&block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

pub(super) fn checksum(header: &[u8]) -> u32 {
    let without = header[..148].iter().chain(&header[156..]);
    without.map(|&byte| u32::from(byte)).sum::<u32>() + 8 * u32::from(b' ')
}

/// A number as headers have it; nonsense is some number.
pub(super) fn number(field: &[u8]) -> u64 {
    if field[0] & 0x80 != 0 {
        let last = field.iter().rev().take(8).rev();
        return last.fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    }
    let digits = field.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |sum: u64, &byte| {
        sum.wrapping_mul(8).wrapping_add(u64::from(byte - b'0'))
    })
}

/// Text up to its first zero byte.
pub(super) fn text(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|&byte| byte == 0);
    &field[..end.unwrap_or(field.len())]
}
