//! Requests, codes and devices, as tables; the tokens that come of them are tested over the stores.

use ds_core::{ManualClock, Timestamp, secret::Token};

use super::*;

const REDIRECT: &str = "http://127.0.0.1:8123/cb";

fn clock() -> (Arc<ManualClock>, Arc<dyn Clock>) {
    let clock = Arc::new(ManualClock::new(Timestamp(1_767_225_600_000)));
    (Arc::clone(&clock), clock)
}

fn verifier() -> (String, String) {
    let verifier = Token::random();
    (
        verifier.reveal().to_owned(),
        verifier.hash().as_str().to_owned(),
    )
}

fn read(changes: &[(&str, Option<&str>)]) -> Result<Asked, Refusal> {
    let mut all = vec![
        ("response_type", Some("code")),
        ("client_id", Some("notes-cli")),
        ("redirect_uri", Some(REDIRECT)),
        ("state", Some("s")),
        (
            "code_challenge",
            Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ),
        ("code_challenge_method", Some("S256")),
        ("scope", Some("edit read")),
    ];
    all.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    all.extend(changes);
    let pairs = all
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    Asked::read(pairs)
}

#[test]
fn requests() {
    let asked = read(&[("unknown", Some("is ignored"))]).unwrap();
    assert_eq!(
        (asked.client.as_str(), asked.state.as_deref()),
        ("notes-cli", Some("s"))
    );
    assert_eq!(asked.scope.len(), 2);
    assert!(read(&[("scope", None)]).unwrap().scope.is_empty());
    assert!(read(&[("state", None)]).is_ok());

    let check = |changes: &[(&str, Option<&str>)], expect: Option<&str>| match read(changes) {
        Err(Refusal::Shown(_)) => assert_eq!(expect, None, "{changes:?}"),
        Err(Refusal::Told {
            error, redirect, ..
        }) => {
            assert_eq!(expect, Some(error), "{changes:?}");
            assert_eq!(redirect.as_str(), REDIRECT);
        }
        Ok(_) => panic!("taken: {changes:?}"),
    };
    // Shown, never redirected.
    check(&[("client_id", None)], None);
    check(&[("client_id", Some(" "))], None);
    check(&[("client_id", Some("a\nb"))], None);
    check(&[("client_id", Some("\u{202e}cli"))], None);
    check(&[("client_id", Some(&"x".repeat(81)))], None);
    check(&[("redirect_uri", None)], None);
    check(&[("redirect_uri", Some("https://evil.example/"))], None);
    check(&[("state", Some("a")), ("state", Some("b"))], None);
    check(
        &[
            ("redirect_uri", Some(REDIRECT)),
            ("redirect_uri", Some(REDIRECT)),
        ],
        None,
    );
    // Told to the program.
    check(
        &[("response_type", None)],
        Some("unsupported_response_type"),
    );
    check(
        &[("response_type", Some("token"))],
        Some("unsupported_response_type"),
    );
    check(&[("code_challenge", None)], Some("invalid_request"));
    check(
        &[("code_challenge", Some("short"))],
        Some("invalid_request"),
    );
    check(&[("code_challenge_method", None)], Some("invalid_request"));
    check(
        &[("code_challenge_method", Some("plain"))],
        Some("invalid_request"),
    );
    check(
        &[("state", Some(&"s".repeat(513)))],
        Some("invalid_request"),
    );
    check(&[("scope", Some("edit, read"))], Some("invalid_scope"));
    let many: Vec<String> = (0..51).map(|n| format!("p{n}")).collect();
    check(&[("scope", Some(&many.join(" ")))], Some("invalid_scope"));
}

fn leave(appspace: AppspaceId) -> Leave {
    Leave {
        appspace,
        member: ProxyId::random(),
        account: None,
        client: "notes-cli".into(),
        scope: BTreeSet::new(),
        standing: Standing::default(),
    }
}

#[test]
fn the_newest_is_kept_however_many_there_are() {
    let (_, clock) = clock();
    let (codes, here) = (Codes::new(Arc::clone(&clock)), AppspaceId::new());
    let (verifier, challenge) = verifier();
    let asked = read(&[("code_challenge", Some(&challenge))]).unwrap();
    let leave = leave(here);
    for _ in 0..10_500 {
        let _ = codes.add(&asked, leave.clone());
    }
    codes.settle();
    let code = codes.add(&asked, leave);
    codes.settle();
    assert!(
        codes
            .redeem(here, "notes-cli", REDIRECT, &code, &verifier)
            .is_ok()
    );
}

