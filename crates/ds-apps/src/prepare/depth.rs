//! A cheap look at how deeply a text is nested, before a recursive parser reads it.
//!
//! The parser uses stack for every level and more than linear time for some, so a hostile text of brackets could
//! end the process. This counts open brackets and, within each, the operators since the last `;` or `,`: no real
//! program comes near the limit. It reads strings, comments and regular expressions as JavaScript does in all but
//! contrived cases; for those the stack that [`with_stack`] gives is large.

use std::{io, thread};

/// More than this is refused. A bracket counts for eight, an operator for one.
const LIMIT: usize = 20_000;
const BRACKET: usize = 8;
const STACK: usize = 256 << 20;

/// Runs something recursive on a thread of its own with a large stack.
pub(super) fn with_stack<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let thread = thread::Builder::new()
        .name("prepare".to_owned())
        .stack_size(STACK)
        .spawn(work)?;
    thread
        .join()
        .map_err(|_| io::Error::other("the parser failed"))
}

/// Whether the text is nested more deeply than any real program.
pub(super) fn is_too_deep(text: &str) -> bool {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
        operand: false,
    };
    let mut groups: Vec<Group> = Vec::new();
    let (mut here, mut outer) = (Group::default(), 0);
    while let Some(piece) = reader.next(here.template) {
        match piece {
            Piece::Open(template) => {
                outer += here.operators + BRACKET;
                groups.push(here);
                here = Group {
                    template,
                    ..Group::default()
                };
            }
            Piece::Close => {
                here = groups.pop().unwrap_or_default();
                outer = outer.saturating_sub(here.operators + BRACKET);
            }
            Piece::Operator => here.operators += 1,
            Piece::Separator => here.operators = 0,
            Piece::Operand => {}
        }
        if outer + here.operators > LIMIT {
            return true;
        }
    }
    false
}

/// What is inside one pair of brackets.
#[derive(Clone, Copy, Default)]
struct Group {
    operators: usize,
    /// It is the `${}` of a template, which goes on behind it.
    template: bool,
}

enum Piece {
    /// A bracket; `true` for the `${` of a template.
    Open(bool),
    Close,
    Operator,
    Separator,
    Operand,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether an operand came last, so that `/` divides.
    operand: bool,
}

impl Reader<'_> {
    fn next(&mut self, in_template: bool) -> Option<Piece> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            let piece = match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'"' | b'\'' => self.string(byte),
                b'`' => self.template(),
                b'}' if in_template => self.end_of_expression(),
                b'(' | b'[' | b'{' => Piece::Open(false),
                b')' | b']' | b'}' => Piece::Close,
                b';' | b',' => Piece::Separator,
                b'/' => match self.slash() {
                    Some(piece) => piece,
                    None => continue,
                },
                b'!' | b'~' | b'+' | b'-' | b'*' | b'%' | b'&' | b'|' | b'^' | b'<' | b'>'
                | b'=' | b'?' | b':' | b'.' => Piece::Operator,
                _ => self.word(),
            };
            self.operand = match piece {
                Piece::Operand | Piece::Close => true,
                Piece::Open(_) | Piece::Separator | Piece::Operator => false,
            };
            return Some(piece);
        }
    }

    fn string(&mut self, quote: u8) -> Piece {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                _ if byte == quote => break,
                _ => {}
            }
        }
        Piece::Operand
    }

    /// To the end of the template, or into its next expression.
    fn template(&mut self) -> Piece {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => return Piece::Operand,
                b'$' if self.bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    return Piece::Open(true);
                }
                _ => {}
            }
        }
        Piece::Operand
    }

    /// Behind the `}` of `${}`: the group goes on with the template's next expression, or closes.
    fn end_of_expression(&mut self) -> Piece {
        match self.template() {
            Piece::Open(_) => Piece::Separator,
            _ => Piece::Close,
        }
    }

    /// A comment, a regular expression or a division.
    fn slash(&mut self) -> Option<Piece> {
        match self.bytes.get(self.at) {
            Some(b'/') => {
                self.skip_to(b"\n");
                None
            }
            Some(b'*') => {
                self.at += 1;
                self.skip_to(b"*/");
                None
            }
            _ if self.operand => Some(Piece::Operator),
            _ => Some(self.regular_expression()),
        }
    }

    fn regular_expression(&mut self) -> Piece {
        let mut class = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                _ => {}
            }
        }
        Piece::Operand
    }

    fn skip_to(&mut self, end: &[u8]) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let found = rest.windows(end.len()).position(|window| window == end);
        self.at = found.map_or(self.bytes.len(), |found| self.at + found + end.len());
    }

    fn word(&mut self) -> Piece {
        let start = self.at - 1;
        let is_part =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || !b.is_ascii();
        while self.bytes.get(self.at).is_some_and(is_part) {
            self.at += 1;
        }
        match &self.bytes[start..self.at] {
            // Only these begin a statement wherever they stand.
            b"const" | b"let" | b"var" | b"import" | b"export" => Piece::Separator,
            b"if" | b"else" | b"for" | b"while" | b"do" | b"return" | b"typeof" | b"void"
            | b"delete" | b"await" | b"yield" | b"new" | b"in" | b"of" | b"case" | b"throw"
            | b"instanceof" | b"keyof" | b"extends" => Piece::Operator,
            _ => Piece::Operand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_seen_through_strings_and_comments() {
        let deep = |open: &str, n: usize| open.repeat(n);
        for (text, expect) in [
            (deep("[", 3000), true),
            (deep("!", 30_000), true),
            (format!("a{}", deep(".a", 30_000)), true),
            (deep("a=>", 15_000), true),
            (deep("if(a)", 30_000), true),
            (deep("`${", 3000), true),
            (deep("[1],", 100_000), false),
            (deep("a.b();\n", 100_000), false),
            (deep("const a = 1\n", 100_000), false),
            (format!("\"{}\"", deep("[", 9000)), false),
            (format!("/*{}*/", deep("[", 9000)), false),
            (format!("//{}\n1", deep("[", 9000)), false),
            (format!("x = /{}/", deep("[", 9000)), false),
            (format!("x = `{}`", deep("[", 9000)), false),
            (format!("x = `{}`", deep("${[a]}+", 9000)), false),
            (format!("x = a / 2; y = \"{}\" / 3", deep("(", 9000)), false),
        ] {
            assert_eq!(
                is_too_deep(&text),
                expect,
                "{}",
                &text[..text.len().min(30)]
            );
        }
    }
}
