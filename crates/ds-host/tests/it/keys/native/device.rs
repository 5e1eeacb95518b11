//! A code that a member types.

use super::{Client, DEVICE, NOTES, TOKEN, ada, host};

#[test]
fn a_program_without_a_browser_shows_a_code() {
    let host = host();
    let mut tv = Client::new(&host);
    let start = |tv: &mut Client<'_>, scope: &str| {
        let fields = [("client_id", "Kitchen screen"), ("scope", scope)];
        tv.post(NOTES, "/.dropserver/oauth/device", &fields)
    };
    assert_eq!(start(&mut tv, "nonsense").json()["error"], "invalid_scope");
    let begun = start(&mut tv, "edit");
    assert_eq!(begun.status, 200, "{}", begun.body);
    let begun = begun.json();
    let text = |field: &str| begun[field].as_str().unwrap().to_owned();
    let (device, code) = (text("device_code"), text("user_code"));
    assert_eq!(
        text("verification_uri"),
        format!("{}/.dropserver/device", tv.origin(NOTES))
    );
    let poll = |tv: &mut Client<'_>| {
        let fields = [
            ("grant_type", DEVICE),
            ("client_id", "Kitchen screen"),
            ("device_code", &device),
        ];
        tv.post(NOTES, TOKEN, &fields).json()
    };
    assert_eq!(poll(&mut tv)["error"], "authorization_pending");
    assert_eq!(poll(&mut tv)["error"], "slow_down");

    let path = "/.dropserver/device";
    assert_eq!(Client::new(&host).get(NOTES, path).status, 303);
    let mut ada = ada(&host);
    assert_eq!(ada.get(NOTES, path).status, 200);
    let wrong = ada.post(NOTES, path, &[("user_code", "BBBB-BBBB")]);
    assert_eq!(wrong.status, 404);
    let page = ada.post(
        NOTES,
        path,
        &[("user_code", &code.replace('-', "").to_lowercase())],
    );
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("Kitchen screen") && page.body.contains(&code),
        "{}",
        page.body
    );
    assert_eq!(page.hidden("user_code"), code);
    let yes = [
        ("user_code", code.as_str()),
        ("give", "edit"),
        ("answer", "allow"),
    ];
    // Not from another site.
    let form = format!("user_code={code}&answer=allow");
    let stranger = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://evil.example"),
    ];
    assert_eq!(ada.send("POST", NOTES, path, &stranger, &form).status, 403);
    let done = ada.post(NOTES, path, &yes);
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(ada.post(NOTES, path, &yes).status, 404);

    let given = poll(&mut tv);
    assert_eq!(given["scope"], "edit", "{given}");
    assert_eq!(poll(&mut tv)["error"], "invalid_grant");
    tv.bearer = Some(given["access_token"].as_str().unwrap().to_owned());
    assert_eq!(tv.post(NOTES, "/edit", &[]).status, 200);
    let keys = ada.get("dropserver.localhost", "/appspaces/notes/keys");
    assert!(keys.body.contains("Kitchen screen"), "{}", keys.body);
}
