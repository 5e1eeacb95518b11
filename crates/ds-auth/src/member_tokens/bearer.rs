//! The `Authorization` header of programs.
//!
//! Ours is `Bearer ds_…`. Any other is between the client and the app.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

/// What every token begins with, so that a leaked one is recognised for what it is.
pub(super) const PREFIX: &str = "ds_";

/// Whether a request shows one of our tokens, good or not. Then cookies count for nothing.
#[must_use]
pub fn is_presented(headers: &HeaderMap) -> bool {
    headers.get_all(AUTHORIZATION).iter().any(is_ours)
}

/// The token that a request shows; none if it shows several of whatever kind.
pub(crate) fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let one = all.next().filter(|_| all.next().is_none())?;
    token(one)
}

/// Removes our tokens from a request that goes to app code. What is the app's own stays.
pub fn strip(headers: &mut HeaderMap) {
    if !is_presented(headers) {
        return;
    }
    let all = headers.get_all(AUTHORIZATION).iter();
    let kept: Vec<HeaderValue> = all.filter(|one| !is_ours(one)).cloned().collect();
    headers.remove(AUTHORIZATION);
    for one in kept {
        headers.append(AUTHORIZATION, one);
    }
}

fn is_ours(value: &HeaderValue) -> bool {
    let (scheme, rest) = split(value.as_bytes());
    scheme.eq_ignore_ascii_case(b"bearer") && rest.starts_with(PREFIX.as_bytes())
}

fn token(value: &HeaderValue) -> Option<&str> {
    if !is_ours(value) {
        return None;
    }
    std::str::from_utf8(split(value.as_bytes()).1).ok()
}

/// The scheme, and what follows it.
fn split(value: &[u8]) -> (&[u8], &[u8]) {
    let value = value.trim_ascii();
    let at = value.iter().position(u8::is_ascii_whitespace);
    let (scheme, rest) = value.split_at(at.unwrap_or(value.len()));
    (scheme, rest.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_are_ours() {
        let check = |values: &[&'static str], ours: bool, expect: Option<&str>, left: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(is_presented(&headers), ours, "{values:?}");
            assert_eq!(presented(&headers), expect, "{values:?}");
            strip(&mut headers);
            let kept: Vec<_> = headers.get_all(AUTHORIZATION).iter().collect();
            assert_eq!(kept, left, "{values:?}");
        };
        check(&[], false, None, &[]);
        check(&["Bearer ds_abc"], true, Some("ds_abc"), &[]);
        check(&["bearer  ds_abc "], true, Some("ds_abc"), &[]);
        check(&["BEARER\tds_abc"], true, Some("ds_abc"), &[]);
        check(&["Bearer ds_"], true, Some("ds_"), &[]);
        check(&["Bearer abc"], false, None, &["Bearer abc"]);
        check(&["Bearerds_abc"], false, None, &["Bearerds_abc"]);
        check(&["Basic ds_abc"], false, None, &["Basic ds_abc"]);
        check(&["ds_abc"], false, None, &["ds_abc"]);
        let two = &["Bearer ds_abc", "Bearer ds_def"];
        check(two, true, None, &[]);
        check(&["Basic x", "Bearer ds_abc"], true, None, &["Basic x"]);
    }
}
