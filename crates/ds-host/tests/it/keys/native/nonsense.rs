//! Questions that make no sense.

use super::{Client, DEVICE, NOTES, TOKEN, Value, ada, host, question};

#[test]
fn what_makes_no_sense_is_refused() {
    let host = host();
    let mut ada = ada(&host);
    let shown = |ada: &mut Client<'_>, path: &str| {
        let answer = ada.get(NOTES, path);
        assert_eq!(
            (answer.status, answer.header("location")),
            (422, None),
            "{path}: {}",
            answer.body
        );
    };
    shown(&mut ada, "/.dropserver/oauth/authorize");
    shown(&mut ada, &question("x", "https://evil.example/", ""));
    shown(&mut ada, &question("x", "http://localhost:8123/", ""));
    shown(
        &mut ada,
        &format!(
            "{}&client_id=other",
            question("x", "http://127.0.0.1:1/", "")
        ),
    );
    let told = ada.get(
        NOTES,
        &question("x", "http://127.0.0.1:1/", "no-such-permission"),
    );
    assert!(
        told.header("location")
            .unwrap()
            .contains("error=invalid_scope"),
        "{told:?}"
    );
    let mut program = Client::new(&host);
    for (fields, expect) in [
        (vec![], "invalid_request"),
        (vec![("client_id", "x")], "invalid_request"),
        (
            vec![("client_id", "x"), ("grant_type", "password")],
            "unsupported_grant_type",
        ),
        (
            vec![("client_id", "x"), ("grant_type", "refresh_token")],
            "unsupported_grant_type",
        ),
        (
            vec![
                ("client_id", "x"),
                ("client_id", "x"),
                ("grant_type", DEVICE),
            ],
            "invalid_request",
        ),
        (
            vec![("client_id", "x"), ("grant_type", DEVICE)],
            "invalid_request",
        ),
        (
            vec![
                ("client_id", "x"),
                ("grant_type", DEVICE),
                ("device_code", "x"),
            ],
            "invalid_grant",
        ),
    ] {
        let answer = program.post(NOTES, TOKEN, &fields);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &Value::from(expect)),
            "{fields:?}"
        );
    }
}
