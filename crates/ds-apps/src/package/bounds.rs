//! How big a package may be.

/// Bounds of a package. The defaults are generous for an app and small for a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The archive file itself, in bytes.
    pub archive_bytes: u64,
    /// All files together, in bytes.
    pub bytes: u64,
    /// One file, in bytes.
    pub file_bytes: u64,
    /// Files and directories together.
    pub entries: u64,
    /// The path of a file inside the package, in bytes.
    pub path_bytes: usize,
    /// One name in a path, in bytes.
    pub name_bytes: usize,
    /// How many directories deep a file may be.
    pub depth: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            archive_bytes: 512 << 20,
            bytes: 1 << 30,
            file_bytes: 512 << 20,
            entries: 20_000,
            path_bytes: 512,
            name_bytes: 255,
            depth: 32,
        }
    }
}

impl Bounds {
    /// How long the uncompressed archive may get: the files, and headers and padding for each entry.
    pub(super) fn stream_bytes(&self) -> u64 {
        self.entries
            .saturating_mul(4 << 10)
            .saturating_add(1 << 20)
            .saturating_add(self.bytes)
    }
}

/// A size as people write it: exact when it is a whole number of a unit.
pub(crate) fn human(bytes: u64) -> String {
    [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|&(shift, _)| bytes >= 1 << shift && bytes.trailing_zeros() >= shift)
        .map_or_else(
            || format!("{bytes} bytes"),
            |(shift, unit)| format!("{} {unit}", bytes >> shift),
        )
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn sizes_for_people() {
        let check = |bytes: u64, expect: &str| assert_eq!(human(bytes), expect);
        check(0, "0 bytes");
        check(1023, "1023 bytes");
        check(10_240, "10 KiB");
        check(512 << 20, "512 MiB");
        check(1 << 30, "1 GiB");
        check((1 << 30) + 1, "1073741825 bytes");
    }
}
