//! The map from lines of the one module to those of the package, so that errors name what people know.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oxc_sourcemap::{SourceMap, Token};

use super::{
    PLACE,
    super::place,
    unit::{Edit, Unit},
};

/// Modules larger than this are mapped by lines only.
const MAX_BY_WORD: usize = 1 << 20;
const INLINE: &str = "//# sourceMappingURL=data:application/json;base64,";

/// Collects the map while the code is written.
pub(super) struct Mapper {
    sources: Vec<String>,
    tokens: Vec<Token>,
    /// How much of the code was seen, and how many lines that were.
    seen: usize,
    lines: u32,
}

/// A place in a module's text, and the place it was made of.
struct Spot {
    at: usize,
    line: u32,
    column: u32,
}

impl Mapper {
    /// An empty map.
    pub(super) fn new() -> Self {
        Self {
            sources: Vec::new(),
            tokens: Vec::new(),
            seen: 0,
            lines: 0,
        }
    }

    /// Maps a module whose changed text comes behind the code. The edits are sorted.
    pub(super) fn add(&mut self, unit: &Unit, edits: &[Edit], code: &str, text: &str) {
        self.lines += newlines(&code[self.seen..]);
        self.seen = code.len();
        let folder = unit.file.rfind('/').map_or("", |at| &unit.file[..=at]);
        let (source, spots) = match inline(unit) {
            Some((name, spots)) => (format!("{folder}{name}"), spots),
            None => (unit.file.clone(), words(&unit.text)),
        };
        let id = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.push(place::specifier(PLACE, &source));
        let mut moved = Moved::new(edits);
        let mut cursor = Cursor::new(text);
        for spot in spots {
            let (line, column) = cursor.to(moved.to(spot.at));
            let line = self.lines + line;
            self.tokens.push(Token::new(line, column, spot.line, spot.column, Some(id), None));
        }
    }

    /// The map as JSON.
    pub(super) fn finish(self) -> String {
        let sources = self.sources.into_iter().map(Into::into).collect();
        let tokens = self.tokens.into_boxed_slice();
        SourceMap::new(None, Vec::new(), None, sources, Vec::new(), tokens, None).to_json_string()
    }
}

/// The map at the end of a module that was translated.
fn inline(unit: &Unit) -> Option<(String, Vec<Spot>)> {
    if !unit.mapped {
        return None;
    }
    let encoded = &unit.text[unit.text.rfind(INLINE)? + INLINE.len()..];
    let json = String::from_utf8(STANDARD.decode(encoded.trim_end()).ok()?).ok()?;
    let map = SourceMap::from_json_string(&json).ok()?;
    let name = map.get_sources().next()?.to_owned();
    let mut finder = Finder::new(&unit.text);
    let spots = map.get_tokens().filter_map(|token| {
        Some(Spot {
            at: finder.to(token.get_dst_line(), token.get_dst_col())?,
            line: token.get_src_line(),
            column: token.get_src_col(),
        })
    });
    let spots = spots.collect();
    Some((name, spots))
}

/// Where words begin: what runs fails at one of them.
fn words(text: &str) -> Vec<Spot> {
    let by_word = text.len() <= MAX_BY_WORD;
    let (mut line, mut column, mut inside) = (0, 0, false);
    let mut spots = Vec::new();
    for (at, letter) in text.char_indices() {
        let word = letter.is_alphanumeric() || letter == '_' || letter == '$';
        if column == 0 || (word && !inside && by_word) {
            spots.push(Spot { at, line, column });
        }
        inside = word;
        if letter == '\n' {
            (line, column) = (line + 1, 0);
        } else {
            column += u32::from(letter.len_utf16() == 2) + 1;
        }
    }
    spots
}

/// Where a place of a text is after its edits; asked in order.
struct Moved<'a> {
    edits: std::iter::Peekable<std::slice::Iter<'a, Edit>>,
    /// What the edits so far added and took.
    added: usize,
    taken: usize,
}

impl<'a> Moved<'a> {
    fn new(edits: &'a [Edit]) -> Self {
        Self {
            edits: edits.iter().peekable(),
            added: 0,
            taken: 0,
        }
    }

    fn to(&mut self, at: usize) -> usize {
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
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
        }
    }

    fn to(&mut self, at: usize) -> (u32, u32) {
        if let Some(between) = self.text.get(self.at..at) {
            self.line += newlines(between);
            let last = between.rfind('\n').map_or(between, |end| &between[end + 1..]);
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
struct Finder<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
        }
    }

    fn to(&mut self, line: u32, column: u32) -> Option<usize> {
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

fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// How many columns a text takes, as JavaScript counts.
fn width(text: &str) -> u32 {
    let width = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    u32::try_from(width).unwrap_or(u32::MAX)
}
