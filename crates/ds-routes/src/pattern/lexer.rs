//! From a pattern's characters to its words.

use super::Problem;

/// A word and where it began, counted in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) word: Word,
    pub(super) at: usize,
}

/// The kinds of word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `:name`
    Name(String),
    /// `(regex)`, without the parentheses.
    Regex(String),
    /// `?`, `*` or `+`
    Modifier(char),
    /// `\` and a character.
    Escaped(char),
    /// Any other character.
    Char(char),
}

impl Lexeme {
    /// The complaint that this word may not be where it is.
    pub(super) fn unexpected(&self) -> Problem {
        let (what, why) = match &self.word {
            Word::Modifier(char) => (
                char.to_string(),
                "follows no parameter or group; as plain text it is written with a `\\` before it",
            ),
            Word::Open => ("{".into(), "is inside another `{`"),
            Word::Close => ("}".into(), "closes nothing"),
            Word::Name(name) => (
                format!(":{name}"),
                "is one too many: a group in braces has at most one parameter",
            ),
            Word::Regex(regex) => (
                format!("({regex})"),
                "is one too many: a group in braces has at most one parameter",
            ),
            Word::Escaped(char) | Word::Char(char) => (char.to_string(), "is out of place"),
        };
        Problem::Unexpected {
            what,
            at: self.at,
            why,
        }
    }
}

/// Splits a pattern into words.
pub(super) fn lex(pattern: &str) -> Result<Vec<Lexeme>, Problem> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut words = Vec::new();
    let mut next = 0;
    while let Some(&char) = chars.get(next) {
        let at = next;
        next += 1;
        let word = match char {
            '*' | '+' | '?' => Word::Modifier(char),
            '{' => Word::Open,
            '}' => Word::Close,
            '\\' => {
                let escaped = chars.get(next).ok_or(Problem::EndsInBackslash)?;
                next += 1;
                Word::Escaped(*escaped)
            }
            ':' => Word::Name(name(&chars, &mut next).ok_or(Problem::MissingName { at })?),
            '(' => Word::Regex(regex(&chars, &mut next)?),
            other => Word::Char(other),
        };
        words.push(Lexeme { word, at });
    }
    Ok(words)
}

fn name(chars: &[char], next: &mut usize) -> Option<String> {
    let name: String = chars[*next..]
        .iter()
        .take_while(|char| char.is_ascii_alphanumeric() || **char == '_')
        .collect();
    *next += name.len();
    (!name.is_empty()).then_some(name)
}

/// Reads up to the matching `)`. As in the dialect, a parenthesis inside `[…]` counts.
fn regex(chars: &[char], next: &mut usize) -> Result<String, Problem> {
    let open = *next - 1;
    if chars.get(*next) == Some(&'?') {
        return Err(Problem::GroupSyntax { at: *next });
    }
    let mut depth = 1;
    let mut regex = String::new();
    while let Some(&char) = chars.get(*next) {
        *next += 1;
        match char {
            '\\' => {
                regex.push('\\');
                regex.extend(chars.get(*next));
                *next += 1;
                continue;
            }
            ')' => depth -= 1,
            '(' if chars.get(*next) != Some(&'?') => {
                return Err(Problem::InnerGroup { at: *next - 1 });
            }
            '(' => depth += 1,
            _ => {}
        }
        if depth == 0 {
            let empty = regex.is_empty();
            return if empty {
                Err(Problem::EmptyRegex { at: open })
            } else {
                Ok(regex)
            };
        }
        regex.push(char);
    }
    Err(Problem::Unbalanced { at: open })
}
