//! The record before a header, of what does not fit into it.

/// When something was changed, since 1970. The nanoseconds count forward, also before 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::archive) struct Modified {
    pub(in crate::archive) seconds: i64,
    pub(in crate::archive) nanos: u32,
}

/// `27 mtime=1.5\n`: the number counts the whole record, itself too.
pub(super) fn push_record(record: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    record.extend(format!("{length} ").as_bytes());
    record.extend([key, b"=", value, b"\n"].concat());
}

/// The records that make sense, up to the first that does not.
pub(super) fn records(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let space = bytes.iter().position(|&byte| byte == b' ')?;
        let length: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
        let record = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
        bytes = &bytes[length..];
        let equals = record.iter().position(|&byte| byte == b'=')?;
        Some((&record[..equals], &record[equals + 1..]))
    })
}

impl Modified {
    /// The seconds, if a header can have them.
    pub(super) fn in_header(self) -> Option<i64> {
        (0..1 << 33).contains(&self.seconds).then_some(self.seconds)
    }

    pub(super) fn text(self) -> String {
        match self.nanos {
            0 => self.seconds.to_string(),
            // Counted from zero, as people write it: 0.25 s before 1970 is -0.25.
            nanos if self.seconds < 0 => {
                let whole = (self.seconds + 1).unsigned_abs();
                format!("-{whole}.{:09}", 1_000_000_000 - nanos)
            }
            nanos => format!("{}.{nanos:09}", self.seconds),
        }
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let seconds: i64 = whole.parse().ok()?;
        let nanos: u32 = part.parse().ok().filter(|part| *part < 1_000_000_000)?;
        if whole.starts_with('-') && nanos != 0 {
            let (seconds, nanos) = (seconds.checked_sub(1)?, 1_000_000_000 - nanos);
            return Some(Self { seconds, nanos });
        }
        Some(Self { seconds, nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        let check = |seconds, nanos, expect: &str| {
            assert_eq!(Modified { seconds, nanos }.text(), expect);
        };
        check(1, 500_000_000, "1.500000000");
        check(-1, 750_000_000, "-0.250000000");
        check(-2, 500_000_000, "-1.500000000");
    }
}
