//! Letters beyond ASCII, written so that the one module has none.
//!
//! An engine holds a text that is all ASCII as one byte a letter, and reads it without decoding; a single `…` makes it
//! decode the whole and double it, at every start. Strings and templates mean the same with escapes; in comments
//! nobody misses them. What could be seen stays as it is: regular expressions (`source`), tagged templates (`raw`)
//! and names.

use std::fmt::Write as _;

use oxc::ast::ast::{Program, StringLiteral, TaggedTemplateExpression, TemplateElement};
use oxc::ast_visit::{Visit, walk};
use oxc::span::Span;

use super::{
    read::{is_inside, range},
    unit::Edit,
};

/// The changes that take letters beyond ASCII out of a module, in order.
pub(super) fn escapes(text: &str, program: &Program<'_>) -> Vec<Edit> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut finder = Finder {
        text,
        edits: Vec::new(),
    };
    for comment in &program.comments {
        finder.comment(comment.span);
    }
    finder.visit_program(program);
    finder.edits.sort_by_key(|edit| edit.span.start);
    finder.edits
}

/// Adds those that are not where something else changes anyway.
pub(super) fn add(escapes: &[Edit], edits: &mut Vec<Edit>) {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let free = |it: &&Edit| {
        let before = edits.partition_point(|edit| edit.span.start <= it.span.start);
        let meets = |edit: &Edit| edit.span.end > it.span.start;
        let next = edits.get(before);
        !edits[..before].last().is_some_and(meets)
            && !next
                .is_some_and(|next| is_inside(&(next.span.start..next.span.start + 1), &it.span))
    };
    let free: Vec<Edit> = escapes.iter().filter(free).cloned().collect();
    edits.extend(free);
}

struct Finder<'s> {
    text: &'s str,
    edits: Vec<Edit>,
}

impl Finder<'_> {
    fn comment(&mut self, span: Span) {
        self.each(span, |_, letters| {
            let units = letters.chars().map(char::len_utf16).sum();
            // The end of a line ends a comment, and starts a statement.
            (!letters.contains(['\u{2028}', '\u{2029}'])).then(|| "?".repeat(units))
        });
    }

    fn string(&mut self, span: Span) {
        self.each(span, escaped);
    }

    /// Changes each run of letters beyond ASCII to what `write` makes of it and the text before it.
    fn each(&mut self, span: Span, write: impl Fn(&str, &str) -> Option<String>) {
        let span = range(span);
        let Some(text) = self.text.get(span.clone()) else {
            return;
        };
        let mut at = 0;
        while let Some(start) = text[at..].find(|letter: char| !letter.is_ascii()) {
            let start = at + start;
            let end = text[start..].find(|letter: char| letter.is_ascii());
            let end = end.map_or(text.len(), |end| start + end);
            if let Some(written) = write(&text[..start], &text[start..end]) {
                let at = span.start + start..span.start + end;
                self.edits.push(Edit::new(at, written));
            }
            at = end;
        }
    }
}

/// Letters of a string as escapes. One behind a backslash stands for itself, but the end of a line there stands for
/// nothing, and stays.
fn escaped(before: &str, letters: &str) -> Option<String> {
    let backslashes = before.bytes().rev().take_while(|it| *it == b'\\').count();
    let behind_one = backslashes % 2 == 1;
    if behind_one && letters.starts_with(['\u{2028}', '\u{2029}']) {
        return None;
    }
    let mut written = String::new();
    for unit in letters.encode_utf16() {
        // Writing to a String cannot fail.
        let _ = write!(written, "\\u{unit:04x}");
    }
    Some(if behind_one {
        written.split_off(1)
    } else {
        written
    })
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.string(it.span);
    }

    fn visit_template_element(&mut self, it: &TemplateElement<'a>) {
        self.string(it.span);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        self.visit_expression(&it.tag);
        // What is between the texts, but not the texts.
        for inside in &it.quasi.expressions {
            walk::walk_expression(self, inside);
        }
    }
}

#[cfg(test)]
mod tests {
    use oxc::{allocator::Allocator, parser::Parser, span::SourceType};

    use super::{super::unit::apply, *};

    fn ascii(text: &str, mut others: Vec<Edit>) -> String {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
        assert!(!parsed.diagnostics.has_errors(), "{text}");
        add(&escapes(text, &parsed.program), &mut others);
        apply(text, &mut others).unwrap()
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let check = |text: &str, expect: &str| assert_eq!(ascii(text, Vec::new()), expect);
        check("a = 'é…';", "a = '\\u00e9\\u2026';");
        check(
            "a = `é${'ü'}😀`;",
            "a = `\\u00e9${'\\u00fc'}\\ud83d\\ude00`;",
        );
        check(r"a = '\é\\é\\\é';", r"a = '\u00e9\\\u00e9\\\u00e9';");
        check("a = '\u{2028}';", "a = '\\u2028';");
        check("a = '\\\u{2028}';", "a = '\\\u{2028}';");
        check("a = {'ö': 1, ö: 2};", "a = {'\\u00f6': 1, ö: 2};");
        check("a = /é/;", "a = /é/;");
        check("tag`é${'é'}${tag`é`}`;", "tag`é${'\\u00e9'}${tag`é`}`;");
        check("// é😀\na; /* ü */", "// ???\na; /* ? */");
        check("/* é\u{2028}é */ a", "/* é\u{2028}é */ a");
        check("'é'; a", "'\\u00e9'; a");
        check("a = 'plain';", "a = 'plain';");
    }

    #[test]
    fn what_changes_anyway_is_left_alone() {
        let text = "import 'é'; a = 'é';";
        let gone = || Edit::new(0..12, "");
        assert_eq!(ascii(text, vec![gone()]), " a = '\\u00e9';");
        let inserted = |at: usize| Edit::new(at..at, "b");
        assert_eq!(ascii("a('é');", vec![inserted(2)]), "a(b'\\u00e9');");
        let inside = Edit::new(3..5, "c");
        assert_eq!(ascii("a('é');", vec![inside]), "a('c');");
    }
}
