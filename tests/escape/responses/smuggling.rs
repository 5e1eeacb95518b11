//! Responses made to be read differently by two readers. Expected: whatever the host makes of one, the next response on
//! the same connection is the other appspace's own.

use std::time::Duration;

use crate::escape::world::{ATTACKER, BYSTANDER, Stage};

const CASES: [&str; 22] = [
    "two-lengths",
    "length-list",
    "length-and-chunks",
    "odd-encoding",
    "spaced-encoding",
    "negative-length",
    "huge-length",
    "odd-chunk",
    "short-body",
    "long-body",
    "no-content",
    "not-modified",
    "bare-line-ends",
    "folded",
    "nul",
    "no-version",
    "version-2",
    "version-0.9",
    "status-99",
    "status-999",
    "reason",
    "trailers",
];

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    for case in CASES {
        let (attacker, other) = (ATTACKER, BYSTANDER);
        let both = format!(
            "GET /raw/{case} HTTP/1.1\r\nHost: {attacker}\r\n\r\n\
             GET / HTTP/1.1\r\nHost: {other}\r\nConnection: close\r\n\r\n"
        );
        let got = stage.exchange(&both, 1 << 20, Duration::from_secs(5));
        let got = String::from_utf8_lossy(&got).into_owned();
        assert!(!got.contains("SMUGGLED"), "{case}: {got}");
        let forged = got
            .lines()
            .any(|line| line.to_lowercase().starts_with("set-cookie: ds-member"));
        assert!(!forged, "{case}: {got}");
        // Either the connection was ended, or its last response is the other appspace's.
        let responses = got.matches("HTTP/1.1 ").count();
        assert!(responses <= 2, "{case}: {got}");
        if responses == 2 {
            assert!(got.ends_with("\r\n\r\nhello"), "{case}: {got}");
        }
        // Nor does anything stay for whoever asks the attacker next.
        assert_eq!(stage.get("/").body, "hello", "{case}");
    }
});
