//! Replacing specifiers in a text, and nothing else.

use std::ops::Range;

/// Puts each literal in the place of a span. Spans do not overlap and come in order.
pub(super) fn replace(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut edited = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (span, specifier) in edits {
        edited.push_str(&text[at..span.start]);
        edited.push_str(&literal(specifier));
        at = span.end;
    }
    edited.push_str(&text[at..]);
    edited
}

/// A JavaScript string literal.
pub(super) fn literal(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_spans_change() {
        let text = "import a from 'x'; import('y') // é";
        let edits = [(14..17, "./x.js".to_owned()), (26..29, "./\"y".to_owned())];
        assert_eq!(
            replace(text, &edits),
            "import a from \"./x.js\"; import(\"./\\\"y\") // é"
        );
        assert_eq!(replace(text, &[]), text);
    }
}
