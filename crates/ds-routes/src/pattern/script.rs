//! Reads the regular expressions inside patterns, which are JavaScript's, without flags but for `i`.
//!
//! What means something else to the linear-time engine is translated; what it cannot do is refused.

use super::{Problem, class, encode, node::Node};

/// Deep enough for people, shallow enough for the stack.
const MAX_DEPTH: usize = 24;

/// Reads `regex`, one of a pattern's `(…)` without the parentheses.
pub(super) fn parse(regex: &str) -> Result<Node, Problem> {
    let mut script = Script {
        chars: regex.chars().collect(),
        at: 0,
        depth: 0,
    };
    let node = script.either()?;
    match script.peek() {
        None => Ok(node),
        Some(_) => Err(Problem::Syntax("a `)` too many")),
    }
}

/// Where in an expression the reader is.
pub(super) struct Script {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    depth: usize,
}

impl Script {
    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let length = text.chars().count();
        let rest = self.chars.get(self.at..self.at + length);
        let found = rest.is_some_and(|rest| rest.iter().copied().eq(text.chars()));
        if found {
            self.at += length;
        }
        found
    }

    fn either(&mut self) -> Result<Node, Problem> {
        let mut ways = vec![self.sequence()?];
        while self.eat("|") {
            ways.push(self.sequence()?);
        }
        Ok(if ways.len() == 1 {
            ways.remove(0)
        } else {
            Node::Either(ways)
        })
    }

    fn sequence(&mut self) -> Result<Node, Problem> {
        let mut parts = Vec::new();
        while let Some(char) = self.peek().filter(|char| !matches!(char, '|' | ')')) {
            let part = self.atom(char)?;
            parts.push(self.repeated(part)?);
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self, char: char) -> Result<Node, Problem> {
        if matches!(char, '*' | '+' | '?') || (char == '{' && self.counts().is_some()) {
            return Err(Problem::Syntax("there is nothing to repeat"));
        }
        self.at += 1;
        Ok(match char {
            '.' => Node::Class(r"[^\n\r]".into()),
            '^' => Node::Place(r"\A"),
            '$' => Node::Place(r"\z"),
            '(' => return self.group(),
            '[' => Node::Class(class::parse(self)?),
            '\\' => return self.escape(),
            other => literal(other),
        })
    }

    fn group(&mut self) -> Result<Node, Problem> {
        if ["?=", "?!", "?<=", "?<!"]
            .into_iter()
            .any(|ahead| self.eat(ahead))
        {
            return Err(Problem::LookAround);
        }
        if !self.eat("?:") {
            return Err(Problem::GroupKind);
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Problem::TooComplex);
        }
        let inner = self.either()?;
        self.depth -= 1;
        if self.eat(")") {
            Ok(inner)
        } else {
            Err(Problem::Syntax("a `)` is missing"))
        }
    }

    fn escape(&mut self) -> Result<Node, Problem> {
        Ok(match class::escape(self)? {
            class::Escape::Char(char) => literal(char),
            class::Escape::Set(set) => Node::Class(set.into()),
            class::Escape::Boundary(place) => Node::Place(place),
        })
    }

    fn repeated(&mut self, what: Node) -> Result<Node, Problem> {
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts() {
                Some((min, max, after)) => {
                    self.at = after - 1;
                    (min, max)
                }
                // JavaScript takes any other brace for itself.
                None => return Ok(what),
            },
            _ => return Ok(what),
        };
        if matches!(what, Node::Place(_)) {
            return Err(Problem::Syntax("there is nothing to repeat"));
        }
        self.at += 1;
        let greedy = !self.eat("?");
        Node::repeat(what, min, max, greedy)
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` without moving: the counts and where they end.
    fn counts(&self) -> Option<(u32, Option<u32>, usize)> {
        let rest = self.chars.get(self.at + 1..)?;
        let length = rest.iter().position(|char| *char == '}')?;
        let inside: String = rest[..length].iter().collect();
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().unwrap_or(u32::MAX))
        };
        let (min, max) = match inside.split_once(',') {
            None => (number(&inside)?, Some(number(&inside)?)),
            Some((min, "")) => (number(min)?, None),
            Some((min, max)) => (number(min)?, Some(number(max)?)),
        };
        Some((min, max, self.at + 1 + length + 1))
    }
}

/// A character that stands for itself, as it looks in a request's path.
fn literal(char: char) -> Node {
    Node::Literal(encode::text(char.encode_utf8(&mut [0; 4])).into_owned())
}
