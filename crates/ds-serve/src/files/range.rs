//! The `Range` header. One range is honoured; several at once are answered with the whole file, as RFC 9110
//! allows: hardly anybody asks for them but to make a server work.

use bytes::Bytes;
use http::HeaderValue;

/// Bytes from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Everything, or something that is to be ignored.
    Whole,
    /// This part.
    Part(Span),
    /// A part that does not exist.
    Beyond,
}

impl Span {
    pub(super) fn whole(length: u64) -> Self {
        Self {
            start: 0,
            end: length,
        }
    }

    pub(super) fn length(self) -> u64 {
        self.end - self.start
    }

    /// These bytes of a whole content.
    pub(super) fn of(self, content: &Bytes) -> Bytes {
        let at = |place: u64| {
            usize::try_from(place)
                .unwrap_or(usize::MAX)
                .min(content.len())
        };
        content.slice(at(self.start)..at(self.end))
    }

    pub(super) fn content_range(self, length: u64) -> HeaderValue {
        let text = format!(
            "bytes {}-{}/{length}",
            self.start,
            self.end.saturating_sub(1)
        );
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("bytes */*"))
    }
}

/// Reads a `Range` header for a file of this length. One that is not understood is ignored.
pub(super) fn parse(header: &str, length: u64) -> Asked {
    let Some((unit, range)) = header.split_once('=') else {
        return Asked::Whole;
    };
    let Some((first, last)) = range.trim().split_once('-') else {
        return Asked::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let (start, end) = match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => return Asked::Whole,
        (Some(first), Some(last)) => (first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() => (first, length),
        (None, Some(last)) if first.is_empty() => (length.saturating_sub(last), length),
        _ => return Asked::Whole,
    };
    if start < end {
        Asked::Part(Span { start, end })
    } else {
        Asked::Beyond
    }
}

/// Digits only; a number too big for us is as good as the biggest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        let check = |header: &str, expect: Asked| assert_eq!(parse(header, 10), expect, "{header}");
        let part = |start, end| Asked::Part(Span { start, end });
        check("bytes=0-0", part(0, 1));
        check("bytes=2-3", part(2, 4));
        check("Bytes = 2-3", part(2, 4));
        check("bytes=2-", part(2, 10));
        check("bytes=9-99", part(9, 10));
        check("bytes=-3", part(7, 10));
        check("bytes=-99", part(0, 10));
        check("bytes=0-99999999999999999999999", part(0, 10));
        check("bytes=10-", Asked::Beyond);
        check("bytes=10-12", Asked::Beyond);
        check("bytes=99999999999999999999999-", Asked::Beyond);
        check("bytes=-0", Asked::Beyond);
        for ignored in [
            "bytes=3-2",
            "bytes=",
            "bytes=-",
            "bytes",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1-2,4-5",
            "bytes=-1,-2",
            "lines=1-2",
            "bytes=1-2x",
            "",
        ] {
            check(ignored, Asked::Whole);
        }
    }

    #[test]
    fn nothing_of_an_empty_file() {
        for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(parse(header, 0), Asked::Beyond, "{header}");
        }
    }
}
