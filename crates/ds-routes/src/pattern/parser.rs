//! From the words of a pattern to its tokens.

use std::borrow::Cow;

use super::{
    Problem,
    lexer::{Lexeme, Word, lex},
    token::{Group, Modifier, Token, Value},
};

/// Splits a pattern into tokens.
pub(crate) fn parse(pattern: &str) -> Result<Vec<Token>, Problem> {
    let mut parser = Parser {
        words: lex(pattern)?,
        at: 0,
        unnamed: 0,
        text: String::new(),
        tokens: Vec::new(),
    };
    while parser.at < parser.words.len() {
        parser.step()?;
    }
    parser.flush();
    Ok(parser.tokens)
}

/// The text of a pattern that is nothing but text.
pub(crate) fn only_text(pattern: &str) -> Option<Cow<'_, str>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.~".contains(&byte);
    if pattern.bytes().all(plain) {
        return Some(Cow::Borrowed(pattern));
    }
    match parse(pattern).ok()?.as_mut_slice() {
        [Token::Text(text)] => Some(Cow::Owned(std::mem::take(text))),
        _ => None,
    }
}

struct Parser {
    words: Vec<Lexeme>,
    at: usize,
    unnamed: usize,
    text: String,
    tokens: Vec<Token>,
}

impl Parser {
    fn step(&mut self) -> Result<(), Problem> {
        let before = self.take_char();
        let (name, regex) = (self.take_name(), self.take_regex());
        if name.is_some() || regex.is_some() {
            self.parameter(before, name, regex);
        } else if let Some(char) = before.or_else(|| self.take_escaped()) {
            self.text.push(char);
        } else {
            self.flush();
            self.group()?;
        }
        Ok(())
    }

    /// A parameter outside braces: a `/` or `.` before it belongs to it.
    fn parameter(&mut self, before: Option<char>, name: Option<String>, regex: Option<String>) {
        let mut prefix = String::new();
        match before {
            Some(char @ ('/' | '.')) => prefix.push(char),
            Some(char) => self.text.push(char),
            None => {}
        }
        self.flush();
        let group = Group {
            name: Some(name.unwrap_or_else(|| self.next_number())),
            prefix,
            suffix: String::new(),
            value: regex.map_or(Value::Default, Value::Custom),
            modifier: self.take_modifier(),
        };
        self.tokens.push(Token::Group(group));
    }

    /// `{prefix:name(regex)suffix}`, every part of it optional.
    fn group(&mut self) -> Result<(), Problem> {
        let open = self.words.get(self.at).cloned();
        match open {
            Some(Lexeme {
                word: Word::Open, ..
            }) => self.at += 1,
            Some(other) => return Err(other.unexpected()),
            None => return Ok(()),
        }
        let prefix = self.take_text();
        let (name, regex) = (self.take_name(), self.take_regex());
        let suffix = self.take_text();
        match self.words.get(self.at) {
            Some(Lexeme {
                word: Word::Close, ..
            }) => self.at += 1,
            Some(other) => return Err(other.unexpected()),
            None => return Err(Problem::OpenBrace),
        }
        let (name, value) = match (name, regex) {
            (None, None) => (None, Value::None),
            (Some(name), None) => (Some(name), Value::Default),
            (name, Some(regex)) => {
                let name = name.unwrap_or_else(|| self.next_number());
                (Some(name), Value::Custom(regex))
            }
        };
        let modifier = self.take_modifier();
        self.tokens.push(Token::Group(Group {
            name,
            prefix,
            suffix,
            value,
            modifier,
        }));
        Ok(())
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.tokens
                .push(Token::Text(std::mem::take(&mut self.text)));
        }
    }

    fn next_number(&mut self) -> String {
        let number = self.unnamed;
        self.unnamed += 1;
        number.to_string()
    }

    fn take<T>(&mut self, pick: impl Fn(&Word) -> Option<T>) -> Option<T> {
        let taken = pick(&self.words.get(self.at)?.word)?;
        self.at += 1;
        Some(taken)
    }

    fn take_char(&mut self) -> Option<char> {
        self.take(|word| match word {
            Word::Char(char) => Some(*char),
            _ => None,
        })
    }

    fn take_escaped(&mut self) -> Option<char> {
        self.take(|word| match word {
            Word::Escaped(char) => Some(*char),
            _ => None,
        })
    }

    fn take_name(&mut self) -> Option<String> {
        self.take(|word| match word {
            Word::Name(name) => Some(name.clone()),
            _ => None,
        })
    }

    fn take_regex(&mut self) -> Option<String> {
        self.take(|word| match word {
            Word::Regex(regex) => Some(regex.clone()),
            _ => None,
        })
    }

    fn take_modifier(&mut self) -> Modifier {
        let taken = self.take(|word| match word {
            Word::Modifier('?') => Some(Modifier::Optional),
            Word::Modifier('*') => Some(Modifier::Any),
            Word::Modifier(_) => Some(Modifier::Some),
            _ => None,
        });
        taken.unwrap_or(Modifier::Once)
    }

    fn take_text(&mut self) -> String {
        std::iter::from_fn(|| self.take_char().or_else(|| self.take_escaped())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(pattern: &str) -> String {
        let show = |token: &Token| match token {
            Token::Text(text) => format!("`{text}`"),
            Token::Group(group) => format!(
                "<{}|{}|{:?}|{}|{:?}>",
                group.prefix,
                group.name.as_deref().unwrap_or("-"),
                group.value,
                group.suffix,
                group.modifier
            ),
        };
        match parse(pattern) {
            Ok(tokens) => tokens.iter().map(show).collect(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn prefixes_braces_and_numbers() {
        let check = |pattern: &str, expect: &str| assert_eq!(shape(pattern), expect, "{pattern}");
        check("/a/:b", "`/a`</|b|Default||Once>");
        check("/a-:b?", "`/a-`<|b|Default||Optional>");
        check(r"/a\/:b*", "`/a/`<|b|Default||Any>");
        check(
            r"/(\d+).:ext",
            r#"</|0|Custom("\\d+")||Once><.|ext|Default||Once>"#,
        );
        check("{-:n(a)_}+", r#"<-|n|Custom("a")|_|Some>"#);
        check("{/x}?y", "</x|-|None||Optional>`y`");
        check("{}", "<|-|None||Once>");
        check("(a)(b)", r#"<|0|Custom("a")||Once><|1|Custom("b")||Once>"#);
    }

    #[test]
    fn says_what_is_out_of_place() {
        let check = |pattern: &str, part: &str| {
            let said = shape(pattern);
            assert!(said.contains(part), "{pattern}: {said}");
        };
        check("/a*", "`*` at 2 follows no parameter");
        check("/a}", "`}` at 2 closes nothing");
        check("{a", "`{` is never closed");
        check("{a{b}}", "`{` at 2 is inside another `{`");
        check("{:a:b}", "`:b` at 3");
    }
}
