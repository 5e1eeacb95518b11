//! Sessions that are made up, over, somebody else's, or of another place.

use super::{
    Attack,
    client::Ask,
    world::{NOTES, PASSWORD, SITE, WIKI, World},
};

/// The value of `name=value`.
fn value(cookie: &str) -> &str {
    cookie.split_once('=').unwrap().1
}

fn at_notes(world: &World, token: &str) {
    let session = format!("ds-member={token}");
    assert!(!world.is_in(&session, NOTES), "{session}");
    let change = Ask::form(NOTES, "/", &[]).cookie(&session);
    world.send(&change).assert_refused();
}

fn at_site(world: &World, token: &str) {
    assert!(!world.is_known(&format!("ds-account={token}")), "{token}");
}

pub(super) const ATTACKS: &[Attack] = &[
    ("sessions that were made up", |world| {
        for token in [
            "",
            "x",
            "null",
            "0",
            &"A".repeat(43),
            &"A".repeat(5000),
            "../../etc/passwd",
            "' OR 1=1 --",
        ] {
            at_notes(world, token);
            at_site(world, token);
        }
    }),
    ("a session cut short or made longer", |world| {
        let token = value(&world.bob_there);
        for changed in [
            &token[..token.len() - 1],
            &format!("{token}A"),
            &format!("{token}="),
            &format!(" {token}x"),
        ] {
            at_notes(world, changed);
        }
    }),
    ("a session in other letters", |world| {
        let token = value(&world.bob_there);
        let swapped = |letter: char| {
            if letter.is_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        };
        at_notes(world, &token.chars().map(swapped).collect::<String>());
    }),
    ("what the database has of a session", |world| {
        for session in [&world.bob_there, &world.ada] {
            let hash = ds_core::secret::Token::presented(value(session)).hash();
            at_notes(world, hash.as_str());
            at_site(world, hash.as_str());
        }
    }),
    ("an account's session at an appspace", |world| {
        at_notes(world, value(&world.ada));
        assert!(!world.is_in(&world.ada, NOTES));
    }),
    ("a member's session at the account site", |world| {
        at_site(world, value(&world.bob_there));
        assert!(!world.is_known(&world.bob_there));
    }),
    ("a session of one appspace at another", |world| {
        assert!(!world.is_in(&world.bob_there, WIKI));
        assert!(!world.is_in(&world.eve_there, NOTES));
    }),
    ("a session in a header or in the address", |world| {
        let token = value(&world.bob_there);
        let bearer = format!("Bearer {token}");
        let ask = Ask::get(NOTES, "/").header("Authorization", &bearer);
        world.send(&ask).assert_refused();
        world
            .send(&Ask::get(NOTES, &format!("/?ds-member={token}")))
            .assert_refused();
    }),
    ("two sessions at once, of which one is planted", |world| {
        let both = format!("{}; ds-member={}", world.bob_there, "A".repeat(43));
        assert!(!world.is_in(&both, NOTES));
        let both = format!("ds-member={}; {}", "A".repeat(43), world.bob_there);
        assert!(!world.is_in(&both, NOTES));
    }),
    ("a member's session after logging out", |world| {
        let session = world.enter(&world.bob, NOTES);
        assert!(world.is_in(&session, NOTES));
        world
            .send(&Ask::form(NOTES, "/.dropserver/logout", &[]).cookie(&session))
            .assert_status(303);
        assert!(!world.is_in(&session, NOTES));
    }),
    ("an account's session after logging out", |world| {
        let session = world.log_in("bob");
        assert!(world.is_known(&session));
        world
            .send(&Ask::form(SITE, "/logout", &[]).cookie(&session))
            .assert_status(303);
        assert!(!world.is_known(&session));
    }),
    ("logging somebody out from another site", |world| {
        for (host, path, session) in [
            (NOTES, "/.dropserver/logout", &world.bob_there),
            (SITE, "/logout", &world.ada),
        ] {
            let ask = Ask::form(host, path, &[]).instead("Sec-Fetch-Site", Some("cross-site"));
            world.send(&ask.cookie(session)).assert_status(403);
        }
    }),
    ("sessions of an account that is blocked", |world| {
        let email = "mallory@example.com";
        let account = world.newcomer("mallory");
        let member = world.enter(&account, NOTES);
        assert!(world.is_in(&member, NOTES) && world.is_known(&account));
        world.do_line(&format!("account block {email}"));
        assert!(!world.is_known(&account));
        assert!(!world.is_in(&member, NOTES));
        let credentials = World::credentials(email, PASSWORD);
        world.send(&credentials).assert_refused();
    }),
];
