//! Tables and a naive twin.

use proptest::prelude::*;

use super::*;

const HTTPS: Cookies = Cookies { secure: true };
const HTTP: Cookies = Cookies { secure: false };

fn request(lines: &[&str]) -> HeaderMap {
    lines
        .iter()
        .map(|line| (COOKIE, HeaderValue::from_str(line).unwrap()))
        .collect()
}

fn lines(headers: &HeaderMap, name: http::HeaderName) -> Vec<String> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.get_all(name).iter().map(text).collect()
}

#[test]
fn reading() {
    let check = |cookies: Cookies, lines: &[&str], expect: Option<&str>| {
        let token = cookies.read(&request(lines), Kind::Member);
        assert_eq!(token.as_ref().map(Token::reveal), expect, "{lines:?}");
    };
    check(HTTPS, &[], None);
    check(HTTPS, &["__Host-ds-member=abc"], Some("abc"));
    check(HTTP, &["ds-member=abc"], Some("abc"));
    check(HTTPS, &["a=b;__Host-ds-member = abc ; c=d"], Some("abc"));
    check(HTTPS, &["a=b", "__Host-ds-member=abc"], Some("abc"));
    check(HTTPS, &["ds-member=abc"], None);
    check(HTTP, &["__Host-ds-member=abc"], None);
    check(HTTPS, &["__Host-ds-account=abc; x__Host-ds-member=1"], None);
    check(HTTPS, &["__host-ds-member=abc"], None);
    check(HTTP, &["ds-member=abc; ds-member=abc"], Some("abc"));
    check(HTTP, &["ds-member=abc; ds-member=evil"], None);
    check(HTTP, &["ds-member=abc", "ds-member=evil"], None);
    check(HTTP, &["ds-member"], Some(""));
}

#[test]
fn setting_and_clearing() {
    let token = Token::presented("abc");
    assert_eq!(
        HTTPS.set(Kind::Account, &token, Duration::from_mins(1)),
        "__Host-ds-account=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    );
    assert_eq!(
        HTTP.set(Kind::Login, &token, Kind::Login.max_age()),
        "ds-login=abc; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"
    );
    assert_eq!(
        HTTPS.clear(Kind::Member),
        "__Host-ds-member=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    );
    assert_eq!(HTTP.set(Kind::Login, &Token::presented("a\nb"), LOGIN), "");
    assert_eq!(HTTPS.name(Kind::Login), "__Host-ds-login");
}

#[test]
fn stripping() {
    let check = |before: &[&str], after: &[&str]| {
        let mut headers = request(before);
        strip(&mut headers);
        assert_eq!(lines(&headers, COOKIE), after, "{before:?}");
    };
    check(&[], &[]);
    check(&["a=b;c=d"], &["a=b;c=d"]);
    check(&["__Host-ds-member=x"], &[]);
    check(&["ds-member=x; ds-account=y; ds-login=z"], &[]);
    check(&["a=b; __Host-ds-member=x; c=d"], &["a=b; c=d"]);
    check(&["a=b;ds-login=x;c=\"d e\""], &["a=b; c=\"d e\""]);
    check(&["__Host-ds-member=x", "a=b"], &["a=b"]);
    check(&["a=__Host-ds-member=x"], &["a=__Host-ds-member=x"]);
    check(
        &["my-ds-member=x; ds-members=y"],
        &["my-ds-member=x; ds-members=y"],
    );
    check(
        &["__Host-session=app; ds-member\t=x"],
        &["__Host-session=app"],
    );
    check(&["__Host-ds-member"], &[]);
    check(&["ds-member=x;;; "], &[]);
    check(&["a=1; a=2; ds-member=x"], &["a=1; a=2"]);
}

#[test]
fn what_apps_may_set() {
    let check = |line: &str, expect: bool| {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("kept=1"));
        headers.append(SET_COOKIE, HeaderValue::from_str(line).unwrap());
        assert_eq!(
            guard_set_cookie(&mut headers),
            usize::from(!expect),
            "{line}"
        );
        let mut left = vec!["kept=1".to_owned()];
        left.extend(expect.then(|| line.to_owned()));
        assert_eq!(lines(&headers, SET_COOKIE), left);
    };
    check("a=b", true);
    check("a=b; Path=/; Secure; HttpOnly; Max-Age=3", true);
    check("__Host-app=b; Secure; Path=/", true);
    check("a=Domain=example.com", true);
    check("a=domain; path=/domain", true);
    check("token", true);
    check("a=b; Domain=example.com", false);
    check("a=b;DOMAIN = example.com", false);
    check("a=b; domain", false);
    check("a=b; Domain=", false);
    check("__Host-ds-member=b", false);
    check("ds-member=b", false);
    check(" ds-account = b; Path=/", false);
    check("ds-login", false);
    check("=ds-member=b", false);
    check("=b", false);
    check("", false);
}

/// Bytes that make cookie lines that are near the edge.
fn line() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "ds-member",
        "ds-account",
        "ds-login",
        "__Host-",
        "a",
        "b",
        "=",
        "=",
        ";",
        "; ",
        " ",
        "\t",
        "\"",
        ",",
        "é",
    ]);
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Which cookies an obviously correct reader finds that are not the host's.
fn naive(lines: &[String]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for pair in lines.iter().flat_map(|line| line.split(';')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        found.push((trim(name), trim(value)));
    }
    let ours = [
        "ds-member",
        "ds-account",
        "ds-login",
        "__Host-ds-member",
        "__Host-ds-account",
        "__Host-ds-login",
    ];
    found.retain(|(name, value)| {
        let is_empty = name.is_empty() && value.is_empty();
        !is_empty && !ours.contains(&name.as_str())
    });
    found
}

proptest! {
    #[test]
    fn strip_takes_ours_and_nothing_else(input in prop::collection::vec(line(), 0..4)) {
        let texts: Vec<&str> = input.iter().map(String::as_str).collect();
        let mut headers: HeaderMap = texts
            .iter()
            .map(|line| (COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap()))
            .collect();
        strip(&mut headers);
        let left = lines(&headers, COOKIE);
        prop_assert_eq!(naive(&left), naive(&input));
        for kind in Kind::ALL {
            prop_assert!(HTTP.read(&headers, kind).is_none());
            prop_assert!(HTTPS.read(&headers, kind).is_none());
        }
    }
}
