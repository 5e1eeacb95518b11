//! A code that somebody else has, too.

use super::{Client, NOTES, TOKEN, Token, Value, ada, decide, host, question};

#[test]
fn a_stolen_code_ends_what_came_of_it_and_a_program_can_end_itself() {
    let host = host();
    let mut ada = ada(&host);
    let mut program = Client::new(&host);
    let redirect = "http://127.0.0.1:8123/";
    let mut token = |program: &mut Client<'_>| {
        let verifier = Token::random();
        let page = ada.get(NOTES, &question(verifier.hash().as_str(), redirect, ""));
        let yes = decide(&mut ada, &page, "allow", &["admin"]);
        let to = url::Url::parse(yes.header("location").unwrap()).unwrap();
        let code = to
            .query_pairs()
            .find(|(name, _)| name == "code")
            .unwrap()
            .1
            .into_owned();
        let fields = [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", "Notes for the terminal".to_owned()),
            ("redirect_uri", redirect.to_owned()),
            ("code", code),
            ("code_verifier", verifier.reveal().to_owned()),
        ];
        let given = program.post(
            NOTES,
            TOKEN,
            &fields
                .each_ref()
                .map(|(name, value)| (*name, value.as_str())),
        );
        let given = given.json();
        // What was not asked for is not given, though the form said so.
        assert_eq!(given["scope"], "");
        (given["access_token"].as_str().unwrap().to_owned(), fields)
    };
    let (stolen, fields) = token(&mut program);
    program.bearer = Some(stolen);
    assert_eq!(program.get(NOTES, "/members").status, 200);
    program.bearer = None;
    let again = program.post(
        NOTES,
        TOKEN,
        &fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str())),
    );
    assert_eq!(
        (again.status, &again.json()["error"]),
        (400, &Value::from("invalid_grant"))
    );

    let (own, _) = token(&mut program);
    program.bearer = Some(own.clone());
    assert_eq!(program.get(NOTES, "/members").status, 200);
    for (text, is_good) in [("ds_x", true), ("", true), (own.as_str(), false)] {
        program.bearer = None;
        let ended = program.post(NOTES, "/.dropserver/oauth/revoke", &[("token", text)]);
        assert_eq!(
            ended.status,
            if text.is_empty() { 400 } else { 200 },
            "{}",
            ended.body
        );
        program.bearer = Some(own.clone());
        let status = program.get(NOTES, "/members").status;
        assert_eq!(status, if is_good { 200 } else { 401 }, "{text}");
    }
    let left = host.run("appspace key list notes --json").done();
    assert_eq!(
        left["keys"],
        serde_json::json!([]),
        "the stolen one is gone too"
    );
}
