//! Conditional and partial requests (RFC 9110 §13 and §14).

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, Method, header, request::Parts};

use super::{
    range::{self, Asked, Span},
    version::Validators,
};

/// What a request gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The file.
    Whole,
    /// Part of it.
    Part(Span),
    /// The client has it already.
    NotModified,
    /// The file is not the one the client insists on.
    Changed,
    /// The part asked for lies beyond its end.
    Beyond,
}

/// Weighs a request's conditions, in the order the standard prescribes.
pub(super) fn judge(head: &Parts, file: &Validators, length: u64) -> Verdict {
    // Other methods ask for something else; their answer is the file, as it is.
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return Verdict::Whole;
    }
    let headers = &head.headers;
    if !insists_on_this(headers, file) {
        return Verdict::Changed;
    }
    if has_this(headers, file) {
        return Verdict::NotModified;
    }
    // HEAD has no parts.
    let range = text(headers, &header::RANGE).filter(|_| head.method == Method::GET);
    match range {
        Some(range) if may_continue(headers, file) => match range::parse(range, length) {
            Asked::Part(span) => Verdict::Part(span),
            Asked::Beyond => Verdict::Beyond,
            Asked::Whole => Verdict::Whole,
        },
        _ => Verdict::Whole,
    }
}

/// `If-Match`, `If-Unmodified-Since`.
fn insists_on_this(headers: &HeaderMap, file: &Validators) -> bool {
    if headers.contains_key(header::IF_MATCH) {
        return lists(headers, &header::IF_MATCH, file, false);
    }
    match (date(headers, &header::IF_UNMODIFIED_SINCE), file.modified) {
        (Some(since), Some(modified)) => modified <= since,
        _ => true,
    }
}

/// `If-None-Match`, `If-Modified-Since`.
fn has_this(headers: &HeaderMap, file: &Validators) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return lists(headers, &header::IF_NONE_MATCH, file, true);
    }
    match (date(headers, &header::IF_MODIFIED_SINCE), file.modified) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// `If-Range`: whether what the client has of it is of the same file.
fn may_continue(headers: &HeaderMap, file: &Validators) -> bool {
    let Some(value) = headers.get(header::IF_RANGE) else {
        return true;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let etag = file.etag.as_deref() == Some(value);
    let same_time = || {
        let since = httpdate::parse_http_date(value).ok();
        since.is_some() && since == file.modified
    };
    etag || same_time()
}

/// Whether a list of entity tags has the file's. Ours are strong; `weak` lets a proxy's weakened one count.
fn lists(headers: &HeaderMap, name: &HeaderName, file: &Validators, weak: bool) -> bool {
    let values = headers.get_all(name).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    // Our own tags have no comma in them, so others may fall apart.
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| {
        let tag = if weak {
            tag.strip_prefix("W/").unwrap_or(tag)
        } else {
            tag
        };
        // Every file there is matches `*`, but one that has not settled is always sent.
        (tag == "*" && (file.is_settled() || !weak)) || file.etag.as_deref() == Some(tag)
    })
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, name)?).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Request;

    use super::*;

    const TAG: &str = "\"5-abc\"";
    /// One second before, at, and after the file's time.
    const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const EXACT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn judged(method: &str, headers: &[(&str, &str)], file: &Validators) -> Verdict {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        judge(&request.body(()).unwrap().into_parts().0, file, 10)
    }

    fn settled() -> Validators {
        Validators {
            etag: Some(TAG.into()),
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)),
        }
    }

    #[test]
    fn conditions() {
        let check = |headers: &[(&str, &str)], expect: Verdict| {
            assert_eq!(judged("GET", headers, &settled()), expect, "{headers:?}");
        };
        check(&[], Verdict::Whole);
        check(&[("if-none-match", TAG)], Verdict::NotModified);
        check(&[("if-none-match", "W/\"5-abc\"")], Verdict::NotModified);
        check(
            &[("if-none-match", "\"a\", \"5-abc\"")],
            Verdict::NotModified,
        );
        check(&[("if-none-match", "*")], Verdict::NotModified);
        check(&[("if-none-match", "\"a\"")], Verdict::Whole);
        check(&[("if-none-match", "5-abc")], Verdict::Whole);
        check(&[("if-modified-since", EARLIER)], Verdict::Whole);
        check(&[("if-modified-since", EXACT)], Verdict::NotModified);
        check(&[("if-modified-since", LATER)], Verdict::NotModified);
        check(&[("if-modified-since", "yesterday")], Verdict::Whole);
        // The tag decides where there is one.
        check(
            &[("if-none-match", "\"a\""), ("if-modified-since", LATER)],
            Verdict::Whole,
        );
        check(&[("if-match", TAG)], Verdict::Whole);
        check(&[("if-match", "*")], Verdict::Whole);
        check(&[("if-match", "\"a\"")], Verdict::Changed);
        check(&[("if-match", "W/\"5-abc\"")], Verdict::Changed);
        check(&[("if-unmodified-since", EARLIER)], Verdict::Changed);
        check(&[("if-unmodified-since", EXACT)], Verdict::Whole);
        check(
            &[("if-match", TAG), ("if-none-match", TAG)],
            Verdict::NotModified,
        );
    }

    #[test]
    fn parts() {
        let part = || Verdict::Part(Span { start: 2, end: 4 });
        let check = |method: &str, more: &[(&str, &str)], expect: Verdict| {
            let mut headers = vec![("range", "bytes=2-3")];
            headers.extend_from_slice(more);
            assert_eq!(
                judged(method, &headers, &settled()),
                expect,
                "{method} {more:?}"
            );
        };
        check("GET", &[], part());
        check("HEAD", &[], Verdict::Whole);
        check("POST", &[], Verdict::Whole);
        check("GET", &[("if-range", TAG)], part());
        check("GET", &[("if-range", EXACT)], part());
        check("GET", &[("if-range", LATER)], Verdict::Whole);
        check("GET", &[("if-range", "\"a\"")], Verdict::Whole);
        check("GET", &[("if-range", "W/\"5-abc\"")], Verdict::Whole);
        check("GET", &[("if-none-match", TAG)], Verdict::NotModified);
        check("GET", &[("if-match", "\"a\"")], Verdict::Changed);
    }

    #[test]
    fn a_fresh_file_is_always_sent() {
        let fresh = Validators::default();
        let check = |headers: &[(&str, &str)]| {
            assert_eq!(
                judged("GET", headers, &fresh),
                Verdict::Whole,
                "{headers:?}"
            );
        };
        check(&[("if-none-match", TAG)]);
        check(&[("if-none-match", "*")]);
        check(&[("if-modified-since", LATER)]);
        check(&[("range", "bytes=2-3"), ("if-range", TAG)]);
    }
}
