//! Character classes and escapes of JavaScript's regular expressions, spelt for the linear-time engine.

use super::{Problem, node::write_byte, script::Script};

/// What a `\` and what follows it stands for.
pub(super) enum Escape {
    /// One character.
    Char(char),
    /// One of several, in the engine's syntax.
    Set(&'static str),
    /// The edge of a word, or no edge.
    Boundary(&'static str),
}

/// Reads an escape; its `\` has been read.
pub(super) fn escape(script: &mut Script) -> Result<Escape, Problem> {
    let char = script.next().ok_or(Problem::EndsInBackslash)?;
    Ok(match char {
        'd' => Escape::Set(r"\d"),
        'D' => Escape::Set(r"\D"),
        'w' => Escape::Set(r"\w"),
        'W' => Escape::Set(r"\W"),
        's' => Escape::Set(r"\s"),
        'S' => Escape::Set(r"\S"),
        'b' => Escape::Boundary(r"\b"),
        'B' => Escape::Boundary(r"\B"),
        't' => Escape::Char('\t'),
        'n' => Escape::Char('\n'),
        'r' => Escape::Char('\r'),
        'f' => Escape::Char('\u{c}'),
        'v' => Escape::Char('\u{b}'),
        '0' if !script.peek().is_some_and(|next| next.is_ascii_digit()) => Escape::Char('\0'),
        '0'..='9' | 'k' => return Err(Problem::BackReference),
        'p' | 'P' | 'c' => return Err(Problem::Escape(char)),
        'x' => Escape::Char(hex(script, 2).ok_or(Problem::Escape(char))?),
        'u' => Escape::Char(hex(script, 4).ok_or(Problem::Escape(char))?),
        other => Escape::Char(other),
    })
}

fn hex(script: &mut Script, digits: usize) -> Option<char> {
    let number = (0..digits).try_fold(0, |number, _| {
        Some(number * 16 + script.next()?.to_digit(16)?)
    })?;
    char::from_u32(number)
}

/// One member of a class.
enum Member {
    Byte(u8),
    Set(&'static str),
}

impl Member {
    fn write(&self, out: &mut String) {
        match self {
            Self::Byte(byte) => write_byte(*byte, out),
            Self::Set(set) => out.push_str(set),
        }
    }
}

/// Reads a class; its `[` has been read.
pub(super) fn parse(script: &mut Script) -> Result<String, Problem> {
    let negated = script.eat("^");
    let mut out = String::from(if negated { "[^" } else { "[" });
    let mut empty = true;
    while !script.eat("]") {
        let first = member(script)?;
        empty = false;
        // A `-` before the end is a plain one.
        let range = script.peek() == Some('-') && script.chars.get(script.at + 1) != Some(&']');
        if range {
            script.at += 1;
            let last = member(script)?;
            match (first, last) {
                (Member::Byte(first), Member::Byte(last)) if first > last => {
                    return Err(Problem::Range);
                }
                (first @ Member::Byte(_), last @ Member::Byte(_)) => {
                    first.write(&mut out);
                    out.push('-');
                    last.write(&mut out);
                }
                // Around `\w` and the like it is a plain one, too.
                (first, last) => {
                    let plain = Member::Byte(b'-');
                    for member in [first, plain, last] {
                        member.write(&mut out);
                    }
                }
            }
            continue;
        }
        first.write(&mut out);
    }
    match (empty, negated) {
        (true, true) => Ok(r"[\x00-\xff]".into()),
        (true, false) => Err(Problem::EmptyClass),
        (false, _) => {
            out.push(']');
            Ok(out)
        }
    }
}

fn member(script: &mut Script) -> Result<Member, Problem> {
    let char = script.next().ok_or(Problem::Syntax("a `]` is missing"))?;
    let char = match char {
        '\\' => match escape(script)? {
            Escape::Char(char) => char,
            Escape::Set(set) => return Ok(Member::Set(set)),
            Escape::Boundary(r"\b") => '\u{8}',
            Escape::Boundary(_) => 'B',
        },
        other => other,
    };
    u8::try_from(char)
        .ok()
        .filter(u8::is_ascii)
        .map(Member::Byte)
        .ok_or(Problem::NonAsciiClass(char))
}
