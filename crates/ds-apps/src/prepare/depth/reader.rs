//! Taking a text apart, as far as nesting is concerned.

/// A part of the text.
pub(super) enum Piece {
    /// A bracket, or `$` for the `${` of a template.
    Open {
        open: u8,
        /// It is behind `if` or the like.
        control: bool,
        /// It is behind an operand: a call, or a member of it.
        behind: bool,
    },
    Close(u8),
    Operator,
    Else,
    Less,
    Greater,
    Comma,
    /// Of a statement.
    End,
    Operand,
    /// What begins and does not end.
    Broken,
    /// A division or a regular expression.
    Slash,
}

/// What came last, which says what a `/` means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Operand,
    Operator,
    Unsure,
}

#[derive(Clone)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    last: Last,
    /// The last was `if` or the like.
    control: bool,
    /// The last was the `.` of a member.
    member: bool,
    /// A line has ended since.
    line: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Self {
            text,
            at: 0,
            last: Last::Operator,
            control: false,
            member: false,
            line: false,
        };
        if text.starts_with("#!") {
            reader.line_comment();
        }
        reader
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn char(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    pub(super) fn next(&mut self, in_template: bool) -> Option<Piece> {
        self.skip_space();
        let byte = self.byte(self.at)?;
        let (start, control, member) = (self.at, self.control, self.member);
        (self.control, self.member) = (false, false);
        let behind = self.last != Last::Operator;
        let (piece, last) = match byte {
            b'"' | b'\'' => (self.string(byte), Last::Operand),
            b'`' => match self.template() {
                // Behind an operand, it is a call.
                Piece::Operand if behind => (Piece::Operator, Last::Operand),
                piece @ Piece::Open { .. } => (piece, Last::Operator),
                piece => (piece, Last::Operand),
            },
            b'}' if in_template => match self.template() {
                // The group goes on with the next expression.
                Piece::Open { .. } => (Piece::Comma, Last::Operator),
                _ => (Piece::Close(b'}'), Last::Operand),
            },
            b'/' if self.last == Last::Unsure || self.line && behind => {
                (Piece::Slash, Last::Operator)
            }
            b'/' if self.last == Last::Operand => (Piece::Operator, Last::Operator),
            b'/' => {
                self.at += 1;
                let end = self.regular_expression().map(|(end, _)| end);
                self.at = end.unwrap_or_else(|| self.end_of_line()) - 1;
                let piece = end.map_or(Piece::Broken, |_| Piece::Operand);
                (piece, Last::Operand)
            }
            _ => self.sign_or_word(byte, control, member),
        };
        self.line = false;
        self.last = last;
        if self.at == start || byte == b'/' {
            self.at += 1;
        }
        Some(piece)
    }

    fn sign_or_word(&mut self, byte: u8, control: bool, member: bool) -> (Piece, Last) {
        let behind = self.last != Last::Operator;
        let before = self.at.checked_sub(1).and_then(|at| self.byte(at));
        match byte {
            b'(' | b'[' | b'{' => {
                let open = Piece::Open {
                    open: byte,
                    control,
                    behind: behind && byte != b'{',
                };
                (open, Last::Operator)
            }
            b')' | b']' | b'}' => (Piece::Close(byte), Last::Operand),
            b';' => (Piece::End, Last::Operator),
            b',' => (Piece::Comma, Last::Operator),
            b'<' => (Piece::Less, Last::Operator),
            b'>' if before == Some(b'=') => (Piece::Operator, Last::Operator),
            b'>' => (Piece::Greater, Last::Unsure),
            b'+' | b'-' if before == Some(byte) => (Piece::Operator, Last::Unsure),
            b'!' if behind => (Piece::Operator, Last::Unsure),
            b'.' => {
                self.member = before != Some(b'.');
                (Piece::Operator, Last::Operator)
            }
            b'!' | b'~' | b'+' | b'-' | b'*' | b'%' | b'&' | b'|' | b'^' | b'=' | b'?' | b':' => {
                (Piece::Operator, Last::Operator)
            }
            _ => self.word(behind, control, member),
        }
    }

    /// What was closed says what may come next.
    pub(super) fn closed(&mut self, close: u8, control: bool) {
        // Behind the `}` of a template comes what is behind an operand, but unsure is never wrong.
        if close == b'}' || control {
            self.last = Last::Unsure;
        }
    }

    pub(super) fn skip_operand(&mut self, end: usize) {
        (self.at, self.last) = (end, Last::Operand);
    }

    fn skip_space(&mut self) {
        while let Some(char) = self.char() {
            let next = self.byte(self.at + 1);
            if char.is_whitespace() || char == '\u{feff}' {
                self.line |= is_line_end(char);
                self.at += char.len_utf8();
            } else if char == '/' && next == Some(b'/') {
                self.line_comment();
            } else if char == '/' && next == Some(b'*') {
                let rest = &self.text[self.at + 2..];
                let length = rest.find("*/").map_or(rest.len(), |at| at + 2);
                self.line |= rest[..length].contains(is_line_end);
                self.at += 2 + length;
            } else {
                break;
            }
        }
    }

    fn line_comment(&mut self) {
        self.at = self.end_of_line();
    }

    fn end_of_line(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at + rest.find(is_line_end).unwrap_or(rest.len())
    }

    fn string(&mut self, quote: u8) -> Piece {
        self.at += 1;
        while let Some(byte) = self.byte(self.at) {
            self.at += 1;
            match byte {
                b'\\' => {
                    self.at += if self.text[self.at..].starts_with("\r\n") {
                        2
                    } else {
                        self.char().map_or(0, char::len_utf8)
                    }
                }
                b'\n' | b'\r' => return Piece::Broken,
                _ if byte == quote => return Piece::Operand,
                _ => {}
            }
        }
        Piece::Broken
    }

    /// To the end of the template, or into its next expression.
    fn template(&mut self) -> Piece {
        self.at += 1;
        while let Some(byte) = self.byte(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += self.char().map_or(0, char::len_utf8),
                b'`' => return Piece::Operand,
                b'$' if self.byte(self.at) == Some(b'{') => {
                    self.at += 1;
                    return Piece::Open {
                        open: b'$',
                        control: false,
                        behind: self.last != Last::Operator,
                    };
                }
                _ => {}
            }
        }
        Piece::Broken
    }

    /// Where the regular expression behind a `/` ends, if there is one, and whether it could as well be read as code.
    pub(super) fn regular_expression(&self) -> Option<(usize, bool)> {
        let rest = self.text.get(self.at..)?;
        let (mut class, mut escaped, mut plain) = (false, false, true);
        for (at, char) in rest.char_indices() {
            match char {
                _ if is_line_end(char) => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => return Some((self.at + at + 1, plain)),
                _ => {}
            }
            plain &= !"\"'`()[]{}/".contains(char);
        }
        None
    }

    fn word(&mut self, behind: bool, control: bool, member: bool) -> (Piece, Last) {
        let start = self.at;
        let rest = &self.text[start..];
        let is_part = |c: char| {
            let space = c.is_whitespace() || c == '\u{feff}';
            c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii() && !space
        };
        let mut chars = rest.char_indices().skip(1);
        let end = chars.find(|&(_, char)| !is_part(char));
        self.at += end.map_or(rest.len(), |(at, _)| at);
        if member {
            return (Piece::Operand, Last::Operand);
        }
        let word = &self.text[start..self.at];
        self.control =
            matches!(word, "if" | "while" | "for" | "with" | "await") || control && word == "await";
        match word {
            // Only these begin a statement wherever they stand.
            "const" | "let" | "var" | "import" | "export" if behind => {
                (Piece::Comma, Last::Operator)
            }
            "else" => (Piece::Else, Last::Operator),
            "if" | "for" | "while" | "do" | "return" | "typeof" | "void" | "delete" | "new"
            | "in" | "case" | "throw" | "instanceof" | "default" | "extends" => {
                (Piece::Operator, Last::Operator)
            }
            "await" | "yield" | "of" | "keyof" | "as" | "satisfies" | "readonly" | "unique"
            | "infer" | "is" | "asserts" => (Piece::Operator, Last::Unsure),
            "break" | "continue" | "debugger" => (Piece::Operand, Last::Unsure),
            _ => (Piece::Operand, Last::Operand),
        }
    }
}

fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
