//! Tables of origins and sources.

use super::*;

#[test]
fn origins() {
    let check = |text: &str, expect: bool| {
        assert_eq!(text.parse::<WebOrigin>().is_ok(), expect, "{text}");
    };
    check("*", true);
    check("https://app.example", true);
    check(" https://app.example ", true);
    check("https://app.example:8443", true);
    check("https://localhost", true);
    check("http://localhost:5173", true);
    check("http://127.0.0.1:3000", true);
    check("http://[::1]:3000", true);
    check("capacitor://localhost", true);
    check("tauri://localhost", true);
    check("http://app.example", false);
    check("https://app.example:443", false);
    check("https://app.example/", false);
    check("https://app.example/x", false);
    check("https://App.example", false);
    check("https://*.example", false);
    check("https://a@b.example", false);
    check("https://a b.example", false);
    check("https://", false);
    check("https://app.example:", false);
    check("https://app.example:99999", false);
    check("https://app.example:080", false);
    check("app.example", false);
    check("null", false);
    check("file://x", false);
    check("", false);
    check(&format!("https://{}.example", "a".repeat(200)), false);
}

#[test]
fn whom_cors_lets_in() {
    let cors = |origins: &[&str]| Cors {
        origins: origins.iter().map(|one| one.parse().unwrap()).collect(),
    };
    let one = cors(&["https://app.example"]);
    assert!(one.allows("https://app.example") && !one.is_any());
    for other in [
        "https://app.example:8443",
        "http://app.example",
        "https://app.example.evil.example",
        "https://APP.example",
        "null",
        "",
        "*",
    ] {
        assert!(!one.allows(other), "{other}");
    }
    assert!(cors(&["*"]).allows("null"));
    assert!(!cors(&[]).allows(""));
}

#[test]
fn sources() {
    let check = |directive: &str, text: &str, expect: Option<&str>| {
        let directive = CspDirective::named(directive).unwrap();
        let got = directive.source(text).ok().map(|one| one.to_string());
        assert_eq!(got.as_deref(), expect, "{text}");
    };
    let same = |directive: &str, text: &str| check(directive, text, Some(text));
    same("connect-src", "https://api.example.com");
    same("connect-src", "https://api.example.com:8443");
    same("connect-src", "wss://api.example.com");
    same("img-src", "https://*.tiles.example");
    same("img-src", "https:");
    same("media-src", "https:");
    same("script-src", "'unsafe-inline'");
    same("script-src", "'unsafe-eval'");
    same("script-src", "https://cdn.example.com");
    same("frame-src", "https://video.example.com");
    check(
        "font-src",
        "https://Fonts.Example.com:443",
        Some("https://fonts.example.com"),
    );
    for (directive, bad) in [
        ("connect-src", "https:"),
        ("script-src", "https:"),
        ("frame-src", "https:"),
        ("style-src", "'unsafe-inline'"),
        ("img-src", "'unsafe-eval'"),
        ("img-src", "wss://api.example.com"),
        ("connect-src", "http://api.example.com"),
        ("connect-src", "ws://api.example.com"),
        ("connect-src", "api.example.com"),
        ("connect-src", "*"),
        ("connect-src", "https://*"),
        ("connect-src", "https://*.com"),
        ("connect-src", "https://localhost"),
        ("connect-src", "https://127.0.0.1"),
        ("connect-src", "https://a.example/path"),
        ("connect-src", "https://a.example; script-src *"),
        ("connect-src", "https://a.example\r\nx: y"),
        ("connect-src", "'self'"),
        ("script-src", "'strict-dynamic'"),
        ("script-src", "'nonce-x'"),
        ("script-src", "data:"),
        ("script-src", "blob:"),
        ("connect-src", ""),
    ] {
        check(directive, bad, None);
    }
    for none in [
        "frame-ancestors",
        "form-action",
        "base-uri",
        "default-src",
        "object-src",
        "report-uri",
        "sandbox",
    ] {
        assert_eq!(CspDirective::named(none), None);
    }
}

#[test]
fn both_are_kept_as_they_are_written() {
    let csp: Csp =
        serde_json::from_str(r#"{"img-src":["https:"],"connect-src":["wss://a.example:8443"]}"#)
            .unwrap();
    let json = serde_json::to_string(&csp).unwrap();
    assert_eq!(
        json,
        r#"{"connect-src":["wss://a.example:8443"],"img-src":["https:"]}"#
    );
    let cors: Cors = serde_json::from_str(r#"{"origins":["*"]}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&cors).unwrap(),
        r#"{"origins":["*"]}"#
    );
    assert!(serde_json::from_str::<Cors>(r#"{"origins":["x"]}"#).is_err());
}
