//! What can be wrong with a pattern, for the person who wrote it.

use super::{MAX_PARAMS, MAX_PATTERN};

/// A path pattern that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path pattern `{pattern}` cannot be used: {problem}")]
pub struct PatternError {
    /// The pattern; a long one is cut.
    pub pattern: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a pattern. Places are counted in characters from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The pattern is too long.
    #[error("it is longer than {MAX_PATTERN} bytes")]
    TooLong,
    /// It has too many parameters.
    #[error("it has more than {MAX_PARAMS} parameters")]
    TooManyParams,
    /// It compiles to something too big.
    #[error("it is too complex; use fewer or smaller `{{n,m}}` counts and fewer groups")]
    TooComplex,
    /// A `:` without a name.
    #[error("the `:` at {at} has no name after it; a plain colon is written `\\:`")]
    MissingName {
        /// Where.
        at: usize,
    },
    /// Something where it may not be.
    #[error("`{what}` at {at} {why}")]
    Unexpected {
        /// The word.
        what: String,
        /// Where.
        at: usize,
        /// Why it may not be there.
        why: &'static str,
    },
    /// A `{` without `}`.
    #[error("a `{{` is never closed; a plain brace is written `\\{{`")]
    OpenBrace,
    /// A `(` without `)`.
    #[error("the `(` at {at} is never closed; a plain parenthesis is written `\\(`")]
    Unbalanced {
        /// Where.
        at: usize,
    },
    /// `()`.
    #[error("the `()` at {at} has nothing in it")]
    EmptyRegex {
        /// Where.
        at: usize,
    },
    /// `(?`.
    #[error("a regular expression cannot begin with `?` (at {at})")]
    GroupSyntax {
        /// Where.
        at: usize,
    },
    /// A capturing group in a regular expression.
    #[error(
        "the `(` at {at} would be a group of its own; write `(?:` to group, `\\(` for a parenthesis"
    )]
    InnerGroup {
        /// Where.
        at: usize,
    },
    /// A `\` with nothing after it.
    #[error("it ends in the middle of a `\\` escape")]
    EndsInBackslash,
    /// `(?=`, `(?!`, `(?<=`, `(?<!`.
    #[error(
        "looking ahead or behind (`(?=`, `(?!`, `(?<`) is not supported; declare a more specific route before this one instead"
    )]
    LookAround,
    /// `\1`, `\k<name>`.
    #[error(
        "back-references and octal escapes (`\\1`) are not supported; compare the values in the handler instead"
    )]
    BackReference,
    /// A named group, or flags.
    #[error(
        "of the groups in a regular expression only `(?:…)` is supported; use `:name(…)` for a named value"
    )]
    GroupKind,
    /// An escape that is not supported.
    #[error("the escape `\\{0}` is not supported here; list the characters in `[…]` instead")]
    Escape(char),
    /// Something with a special meaning that makes no sense.
    #[error("its regular expression is not valid: {0}")]
    Syntax(&'static str),
    /// `{3,2}`.
    #[error("in `{{n,m}}`, n must not be greater than m")]
    Counts,
    /// `[z-a]`.
    #[error("a range in `[…]` goes from a smaller to a greater character; a plain `-` comes last")]
    Range,
    /// `[]`.
    #[error("`[]` matches nothing")]
    EmptyClass,
    /// A class over more than ASCII.
    #[error(
        "`{0}` cannot be in `[…]`: paths arrive percent-encoded, so it is several characters; use `[^/]+` and look at the value in the handler"
    )]
    NonAsciiClass(char),
    /// `(a*b*)*` and the like.
    #[error("it repeats something that may be empty; make one of its parts required")]
    EmptyRepeat,
}
