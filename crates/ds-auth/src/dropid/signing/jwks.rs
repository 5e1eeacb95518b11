//! Keys as servers publish them (RFC 7517): of all kinds there may be, the Ed25519 ones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// Keys beyond these are not kept.
const MOST: usize = 20;

/// The public keys of a server, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jwks(pub(super) Vec<(String, [u8; 32])>);

/// Keys that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("its keys cannot be understood")]
pub struct JwksError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Wire {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
}

impl Jwks {
    /// Reads a published set; what is of another kind is left out.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(body: &[u8]) -> Result<Self, JwksError> {
        let wire: Wire = serde_json::from_slice(body)?;
        let keys = wire.keys.into_iter();
        let keys = keys.filter_map(|key| usable(serde_json::from_value(key).ok()?));
        Ok(Self(keys.take(MOST).collect()))
    }

    pub(super) fn of(keys: Vec<(String, [u8; 32])>) -> Self {
        Self(keys)
    }

    /// The key of a name. Two of one name are none.
    pub(super) fn key(&self, id: &str) -> Option<&[u8; 32]> {
        let mut found = self.0.iter().filter(|(own, _)| own == id);
        let (_, key) = found.next()?;
        found.next().is_none().then_some(key)
    }

    /// The document for others.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let keys = self.0.iter().map(|(id, key)| {
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": id, "x": URL_SAFE_NO_PAD.encode(key),
            })
        });
        serde_json::json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

fn usable(key: Key) -> Option<(String, [u8; 32])> {
    let is_ours = key.kty == "OKP"
        && key.crv == "Ed25519"
        && key.purpose.is_none_or(|purpose| purpose == "sig")
        && key.alg.is_none_or(|alg| alg == "EdDSA" || alg == "Ed25519");
    let public = URL_SAFE_NO_PAD.decode(key.x).ok()?;
    is_ours.then_some((key.kid, public.try_into().ok()?))
}
