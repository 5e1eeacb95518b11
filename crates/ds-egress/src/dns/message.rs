//! DNS messages (RFC 1035), as far as one question and its answer go.

use std::net::Ipv4Addr;

const HEADER: usize = 12;
/// A name is at most this long in a message.
const LONGEST_NAME: usize = 255;
/// For how long an address may be remembered: it stays the same anyway.
const TTL: u32 = 60;

const CLASS_IN: u16 = 1;
const KIND_A: u16 = 1;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    id: u16,
    /// Opcode and "recursion desired", as they are echoed.
    flags: u16,
    /// The question as it was written, as it is echoed.
    written: Vec<u8>,
    /// The name, in lower case, without a dot at its end. What cannot be in a host's name is `?`.
    pub(crate) name: String,
    /// Whether it asks for IPv4 addresses.
    pub(crate) is_for_v4: bool,
}

/// What is no question of ours to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Not even a header, or itself an answer: nothing is said.
    Noise,
    /// Something else is wrong with it; this is said.
    Bad(Refusal),
}

/// A message that is answered without its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    id: u16,
    flags: u16,
    code: u16,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The name has this address.
    Address(Ipv4Addr),
    /// The name is there; what was asked for is not.
    Nothing,
    /// There is no such name.
    NoSuchName,
    /// It is not answered.
    Refused,
}

const RESPONSE: u16 = 1 << 15;
const OPCODE: u16 = 0xf << 11;
const RECURSION_DESIRED: u16 = 1 << 8;
const RECURSION_AVAILABLE: u16 = 1 << 7;
const FORMAT_ERROR: u16 = 1;
const NO_SUCH_NAME: u16 = 3;
const NOT_IMPLEMENTED: u16 = 4;
const REFUSED: u16 = 5;

/// Reads a question. What follows it (EDNS options) does not matter.
pub(crate) fn read(message: &[u8]) -> Result<Question, Unreadable> {
    let (header, rest) = message.split_at_checked(HEADER).ok_or(Unreadable::Noise)?;
    let word = |at: usize| match header.get(at..at + 2) {
        Some(&[high, low]) => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    let (id, flags, questions) = (word(0), word(2), word(4));
    if flags & RESPONSE != 0 {
        return Err(Unreadable::Noise);
    }
    let opcode = flags & OPCODE;
    let flags = flags & (OPCODE | RECURSION_DESIRED);
    let bad = |code| Unreadable::Bad(Refusal { id, flags, code });
    if opcode != 0 {
        return Err(bad(NOT_IMPLEMENTED));
    }
    if questions != 1 {
        return Err(bad(FORMAT_ERROR));
    }
    let (name, length) = read_name(rest).ok_or(bad(FORMAT_ERROR))?;
    let Some(&[kind_high, kind_low, class_high, class_low]) = rest.get(length..length + 4) else {
        return Err(bad(FORMAT_ERROR));
    };
    if u16::from_be_bytes([class_high, class_low]) != CLASS_IN {
        return Err(bad(NOT_IMPLEMENTED));
    }
    Ok(Question {
        id,
        flags,
        written: rest.get(..length + 4).unwrap_or_default().to_vec(),
        name,
        is_for_v4: u16::from_be_bytes([kind_high, kind_low]) == KIND_A,
    })
}

/// Reads a name and says how many bytes it took. A question's name is written out, so pointers are refused.
fn read_name(bytes: &[u8]) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut at = 0;
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            return Some((name, at));
        }
        if length > 63 || at + length >= LONGEST_NAME {
            return None;
        }
        if !name.is_empty() {
            name.push('.');
        }
        let label = bytes.get(at..at + length)?;
        name.extend(label.iter().map(|b| match b.to_ascii_lowercase() {
            b if b.is_ascii_alphanumeric() || b == b'-' || b == b'_' => char::from(b),
            _ => '?',
        }));
        at += length;
    }
}

/// Writes the answer to a question.
pub(crate) fn write(question: &Question, answer: Answer) -> Vec<u8> {
    let (code, address) = match answer {
        Answer::Address(address) => (0, Some(address)),
        Answer::Nothing => (0, None),
        Answer::NoSuchName => (NO_SUCH_NAME, None),
        Answer::Refused => (REFUSED, None),
    };
    let flags = question.flags | code;
    let mut message = header(question.id, flags, 1, u16::from(address.is_some()));
    message.extend(&question.written);
    if let Some(address) = address {
        // The name is a pointer to the question's.
        message.extend([0xc0, 12]);
        message.extend(KIND_A.to_be_bytes());
        message.extend(CLASS_IN.to_be_bytes());
        message.extend(TTL.to_be_bytes());
        message.extend(4_u16.to_be_bytes());
        message.extend(address.octets());
    }
    message
}

/// Writes the answer to what is no question.
pub(crate) fn write_refusal(refusal: Refusal) -> Vec<u8> {
    header(refusal.id, refusal.flags | refusal.code, 0, 0)
}

fn header(id: u16, flags: u16, questions: u16, answers: u16) -> Vec<u8> {
    let flags = flags | RESPONSE | RECURSION_AVAILABLE;
    let words = [id, flags, questions, answers, 0, 0];
    words.into_iter().flat_map(u16::to_be_bytes).collect()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
