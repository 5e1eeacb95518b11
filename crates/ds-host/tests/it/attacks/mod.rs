//! Attacks on logging in, sessions, cookies, tokens and membership, each on the real program by somebody who knows how it
//! works. Each is refused and changes nothing: after each, those who may enter still can.

mod client;
mod cookies;
mod forms;
mod login;
mod membership;
mod sessions;
mod sign_on;
mod tokens;
mod world;

use world::World;

/// What is tried, and the trial: it asserts what came back.
type Attack = (&'static str, fn(&World));

const TABLES: [(&str, &[Attack]); 7] = [
    ("login", login::ATTACKS),
    ("sessions", sessions::ATTACKS),
    ("single sign-on", sign_on::ATTACKS),
    ("cookies and headers", cookies::ATTACKS),
    ("forms", forms::ATTACKS),
    ("tokens", tokens::ATTACKS),
    ("membership", membership::ATTACKS),
];

fn check(attacks: &[Attack]) {
    let world = World::new();
    let not_refused: Vec<_> = attacks
        .iter()
        .filter(|(_, attack)| {
            let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                attack(&world);
                world.assert_unharmed();
            }));
            tried.is_err()
        })
        .map(|(name, _)| name)
        .collect();
    assert!(not_refused.is_empty(), "not refused: {not_refused:#?}");
}

#[test]
fn there_are_many() {
    let all = TABLES.iter().flat_map(|(_, attacks)| attacks.iter());
    let names: std::collections::BTreeSet<_> = all.clone().map(|(name, _)| name).collect();
    assert!(names.len() >= 60, "{}", names.len());
    assert_eq!(names.len(), all.count(), "a name is there twice");
}

#[test]
fn on_login() {
    check(login::ATTACKS);
}

#[test]
fn on_sessions() {
    check(sessions::ATTACKS);
}

#[test]
fn on_single_sign_on() {
    check(sign_on::ATTACKS);
}

#[test]
fn on_cookies_and_headers() {
    check(cookies::ATTACKS);
}

#[test]
fn by_forms() {
    check(forms::ATTACKS);
}

#[test]
fn on_tokens() {
    check(tokens::ATTACKS);
}

#[test]
fn on_membership() {
    check(membership::ATTACKS);
}
