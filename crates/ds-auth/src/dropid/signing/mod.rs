//! Who somebody is, signed for one client, one login and two minutes: a JWT (RFC 7519) with Ed25519 (RFC 8037) and
//! the claims of OpenID Connect's ID token. One algorithm; nothing is negotiated.

mod jwks;
mod ring_of_keys;

pub use jwks::{Jwks, JwksError};
pub use ring_of_keys::{KeyRing, KeyStage, Rotation, SigningKey, SigningKeyStore, StoredKey};

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ds_core::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a signed answer is good: it travels from one server to another at once.
const GOOD_FOR: Duration = Duration::from_mins(2);
/// How far clocks may be apart.
const LEEWAY: Duration = Duration::from_mins(1);
/// Longer ones are not looked at.
const MOST_BYTES: usize = 8 << 10;

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signs.
    pub iss: String,
    /// Whom it is about: the address of their page.
    pub sub: String,
    /// For whom: the client, and nobody else.
    pub aud: String,
    /// Signed at, in seconds.
    pub iat: i64,
    /// Good until, in seconds.
    pub exp: i64,
    /// The login it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// What a signature must say to be believed.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who must have signed.
    pub issuer: &'a str,
    /// Who reads it.
    pub audience: &'a str,
    /// The login.
    pub nonce: &'a str,
    /// The present moment.
    pub now: Timestamp,
}

/// Why a signed answer is not believed.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// It is not signed as it must be.
    #[error("it is not signed as it must be: {0}")]
    Form(&'static str),
    /// Signed with a key that was not published when its keys were last asked for.
    #[error("it is signed with an unknown key")]
    UnknownKey,
    /// Not that key's signature.
    #[error("the signature is wrong")]
    Wrong,
    /// Signed, but for something else.
    #[error("it was signed for something else: {0}")]
    Claims(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// What must be understood; we understand nothing of it.
    crit: Option<serde::de::IgnoredAny>,
}

impl Claims {
    /// Those about somebody for a client.
    #[must_use]
    pub fn about(sub: &str, iss: &str, aud: &str, nonce: Option<&str>, now: Timestamp) -> Self {
        Self {
            iss: iss.to_owned(),
            sub: sub.to_owned(),
            aud: aud.to_owned(),
            iat: seconds(now),
            exp: seconds(now.plus(GOOD_FOR)),
            nonce: nonce.map(str::to_owned),
        }
    }

    fn check(&self, expected: &Expected<'_>) -> Result<(), &'static str> {
        let now = seconds(expected.now);
        let leeway = LEEWAY.as_secs().cast_signed();
        if self.iss != expected.issuer {
            return Err("by another server");
        }
        if self.aud != expected.audience {
            return Err("another client");
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err("another login");
        }
        let is_in_time = self.iat <= now.saturating_add(leeway)
            && now < self.exp.saturating_add(leeway)
            // Whoever signs for long does not get long.
            && now < self.iat.saturating_add(10 * leeway);
        is_in_time.then_some(()).ok_or("another time")
    }
}

/// Signs claims.
#[must_use]
pub fn sign(claims: &Claims, key: &SigningKey) -> String {
    let header = serde_json::json!({ "alg": "EdDSA", "kid": key.id(), "typ": "JWT" });
    let claims = serde_json::json!(claims);
    let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Reads what was signed, if it was signed by one of `keys` and says what is expected.
///
/// # Errors
/// If not; [`SignatureError::UnknownKey`] may be mended by asking for the keys anew.
pub fn verify(token: &str, keys: &Jwks, expected: &Expected<'_>) -> Result<Claims, SignatureError> {
    let form = SignatureError::Form;
    if token.len() > MOST_BYTES {
        return Err(form("it is too long"));
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(form("it has no parts"))?;
    let (header, payload) = signed.split_once('.').ok_or(form("it has no parts"))?;
    let header: Header = decode(header).ok_or(form("its header is none"))?;
    if header.alg != "EdDSA" || header.crit.is_some() {
        return Err(form("by another method"));
    }
    let signature = URL_SAFE_NO_PAD.decode(signature);
    let signature = signature.map_err(|_| form("its signature is none"))?;
    let key = keys.key(&header.kid).ok_or(SignatureError::UnknownKey)?;
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| SignatureError::Wrong)?;
    let claims: Claims = decode(payload).ok_or(form("what is signed cannot be read"))?;
    claims.check(expected).map_err(SignatureError::Claims)?;
    Ok(claims)
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1000)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::fresh_ring as tests_ring;
