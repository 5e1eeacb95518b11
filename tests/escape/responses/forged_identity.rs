//! Requests that pretend to come from the host: internal headers, host names, absolute addresses. Expected: they reach no
//! app, and what is for members stays closed.

use std::time::Duration;

use crate::escape::world::{ATTACKER, BYSTANDER, Stage};

attempt!(|stage: &mut Stage| {
    stage.app(
        r"
        seen: (ctx) => JSON.stringify({ member: ctx.memberId, headers: [...ctx.request.headers] }),
        ",
        &[],
    );
    let host = ATTACKER;
    let request = format!(
        "GET /one/seen HTTP/1.1\r\nHost: {host}\r\nX-Dropserver-Call: {{\"route\":1,\"proxyId\":\"owner\"}}\r\n\
         x-dropserver-user: owner\r\nX-DROPSERVER-ROUTE: 0\r\nConnection: close\r\n\r\n"
    );
    let got = stage.exchange(&request, 1 << 20, Duration::from_secs(10));
    let got = String::from_utf8_lossy(&got).into_owned();
    assert!(got.contains(r#""member":null"#), "{got}");
    assert!(!got.to_lowercase().contains("x-dropserver"), "{got}");
    // Two names at once are none.
    let request = format!(
        "GET /one/seen HTTP/1.1\r\nHost: {BYSTANDER}\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    );
    let got = stage.exchange(&request, 1 << 20, Duration::from_secs(10));
    let got = String::from_utf8_lossy(&got).into_owned();
    assert!(!got.contains("HTTP/1.1 200"), "{got}");
});
