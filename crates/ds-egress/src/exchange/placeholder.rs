//! `{{secret:NAME}}` in header values: to the host it becomes the secret, back from there the secret becomes it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use super::HEAD;
use crate::{
    Secret,
    secret::{LONGEST_NAME, is_name},
};

const OPEN: &[u8] = b"{{secret:";
const CLOSE: &[u8] = b"}}";

/// Why a head cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its headers are longer than {HEAD} bytes with the secrets in them")]
pub(super) struct TooLong;

/// What was put into a request's head.
#[derive(Default)]
pub(super) struct Filled {
    /// Texts with a secret in them beside the secrets' own values, and what the app wrote for them.
    encoded: Vec<(Zeroizing<Vec<u8>>, Vec<u8>)>,
    /// Names for which there is no secret for this host; the placeholder stays.
    pub(super) unknown: Vec<String>,
}

/// Puts secrets where their placeholders are.
pub(super) fn fill(headers: &mut HeaderMap, secrets: &[Secret]) -> Result<Filled, TooLong> {
    let mut filled = Filled::default();
    let mut length = 0;
    for (name, value) in headers.iter_mut() {
        if let Some(new) = filled.value(name, value.as_bytes(), secrets)? {
            *value = HeaderValue::from_bytes(&new).map_err(|_| TooLong)?;
            value.set_sensitive(true);
        }
        length += name.as_str().len() + value.len() + 4;
        if length > HEAD {
            return Err(TooLong);
        }
    }
    Ok(filled)
}

impl Filled {
    /// The value with secrets in it; `None` if it has no placeholder.
    fn value(
        &mut self,
        name: &HeaderName,
        value: &[u8],
        secrets: &[Secret],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, TooLong> {
        let Some((scheme, token)) = basic(name, value) else {
            return self.text(value, secrets);
        };
        // A name and password are encoded together, so the placeholder is inside.
        let Ok(plain) = STANDARD.decode(token) else {
            return Ok(None);
        };
        let Some(plain) = self.text(&plain, secrets)? else {
            return Ok(None);
        };
        let encoded = Zeroizing::new(STANDARD.encode(&*plain).into_bytes());
        let whole = [scheme, &**encoded].concat();
        self.encoded.push((encoded, token.to_vec()));
        Ok(Some(Zeroizing::new(whole)))
    }

    fn text(
        &mut self,
        text: &[u8],
        secrets: &[Secret],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, TooLong> {
        let mut out = Zeroizing::new(Vec::new());
        let (mut rest, mut found) = (text, false);
        while let Some((before, name, after)) = next(rest) {
            out.extend_from_slice(before);
            let secret = secrets.iter().find(|one| one.name().as_bytes() == name);
            if let Some(secret) = secret {
                found = true;
                out.extend_from_slice(secret.value().as_bytes());
            } else {
                self.unknown
                    .push(String::from_utf8_lossy(name).into_owned());
                out.extend_from_slice(&[OPEN, name, CLOSE].concat());
            }
            if out.len() > HEAD {
                return Err(TooLong);
            }
            rest = after;
        }
        out.extend_from_slice(rest);
        Ok(found.then_some(out))
    }

    /// Takes secrets out of an answer's headers: a host may give back what it was sent.
    pub(super) fn hide(&self, headers: &mut HeaderMap, secrets: &[Secret]) {
        let mut needles: Vec<(&[u8], Vec<u8>)> = secrets
            .iter()
            .map(|secret| {
                let placeholder = [OPEN, secret.name().as_bytes(), CLOSE].concat();
                (secret.value().as_bytes(), placeholder)
            })
            .chain(self.encoded.iter().map(|(new, old)| (&***new, old.clone())))
            .collect();
        // One may be part of another.
        needles.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.len()));
        for value in headers.values_mut() {
            for (needle, instead) in &needles {
                let hidden = replace(value.as_bytes(), needle, instead);
                if let Some(hidden) = hidden.and_then(|new| HeaderValue::from_bytes(&new).ok()) {
                    *value = hidden;
                }
            }
        }
    }
}

/// The scheme with its space and the rest, of a name and password.
fn basic<'a>(name: &HeaderName, value: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (scheme, token) = value.split_at_checked(6)?;
    let is_basic = name == header::AUTHORIZATION && scheme.eq_ignore_ascii_case(b"basic ");
    is_basic.then(|| (scheme, token.trim_ascii()))
}

/// The next placeholder: what is before it, its name, and what is after.
fn next(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut from = 0;
    loop {
        let open = from + find(&text[from..], OPEN)?;
        from = open + OPEN.len();
        let inner = &text[from..];
        // No name is longer, and nothing long is looked through again and again.
        let near = &inner[..inner.len().min(LONGEST_NAME + CLOSE.len())];
        let Some(close) = find(near, CLOSE) else {
            continue;
        };
        if is_name(&inner[..close]) {
            let after = &inner[close + CLOSE.len()..];
            return Some((&text[..open], &inner[..close], after));
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|part| part == what)
}

fn replace(text: &[u8], what: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    let mut at = find(text, what)?;
    let (mut out, mut rest) = (Vec::new(), text);
    loop {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
        let Some(found) = find(rest, what) else {
            out.extend_from_slice(rest);
            return Some(out);
        };
        at = found;
    }
}

#[cfg(test)]
#[path = "placeholder_tests.rs"]
mod tests;
