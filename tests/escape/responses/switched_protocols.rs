//! "101 Switching Protocols" that nobody asked for, after which no rules would hold. Expected: 502, and the connection's
//! next response is the other appspace's own.

use std::time::Duration;

use crate::escape::world::{ATTACKER, Stage};

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    let answer = stage.get("/raw/switch");
    assert_eq!(answer.status, 502, "{answer:?}");
    let request = format!(
        "GET /raw/switch HTTP/1.1\r\nHost: {ATTACKER}\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
    );
    let got = stage.exchange(&request, 1 << 20, Duration::from_secs(3));
    let got = String::from_utf8_lossy(&got).into_owned();
    assert!(
        !got.contains("SMUGGLED") && !got.starts_with("HTTP/1.1 101"),
        "{got}"
    );
});
