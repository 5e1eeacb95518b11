//! What a program on the same computer asks for, by the browser that it opens.

use std::collections::{BTreeMap, BTreeSet};

use ds_core::{Permission, secret::TokenHash};

use super::Loopback;
use crate::dropid::pkce;

/// The longest name of a program, in characters.
const NAME: usize = 80;
/// The longest state, in bytes.
const STATE: usize = 512;
/// A program asks for this many permissions at most.
const SCOPE: usize = 50;
/// No request has more parameters.
const MOST: usize = 30;

/// A request that makes sense.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the program calls itself.
    pub client: String,
    /// Where it listens.
    pub redirect: Loopback,
    /// What it wants to hear again.
    pub state: Option<String>,
    /// What it will prove that it knows.
    pub challenge: TokenHash,
    /// What it wants to do beyond being a member.
    pub scope: BTreeSet<Permission>,
}

/// Why a request is refused, and to whom that is said.
#[derive(Debug)]
pub enum Refusal {
    /// To the person: where an answer may go is not known.
    Shown(&'static str),
    /// To the program, in the words of OAuth 2.
    Told {
        /// Where it listens.
        redirect: Box<Loopback>,
        /// What it wants to hear again.
        state: Option<String>,
        /// The word for it.
        error: &'static str,
        /// What is wrong.
        description: &'static str,
    },
}

impl Asked {
    /// The parameters that mean something. A page that repeats a request repeats no others: what the member chooses there
    /// is not for the program to say.
    pub const PARAMETERS: [&str; 7] = [
        "response_type",
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
        "scope",
    ];

    /// Reads the parameters of a request.
    ///
    /// # Errors
    /// If it makes no sense. Until it is known where the program is, that is shown and goes nowhere.
    pub fn read(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Refusal> {
        let mut all = BTreeMap::new();
        for (name, value) in pairs {
            if all.len() >= MOST || all.insert(name, value).is_some() {
                return Err(Refusal::Shown("it says something twice"));
            }
        }
        let mut take = |name: &str| all.remove(name).filter(|value| !value.is_empty());
        let client = take("client_id").and_then(|name| client_name(&name));
        let client = client.ok_or(Refusal::Shown("it does not say what it is called"))?;
        let redirect = take("redirect_uri").and_then(|text| Loopback::parse(&text));
        let redirect = redirect.ok_or(Refusal::Shown(
            "it does not listen on this computer, at http://127.0.0.1 or http://[::1]",
        ))?;
        let state = take("state");
        let told = |state: Option<String>, error, description| {
            Err(Refusal::Told {
                redirect: Box::new(redirect.clone()),
                state,
                error,
                description,
            })
        };
        if state.as_ref().is_some_and(|state| state.len() > STATE) {
            return told(None, "invalid_request", "state is too long");
        }
        if take("response_type").as_deref() != Some("code") {
            return told(
                state,
                "unsupported_response_type",
                "response_type is not code",
            );
        }
        if take("code_challenge_method").as_deref() != Some("S256") {
            return told(
                state,
                "invalid_request",
                "code_challenge_method is not S256",
            );
        }
        let challenge = take("code_challenge").and_then(|text| pkce::challenge(&text));
        let Some(challenge) = challenge else {
            return told(state, "invalid_request", "code_challenge is none of S256");
        };
        let Some(scope) = scope(&take("scope").unwrap_or_default()) else {
            return told(state, "invalid_scope", "scope is not a list of permissions");
        };
        Ok(Self {
            client,
            redirect,
            state,
            challenge,
            scope,
        })
    }
}

/// A program's name for itself, if it can be shown: 1 to 80 visible characters, none that turn the direction of text.
#[must_use]
pub fn client_name(text: &str) -> Option<String> {
    let text = text.trim();
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let plain = |c: char| !c.is_control() && !turns(c);
    ((1..=NAME).contains(&text.chars().count()) && text.chars().all(plain)).then(|| text.to_owned())
}

/// The permissions in a scope: names with spaces between them.
#[must_use]
pub fn scope(text: &str) -> Option<BTreeSet<Permission>> {
    let all: Result<BTreeSet<Permission>, _> = text
        .split(' ')
        .filter(|name| !name.is_empty())
        .take(SCOPE + 1)
        .map(str::parse)
        .collect();
    all.ok().filter(|all| all.len() <= SCOPE)
}
