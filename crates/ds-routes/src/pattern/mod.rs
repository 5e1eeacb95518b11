//! Path patterns in the dialect of path-to-regexp 6.2.1, matched in linear time.
//!
//! Without regard to case; a trailing delimiter is optional; values are not percent-decoded. Text that
//! is not ASCII is matched as browsers encode it.

mod build;
mod class;
pub(crate) mod encode;
mod lexer;
mod node;
pub(crate) mod parser;
mod problem;
mod script;
mod token;

use regex::bytes::{Regex, RegexBuilder};

pub use problem::{PatternError, Problem};

use crate::{ParamValue, Params};
use token::{Group, Token, Value};

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 1024;
/// The most parameters in one pattern.
pub const MAX_PARAMS: usize = 32;
/// The most steps in one compiled pattern.
const MAX_COST: u64 = 8192;
/// The most memory of one compiled pattern, in bytes.
const MAX_COMPILED: usize = 2 << 20;
/// The most memory that matching with one pattern may remember states in, in bytes.
const MAX_REMEMBERED: usize = 128 << 10;

/// A compiled path pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: Matcher,
    cost: u64,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// Text and nothing else, encoded.
    Text {
        text: String,
        end: bool,
        delimited: bool,
    },
    /// The engine, asked only for paths that begin with `prefix`.
    Regex {
        prefix: String,
        regex: Regex,
        keys: Vec<Key>,
    },
}

/// One parameter: what its capture is called, and where a repeated one is split.
#[derive(Clone, Debug)]
struct Key {
    name: String,
    split_at: Option<String>,
}

impl Pattern {
    /// Compiles a pattern. With `end` it must match the whole path, without it a prefix that ends at a `/`,
    /// `#` or `?`, or anywhere if the pattern itself ends in one.
    pub fn compile(pattern: &str, end: bool) -> Result<Self, PatternError> {
        compile(pattern, end).map_err(|problem| PatternError {
            pattern: cut(pattern),
            problem,
        })
    }

    /// The parameters of a path, if it matches. Optional ones that did not take part are absent.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<Params> {
        self.matches_encoded(&encode::path(path))
    }

    /// As [`Pattern::matches`], for a path that [`encode::path`] has seen to.
    pub(crate) fn matches_encoded(&self, path: &str) -> Option<Params> {
        match &self.matcher {
            Matcher::Text {
                text,
                end,
                delimited,
            } => {
                let rest = strip_prefix(path, text)?.as_bytes();
                let boundary = rest.first().is_none_or(|byte| b"/#?".contains(byte));
                let fits = if *end {
                    boundary && rest.len() <= 1
                } else {
                    boundary || *delimited
                };
                fits.then(Params::new)
            }
            Matcher::Regex {
                prefix,
                regex,
                keys,
            } => {
                strip_prefix(path, prefix)?;
                let found = regex.captures(path.as_bytes())?;
                let values = keys.iter().zip(found.iter().skip(1));
                let values = values.filter_map(|(key, value)| Some((key, value?.as_bytes())));
                Some(values.map(|(key, value)| key.param(value)).collect())
            }
        }
    }

    /// The text it consists of, as it looks in a path, if it is nothing but text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.matcher {
            Matcher::Text { text, .. } => Some(text),
            Matcher::Regex { .. } => None,
        }
    }

    /// How big it is, in steps; tables bound the sum.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }
}

impl Key {
    fn of(group: &Group) -> Option<Self> {
        let split_at = || encode::text(&format!("{}{}", group.prefix, group.suffix)).into_owned();
        Some(Self {
            name: group.name.clone()?,
            split_at: group.modifier.repeats().then(split_at),
        })
    }

    fn param(&self, value: &[u8]) -> (String, ParamValue) {
        let value = String::from_utf8_lossy(value);
        let value = match &self.split_at {
            None => ParamValue::One(value.into_owned()),
            // Split at nothing, JavaScript makes an array of the characters.
            Some(at) if at.is_empty() => {
                ParamValue::Many(value.chars().map(String::from).collect())
            }
            Some(at) => ParamValue::Many(value.split(at.as_str()).map(String::from).collect()),
        };
        (self.name.clone(), value)
    }
}

/// Text of an app's for a message: not too long, on one line.
pub(crate) fn cut(text: &str) -> String {
    let printable = text.chars().filter(|char| !char.is_control());
    printable.take(200).collect()
}

fn compile(pattern: &str, end: bool) -> Result<Pattern, Problem> {
    if pattern.len() > MAX_PATTERN {
        return Err(Problem::TooLong);
    }
    let tokens = parser::parse(pattern)?;
    if let Some(text) = only_text(&tokens) {
        let text = encode::text(text).into_owned();
        let cost = text.len() as u64;
        let delimited = build::is_delimited(&tokens);
        let matcher = Matcher::Text {
            text,
            end,
            delimited,
        };
        return Ok(Pattern { matcher, cost });
    }
    let groups = tokens.iter().filter_map(|token| match token {
        Token::Group(group) => Key::of(group),
        Token::Text(_) => None,
    });
    let keys: Vec<Key> = groups.collect();
    if keys.len() > MAX_PARAMS {
        return Err(Problem::TooManyParams);
    }
    let node = build::build(&tokens, end)?;
    let cost = node.cost();
    if cost > MAX_COST {
        return Err(Problem::TooComplex);
    }
    let mut source = String::new();
    node.write(&mut source);
    let regex = RegexBuilder::new(&source)
        .unicode(false)
        .case_insensitive(true)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_REMEMBERED)
        .build()
        .map_err(|_| Problem::TooComplex)?;
    let matcher = Matcher::Regex {
        prefix: literal_prefix(&tokens),
        regex,
        keys,
    };
    Ok(Pattern { matcher, cost })
}

fn only_text(tokens: &[Token]) -> Option<&str> {
    match tokens {
        [] => Some(""),
        [Token::Text(text)] => Some(text),
        _ => None,
    }
}

/// The text that every match begins with.
fn literal_prefix(tokens: &[Token]) -> String {
    let mut prefix = String::new();
    for token in tokens {
        match token {
            Token::Text(text) => prefix.push_str(&encode::text(text)),
            Token::Group(group) => {
                if group.modifier.required() {
                    prefix.push_str(&encode::text(&group.prefix));
                }
                if group.value != Value::None || !group.modifier.required() {
                    break;
                }
                prefix.push_str(&encode::text(&group.suffix));
                if group.modifier.repeats() {
                    break;
                }
            }
        }
    }
    prefix
}

/// What follows `prefix` in `path`, without regard to case.
pub(crate) fn strip_prefix<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = path.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
