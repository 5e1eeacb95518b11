//! One spelling for paths and for the text in patterns: percent-encoded as browsers encode paths.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What the WHATWG URL standard encodes in a path, but for its ends.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// In a pattern's text, `?` and `#` can only mean encoded ones.
const TEXT: &AsciiSet = &PATH.add(b'?').add(b'#');

/// A request's path as patterns are matched with it: pure ASCII. Not every client encodes all that should be.
pub(crate) fn path(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, PATH).into()
}

/// A pattern's text as it looks in a request's path.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, TEXT).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_meet() {
        let check = |pattern: &str, request: &str, same: bool| {
            assert_eq!(text(pattern) == path(request), same, "{pattern} {request}");
        };
        check("/a b", "/a%20b", true);
        check("/caf\u{e9}", "/caf%C3%A9", true);
        check("/caf\u{e9}", "/caf\u{e9}", true);
        check("/{x}^", "/%7Bx%7D^", true);
        check("/what?", "/what%3F", true);
        check("/100%", "/100%", true);
        check("/a b", "/a+b", false);
    }
}
