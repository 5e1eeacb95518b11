//! Cutting what an app prints into lines of bounded length that are safe to show.

use ds_core::one_line;

/// The longest line that is kept; the rest of a longer one is dropped.
pub(super) const MAX_LINE: usize = 4096;

/// Turns chunks of bytes into lines.
#[derive(Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    dropped: bool,
}

impl Lines {
    /// Takes a chunk and hands out the lines that it completes.
    pub(super) fn push(&mut self, chunk: &[u8], mut out: impl FnMut(String)) {
        let mut parts = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = MAX_LINE - self.line.len();
            self.dropped |= part.len() > room;
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if parts.peek().is_some() {
                out(self.take());
            }
        }
    }

    /// What is left when nothing more comes.
    pub(super) fn finish(&mut self) -> Option<String> {
        (!self.line.is_empty()).then(|| self.take())
    }

    fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.line);
        let mut line = one_line(&String::from_utf8_lossy(&bytes));
        if std::mem::take(&mut self.dropped) {
            line.push('…');
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines_of(chunks: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut got) = (Lines::default(), Vec::new());
        for chunk in chunks {
            lines.push(chunk, |line| got.push(line));
        }
        got.extend(lines.finish());
        got
    }

    #[test]
    fn lines_are_bounded_and_harmless() {
        let check = |text: &[u8], expect: &[&str]| assert_eq!(lines_of(&[text]), expect);
        check(b"", &[]);
        check(b"a\nb", &["a", "b"]);
        check(b"a\r\n\n\tb\n", &["a", "", "\tb"]);
        check(b"\x1b[2Jx\xff", &["\u{fffd}[2Jx\u{fffd}"]);
        let long = "x".repeat(MAX_LINE);
        check(format!("{long}\ny").as_bytes(), &[&long, "y"]);
        check(
            format!("{long}zz\ny").as_bytes(),
            &[&format!("{long}…"), "y"],
        );
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "[a-c\n]{0,60}", size in 1usize..7) {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            let expect: Vec<&str> = text.lines().collect();
            prop_assert_eq!(lines_of(&chunks), expect);
        }
    }
}
