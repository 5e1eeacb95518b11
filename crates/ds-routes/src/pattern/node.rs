//! Regular expressions as a tree that means the same to JavaScript and to the linear-time engine.
//!
//! The two disagree about repeating something that may be empty: JavaScript takes back a repetition
//! that matched nothing, the engine keeps it. [`Node::repeat`] rewrites such repetitions so that there
//! is nothing to disagree about, or refuses.

use super::Problem;

/// A regular expression over the bytes of an ASCII path, without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// These bytes.
    Literal(String),
    /// One byte of a class, in the engine's syntax.
    Class(String),
    /// A place, in the engine's syntax.
    Place(&'static str),
    /// One after the other; none is the empty expression.
    Sequence(Vec<Node>),
    /// The first that leads to a match.
    Either(Vec<Node>),
    /// A parameter's value. They are numbered by their order.
    Capture(Box<Node>),
    /// Again and again; beyond `min` times, what is repeated is never empty.
    Repeat {
        what: Box<Node>,
        min: u32,
        max: Option<u32>,
        greedy: bool,
    },
}

impl Node {
    /// `what{min,max}`, with JavaScript's meaning.
    pub(super) fn repeat(
        what: Node,
        min: u32,
        max: Option<u32>,
        greedy: bool,
    ) -> Result<Node, Problem> {
        if max.is_some_and(|max| max < min) {
            return Err(Problem::Counts);
        }
        let again = |what, min, max| Node::Repeat {
            what: Box::new(what),
            min,
            max,
            greedy,
        };
        if !what.may_be_empty() {
            return Ok(again(what, min, max));
        }
        // The required repetitions may be empty, those after them may not.
        let full = what.clone().not_empty()?;
        let mut parts = Vec::new();
        if min > 0 {
            parts.push(again(what, min, Some(min)));
        }
        if let Some(full) = full {
            parts.push(again(full, 0, max.map(|max| max - min)));
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Node::Sequence(parts)
        })
    }

    /// Whether it says nothing at all.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Literal(text) => text.is_empty(),
            Self::Sequence(parts) => parts.iter().all(Self::is_nothing),
            _ => false,
        }
    }

    /// Whether it can match without taking a byte.
    fn may_be_empty(&self) -> bool {
        match self {
            Self::Literal(text) => text.is_empty(),
            Self::Class(_) => false,
            Self::Place(_) => true,
            Self::Sequence(parts) => parts.iter().all(Self::may_be_empty),
            Self::Either(ways) => ways.iter().any(Self::may_be_empty),
            Self::Capture(inner) => inner.may_be_empty(),
            Self::Repeat { what, min, .. } => *min == 0 || what.may_be_empty(),
        }
    }

    /// The same in the same order of preference, without the ways to match nothing; `None` if no way is left.
    fn not_empty(self) -> Result<Option<Node>, Problem> {
        if !self.may_be_empty() {
            return Ok(Some(self));
        }
        Ok(match self {
            Self::Literal(_)
            | Self::Class(_)
            | Self::Place(_)
            | Self::Repeat { max: Some(0), .. } => None,
            Self::Sequence(parts) if parts.iter().all(Self::is_nothing) => None,
            Self::Sequence(mut parts) if parts.len() == 1 => parts.remove(0).not_empty()?,
            // Which part gave up last cannot be told apart here.
            Self::Sequence(_) | Self::Repeat { min: 1.., .. } => return Err(Problem::EmptyRepeat),
            Self::Either(ways) => {
                let ways = ways.into_iter().map(Self::not_empty);
                let ways: Vec<_> = ways
                    .filter_map(Result::transpose)
                    .collect::<Result<_, _>>()?;
                (!ways.is_empty()).then_some(Self::Either(ways))
            }
            // It stays even if it can never take part: captures are counted.
            Self::Capture(inner) => {
                let never = || Self::Class(r"[^\x00-\xff]".into());
                let inner = inner.not_empty()?.unwrap_or_else(never);
                Some(Self::Capture(inner.into()))
            }
            Self::Repeat {
                what, max, greedy, ..
            } => Some(Self::Repeat {
                what,
                min: 1,
                max,
                greedy,
            }),
        })
    }

    /// How big the compiled expression becomes, in steps.
    pub(super) fn cost(&self) -> u64 {
        let sum = |nodes: &[Node]| nodes.iter().map(Self::cost).fold(1, u64::saturating_add);
        match self {
            Self::Literal(text) => text.len() as u64,
            Self::Class(_) | Self::Place(_) => 1,
            Self::Sequence(parts) => sum(parts),
            Self::Either(ways) => sum(ways),
            Self::Capture(inner) => inner.cost().saturating_add(2),
            Self::Repeat { what, min, max, .. } => {
                let times = max.unwrap_or(min.saturating_add(1)).max(1);
                what.cost().saturating_add(1).saturating_mul(times.into())
            }
        }
    }

    /// Writes it in the engine's syntax.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Literal(text) => text.bytes().for_each(|byte| write_byte(byte, out)),
            Self::Class(class) => out.push_str(class),
            Self::Place(place) => out.push_str(place),
            Self::Sequence(parts) => parts.iter().for_each(|part| part.write(out)),
            Self::Either(ways) => {
                for (index, way) in ways.iter().enumerate() {
                    out.push_str(if index == 0 { "(?:" } else { "|" });
                    way.write(out);
                }
                out.push(')');
            }
            Self::Capture(inner) => {
                out.push('(');
                inner.write(out);
                out.push(')');
            }
            Self::Repeat {
                what,
                min,
                max,
                greedy,
            } => {
                out.push_str("(?:");
                what.write(out);
                let max = max.map_or_else(String::new, |max| max.to_string());
                out.extend([")", "{", &min.to_string(), ",", &max, "}"]);
                out.push_str(if *greedy { "" } else { "?" });
            }
        }
    }
}

/// Writes a byte that stands for itself, in or out of a class.
pub(super) fn write_byte(byte: u8, out: &mut String) {
    if byte.is_ascii_alphanumeric() || byte == b'/' {
        out.push(char::from(byte));
    } else {
        let digit = |nibble| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        out.extend(['\\', 'x', digit(byte >> 4), digit(byte & 15)]);
    }
}