#[test]
fn a_code_is_good_once_for_whom_it_was_made() {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    let check =
        |at: AppspaceId, by: &str, to: &str, own_verifier: bool, wait: u64, expect: bool| {
            let (manual, clock) = clock();
            let codes = Codes::new(clock);
            let (verifier, challenge) = verifier();
            let asked = read(&[("code_challenge", Some(&challenge))]).unwrap();
            let code = codes.add(&asked, leave(here));
            manual.advance(Duration::from_secs(wait));
            let verifier = if own_verifier {
                verifier
            } else {
                "x".repeat(43)
            };
            let got = codes.redeem(at, by, to, &code, &verifier).is_ok();
            assert_eq!(got, expect, "{by} {to} {own_verifier} {wait}");
            // Whatever came of it, it is used up.
            assert!(
                codes
                    .redeem(here, "notes-cli", REDIRECT, &code, &verifier)
                    .is_err()
            );
        };
    check(here, "notes-cli", REDIRECT, true, 59, true);
    check(here, "notes-cli", REDIRECT, true, 60, false);
    check(there, "notes-cli", REDIRECT, true, 0, false);
    check(here, "other", REDIRECT, true, 0, false);
    check(
        here,
        "notes-cli",
        "http://127.0.0.1:8124/cb",
        true,
        0,
        false,
    );
    check(
        here,
        "notes-cli",
        "http://127.0.0.1:8123/cb/",
        true,
        0,
        false,
    );
    check(here, "notes-cli", REDIRECT, false, 0, false);
}

#[test]
fn a_code_that_comes_twice_names_what_came_of_it() {
    let (_, clock) = clock();
    let (codes, here) = (Codes::new(clock), AppspaceId::new());
    let (verifier, challenge) = verifier();
    let asked = read(&[("code_challenge", Some(&challenge))]).unwrap();
    let take = |code: &str| codes.redeem(here, "notes-cli", REDIRECT, code, &verifier);
    let made = ds_core::MemberTokenId::new();

    let code = codes.add(&asked, leave(here));
    assert!(take(&code).is_ok());
    assert!(!codes.note(&code, made));
    assert!(matches!(take(&code), Err(Refused::Again(token)) if token == made));

    // It came again before the token was there.
    let code = codes.add(&asked, leave(here));
    assert!(take(&code).is_ok());
    assert!(matches!(take(&code), Err(Refused::Unknown)));
    assert!(codes.note(&code, made));
}

#[test]
fn devices_wait_for_a_decision() {
    let (manual, clock) = clock();
    let (devices, here) = (Devices::new(clock), AppspaceId::new());
    let begun = devices.begin(here, "notes-cli".into(), BTreeSet::new());
    let poll = |code: &str| {
        devices
            .poll(here, "notes-cli", code)
            .map(|_| ())
            .map_err(|error| error.code())
    };
    let device = &begun.device_code;
    assert_eq!(poll(device), Err("authorization_pending"));
    assert_eq!(poll(device), Err("slow_down"));
    manual.advance(Duration::from_secs(5));
    assert_eq!(poll(device), Err("slow_down"), "the interval grew");
    manual.advance(Duration::from_secs(15));
    assert_eq!(poll(device), Err("authorization_pending"));

    assert_eq!(poll("x"), Err("invalid_grant"));
    let other = devices.poll(here, "other", device);
    assert!(matches!(other, Err(GrantError::Grant)));
    let other = devices.poll(AppspaceId::new(), "notes-cli", device);
    assert!(matches!(other, Err(GrantError::Grant)));

    assert!(devices.find(AppspaceId::new(), &begun.user_code).is_none());
    let spaced = begun.user_code.replace('-', " ").to_lowercase();
    let found = devices.find(here, &spaced).unwrap();
    assert_eq!(
        (found.client.as_str(), &found.user_code),
        ("notes-cli", &begun.user_code)
    );
    assert!(devices.decide(here, &spaced, Some(leave(here))));
    assert!(!devices.decide(here, &spaced, None), "decided is decided");
    assert!(devices.find(here, &spaced).is_none());
    assert_eq!(poll(device), Ok(()));
    assert_eq!(poll(device), Err("invalid_grant"), "once");
}

#[test]
fn devices_that_nobody_lets_in() {
    let (manual, clock) = clock();
    let (devices, here) = (Devices::new(clock), AppspaceId::new());
    let [no, late, unfetched] =
        [(); 3].map(|()| devices.begin(here, "notes-cli".into(), BTreeSet::new()));
    let poll = |begun: &Begun| {
        devices
            .poll(here, "notes-cli", &begun.device_code)
            .map(|_| ())
            .map_err(|error| error.code())
    };
    assert!(devices.decide(here, &no.user_code, None));
    assert_eq!(poll(&no), Err("access_denied"));
    assert!(devices.decide(here, &unfetched.user_code, Some(leave(here))));
    manual.advance(begun_lasts(&late));
    assert!(devices.find(here, &late.user_code).is_none());
    assert!(!devices.decide(here, &late.user_code, Some(leave(here))));
    assert_eq!(poll(&late), Err("expired_token"));
    assert_eq!(poll(&unfetched), Err("expired_token"));
}

fn begun_lasts(begun: &Begun) -> Duration {
    begun.lasts
}

#[test]
fn codes_to_type() {
    let (_, clock) = clock();
    let devices = Devices::new(clock);
    let here = AppspaceId::new();
    let code = devices.begin(here, "x".into(), BTreeSet::new()).user_code;
    assert_eq!((code.len(), code.find('-')), (9, Some(4)));
    for wrong in [
        "",
        "-",
        "BCDF",
        "BCDFGHJKL",
        "AEIO-UAEI",
        "bcdf-ghj1",
        &"B".repeat(500),
    ] {
        assert!(devices.find(here, wrong).is_none(), "{wrong}");
    }
}
