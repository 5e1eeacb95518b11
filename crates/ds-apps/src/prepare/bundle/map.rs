//! The map from lines of the one module to those of the package, so that errors name what people know.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oxc_sourcemap::{SourceMap, Token};

use super::{
    super::place,
    PLACE,
    places::{Cursor, Finder, Moved, newlines},
    unit::{Edit, Unit},
};

/// What comes after so much text is mapped by lines only.
const MAX_BY_WORD: usize = 4 << 20;
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
        let by_word = code.len() + text.len() <= MAX_BY_WORD;
        let (source, spots) = inline(unit).map_or_else(
            || (unit.file.clone(), words(&unit.text, by_word)),
            |(name, spots)| (format!("{folder}{name}"), spots),
        );
        let id = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        self.sources.push(place::specifier(PLACE, &source));
        let mut moved = Moved::new(edits);
        let mut cursor = Cursor::new(text);
        for spot in spots {
            let (line, column) = cursor.to(moved.to(spot.at));
            let line = self.lines + line;
            self.tokens.push(Token::new(
                line,
                column,
                spot.line,
                spot.column,
                Some(id),
                None,
            ));
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

/// Where words, or only lines, begin: what runs fails at one of them.
fn words(text: &str, by_word: bool) -> Vec<Spot> {
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
