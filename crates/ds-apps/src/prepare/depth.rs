//! A cheap look at how deeply a text is nested, before a recursive parser reads it.
//!
//! The parser uses stack for every level and more than linear time for some, so a hostile text of brackets could
//! end the process. This counts open brackets and, within each, what may make a chain: no real program comes near
//! the limit. Where only a parser could tell a regular expression from a division, both are followed.

mod reader;

use std::{io, thread};

use self::reader::{Piece, Reader};

/// More than this is refused. A bracket counts for eight, an operator for one.
const LIMIT: usize = 20_000;
const BRACKET: usize = 8;
/// In JSX nobody can tell text from code without parsing, so that everything in it counts as nested.
const JSX_BYTES: usize = 512 << 10;
const JSX_SIGNS: usize = 30_000;
const STACK: usize = 1 << 30;

/// Runs something recursive on a thread of its own with a large stack, of which only what is used takes memory.
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
pub(super) fn is_too_deep(text: &str, jsx: bool) -> bool {
    let is_sign = |b: &u8| b.is_ascii_punctuation();
    if jsx && (text.len() > JSX_BYTES || text.bytes().filter(is_sign).count() > JSX_SIGNS) {
        return true;
    }
    let mut readings = vec![Reading::new(text)];
    let mut budget = 8 * text.len() + (1 << 20);
    while let Some(mut reading) = readings.pop() {
        let start = reading.reader.at();
        loop {
            match reading.step(jsx) {
                Step::On => {}
                Step::Fork(other) => {
                    // Each costs its copy, too.
                    budget = budget.saturating_sub(64 + other.groups.len());
                    readings.push(*other);
                }
                Step::TooDeep => return true,
                Step::End => break,
            }
            if budget == 0 {
                return true;
            }
        }
        let read = reading.reader.at() - start;
        if read > budget {
            return true;
        }
        budget -= read;
    }
    false
}

/// What is inside one pair of brackets.
#[derive(Clone, Copy, Default)]
struct Group {
    open: u8,
    /// Since the last `;` or `,`.
    operators: usize,
    /// `else` goes on behind a `;`.
    elses: usize,
    /// `<` goes on behind a `,`.
    angles: usize,
    /// It is the `( )` of an `if` or the like, behind which a statement begins.
    control: bool,
}

impl Group {
    fn depth(&self) -> usize {
        self.operators + self.elses + self.angles
    }

    /// Whether it is the `${}` of a template, which goes on behind it.
    fn is_template(&self) -> bool {
        self.open == b'$'
    }
}

enum Step<'a> {
    On,
    /// The text may be read in another way, too.
    Fork(Box<Reading<'a>>),
    TooDeep,
    /// Of the text, or of what can be read in this way.
    End,
}

/// One way to read a text.
#[derive(Clone)]
struct Reading<'a> {
    reader: Reader<'a>,
    groups: Vec<Group>,
    here: Group,
    outer: usize,
    /// It is one of several, and ends where it turns out not to be the right one.
    forked: bool,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            reader: Reader::new(text),
            groups: Vec::new(),
            here: Group::default(),
            outer: 0,
            forked: false,
        }
    }

    fn step(&mut self, jsx: bool) -> Step<'a> {
        let Some(piece) = self.reader.next(self.here.is_template()) else {
            return Step::End;
        };
        match piece {
            Piece::Open {
                open,
                control,
                behind,
            } => {
                self.here.operators += usize::from(behind);
                self.open(open, control);
            }
            Piece::Close(close) => {
                if self.forked && !fits(self.here.open, close) {
                    return Step::End;
                }
                self.reader.closed(close, self.here.control);
                self.here = self.groups.pop().unwrap_or_default();
                self.outer = self.outer.saturating_sub(self.here.depth() + BRACKET);
            }
            Piece::Operator => self.here.operators += 1,
            Piece::Else => self.here.elses += 1,
            Piece::Less => self.here.angles += 1,
            Piece::Greater => {
                self.here.operators += 1;
                self.here.angles = self.here.angles.saturating_sub(1);
            }
            Piece::Comma if self.here.angles > 0 => {}
            Piece::Comma => self.here.operators = 0,
            Piece::End => (self.here.operators, self.here.angles) = (0, 0),
            Piece::Broken if self.forked => return Step::End,
            Piece::Operand | Piece::Broken => {}
            Piece::Slash if jsx => self.here.operators += 1,
            Piece::Slash => return self.slash(),
        }
        if self.outer + self.here.depth() > LIMIT {
            return Step::TooDeep;
        }
        Step::On
    }

    fn open(&mut self, open: u8, control: bool) {
        self.outer += self.here.depth() + BRACKET;
        self.groups.push(self.here);
        self.here = Group {
            open,
            control,
            ..Group::default()
        };
    }

    /// A division, if it is no regular expression; or both, if that makes a difference.
    fn slash(&mut self) -> Step<'a> {
        let Some((end, plain)) = self.reader.regular_expression() else {
            self.here.operators += 1;
            return Step::On;
        };
        if plain {
            self.reader.skip_operand(end);
            return Step::On;
        }
        self.forked = true;
        let mut other = Box::new(self.clone());
        other.reader.skip_operand(end);
        self.here.operators += 1;
        Step::Fork(other)
    }
}

fn fits(open: u8, close: u8) -> bool {
    matches!(
        (open, close),
        (b'(', b')') | (b'[', b']') | (b'{' | b'$', b'}')
    )
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
            (format!("a{}", deep("()", 30_000)), true),
            (format!("a{}", deep("[0]", 30_000)), true),
            (format!("a{}", deep("``", 30_000)), true),
            (deep("if(a);else ", 30_000), true),
            (deep("Map<a,", 30_000), true),
            (deep("a extends F<b,c>?d:", 30_000), true),
            (format!("a{}", deep(" as b", 30_000)), true),
            (deep("readonly ", 30_000), true),
            (format!("a{}", deep("+a.let", 30_000)), true),
            (format!("//\r{}", deep("[", 3000)), true),
            (format!("//\u{2028}{}", deep("[", 3000)), true),
            (format!("x++/1+{}/1", deep("[", 3000)), true),
            (format!("if(a)/`/;{}", deep("[", 3000)), true),
            (format!("{{}}/`/;{}", deep("[", 3000)), true),
            (format!("import 'a'\n/`/;{}", deep("[", 3000)), true),
            (format!("export default /`/;{}", deep("[", 3000)), true),
            (format!("a.in/1+{}/1", deep("[", 3000)), true),
            (format!("x=\u{a0}/`/;{}", deep("[", 3000)), true),
            (format!("#!/`\n{}", deep("[", 3000)), true),
            (deep("if(a)/[\"']/.test(b);\n", 10_000), false),
            (deep("function f(){}/[\"(']/.test(b);", 1000), false),
            (deep("f()[0].a(`x`);", 30_000), false),
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
                is_too_deep(&text, false),
                expect,
                "{}",
                text.chars().take(30).collect::<String>()
            );
        }
    }
}
