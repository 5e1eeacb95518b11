//! Places in texts: by byte, by line and column, and after an edit.

use super::unit::Edit;

/// Where a place of a text is after its edits; asked in order.
pub(super) struct Moved<'a> {
    edits: std::iter::Peekable<std::slice::Iter<'a, Edit>>,
    /// What the edits so far added and took.
    added: usize,
    taken: usize,
}

impl<'a> Moved<'a> {
    /// At the beginning.
    pub(super) fn new(edits: &'a [Edit]) -> Self {
        Self {
            edits: edits.iter().peekable(),
            added: 0,
            taken: 0,
        }
    }

    /// Goes there.
    pub(super) fn to(&mut self, at: usize) -> usize {
        while let Some(edit) = self.edits.next_if(|edit| edit.span.end <= at) {
            self.added += edit.text.len();
            self.taken += edit.span.len();
        }
        let inside = self.edits.peek().filter(|edit| edit.span.start < at);
        let at = inside.map_or(at, |edit| edit.span.start);
        at + self.added - self.taken
    }
}

/// Lines and columns of places in a text; asked in order.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    /// At the beginning.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
        }
    }

    /// Goes there.
    pub(super) fn to(&mut self, at: usize) -> (u32, u32) {
        if let Some(between) = self.text.get(self.at..at) {
            self.line += newlines(between);
            let last = between
                .rfind('\n')
                .map_or(between, |end| &between[end + 1..]);
            if last.len() < between.len() {
                self.column = 0;
            }
            self.column += width(last);
            self.at = at;
        }
        (self.line, self.column)
    }
}

/// Places in a text by line and column; asked in order.
pub(super) struct Finder<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Finder<'a> {
    /// At the beginning.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
        }
    }

    /// Goes there.
    pub(super) fn to(&mut self, line: u32, column: u32) -> Option<usize> {
        while self.line < line {
            self.at += self.text.get(self.at..)?.find('\n')? + 1;
            (self.line, self.column) = (self.line + 1, 0);
        }
        while self.column < column {
            let letter = self.text.get(self.at..)?.chars().next()?;
            self.at += letter.len_utf8();
            self.column += u32::from(letter.len_utf16() == 2) + 1;
        }
        Some(self.at)
    }
}

/// How many lines a text ends.
pub(super) fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// How many columns a text takes, as JavaScript counts.
fn width(text: &str) -> u32 {
    let width = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    u32::try_from(width).unwrap_or(u32::MAX)
}
