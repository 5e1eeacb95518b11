//! What an authorization server says of itself (RFC 8414, as IndieAuth has it).

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    name::Local,
    profile::{URL_BYTES, web_url},
};

/// Where our own is, below the account site: the place that RFC 8414 has for it.
pub const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
/// Where our own keys are.
pub const KEYS_PATH: &str = "/.well-known/jwks.json";
/// Where people are asked, and codes redeemed.
pub const AUTHORIZE_PATH: &str = "/dropid/authorize";

/// What is kept of a server's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Its name for itself, compared as text.
    pub issuer: String,
    /// Where people are sent, and codes redeemed.
    pub authorization_endpoint: Url,
    /// Where its keys are, if it signs who somebody is.
    pub keys: Option<Url>,
}

/// Metadata that is not relied on.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// It is not what it should be.
    #[error("its description cannot be understood")]
    Json(#[source] serde_json::Error),
    /// It says something that must not be.
    #[error("its description is not to be relied on: {0}")]
    Refused(&'static str),
}

#[derive(Deserialize)]
struct Wire {
    issuer: String,
    authorization_endpoint: String,
    code_challenge_methods_supported: Vec<String>,
    response_types_supported: Option<Vec<String>>,
    jwks_uri: Option<String>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
}

impl Metadata {
    /// Reads what was found at `at`.
    ///
    /// # Errors
    /// If it cannot be understood, or relied on.
    pub fn read(at: &Url, body: &[u8], local: Local) -> Result<Self, MetadataError> {
        let wire: Wire = serde_json::from_slice(body).map_err(MetadataError::Json)?;
        let refuse = |why| Err(MetadataError::Refused(why));
        if !is_issuer_of(&wire.issuer, at, local) {
            return refuse("its issuer is not an https address that its own begins with");
        }
        if !wire
            .code_challenge_methods_supported
            .iter()
            .any(|m| m == "S256")
        {
            return refuse("it does not know S256");
        }
        let types = wire.response_types_supported;
        if types.is_some_and(|types| !types.iter().any(|t| t == "code")) {
            return refuse("it gives no codes");
        }
        let Ok(authorization_endpoint) = web_url(&wire.authorization_endpoint, local) else {
            return refuse("its authorization endpoint is no https address");
        };
        let algorithms = &wire.id_token_signing_alg_values_supported;
        let keys = match wire.jwks_uri {
            Some(keys) if algorithms.iter().any(|a| a == "EdDSA") => Some(keys),
            _ => None,
        };
        let Ok(keys) = keys.map(|keys| web_url(&keys, local)).transpose() else {
            return refuse("its keys are at no https address");
        };
        Ok(Self {
            issuer: wire.issuer,
            authorization_endpoint,
            keys,
        })
    }

    /// Our own, for the account site at this origin.
    ///
    /// # Errors
    /// If that is no address to begin with.
    pub fn of_site(origin: &Url) -> Result<Self, url::ParseError> {
        Ok(Self {
            issuer: origin.join("/")?.into(),
            authorization_endpoint: origin.join(AUTHORIZE_PATH)?,
            keys: Some(origin.join(KEYS_PATH)?),
        })
    }

    /// The document for others.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        let endpoint = self.authorization_endpoint.as_str();
        serde_json::json!({
            "issuer": self.issuer,
            "authorization_endpoint": endpoint,
            // IndieAuth wants one. Codes are redeemed there too, and no access tokens given.
            "token_endpoint": endpoint,
            "jwks_uri": self.keys,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "profile"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
            "token_endpoint_auth_methods_supported": ["none"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
        })
    }
}

/// Whether this may name the server whose metadata is at `at`: it must begin with it, part by part, so that nobody
/// names another server.
fn is_issuer_of(issuer: &str, at: &Url, local: Local) -> bool {
    let Ok(url) = web_url(issuer, local) else {
        return false;
    };
    if issuer.len() > URL_BYTES || url.query().is_some() || url.origin() != at.origin() {
        return false;
    }
    let (own, whole) = (url.path(), at.path());
    let below = whole.strip_prefix(own);
    below.is_some_and(|rest| own.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn good() -> Value {
        json!({
            "issuer": "https://b.example/",
            "authorization_endpoint": "https://b.example/auth",
            "token_endpoint": "https://b.example/token",
            "code_challenge_methods_supported": ["plain", "S256"],
            "jwks_uri": "https://b.example/keys",
            "id_token_signing_alg_values_supported": ["RS256", "EdDSA"],
        })
    }

    fn read(at: &str, value: &Value) -> Result<Metadata, MetadataError> {
        let at = Url::parse(at).unwrap();
        Metadata::read(&at, value.to_string().as_bytes(), Local::Refused)
    }

    const AT: &str = "https://b.example/.well-known/oauth-authorization-server";

    #[test]
    fn what_is_relied_on() {
        let got = read(AT, &good()).unwrap();
        assert_eq!(got.issuer, "https://b.example/");
        assert_eq!(
            got.authorization_endpoint.as_str(),
            "https://b.example/auth"
        );
        assert_eq!(got.keys.unwrap().as_str(), "https://b.example/keys");

        let check = |key: &str, value: Value, is_good: bool| {
            let mut changed = good();
            changed[key] = value;
            assert_eq!(read(AT, &changed).is_ok(), is_good, "{changed}");
        };
        for issuer in [
            "",
            "b.example",
            "http://b.example/",
            "https://evil.example/",
            "https://b.example/?x",
            "https://b.example/#x",
            "https://b.example/other",
            "https://b.example/.well",
            "https://u@b.example/",
            "https://b.example:8443/",
            "https://b.example/../",
        ] {
            check("issuer", json!(issuer), false);
        }
        for issuer in [
            "https://b.example",
            "https://b.example/.well-known",
            "https://B.example/",
        ] {
            check("issuer", json!(issuer), true);
        }
        check("issuer", json!(7), false);
        check(
            "authorization_endpoint",
            json!("http://b.example/auth"),
            false,
        );
        check(
            "authorization_endpoint",
            json!("https://127.0.0.1/auth"),
            false,
        );
        check("authorization_endpoint", json!("/auth"), false);
        check("authorization_endpoint", Value::Null, false);
        check(
            "authorization_endpoint",
            json!("https://auth.example/a?b=c"),
            true,
        );
        check("code_challenge_methods_supported", json!(["plain"]), false);
        check("code_challenge_methods_supported", Value::Null, false);
        check("response_types_supported", json!(["token"]), false);
        check("response_types_supported", json!(["code"]), true);
        check("jwks_uri", json!("file:///etc/passwd"), false);
        check("more", json!([[[]]]), true);
    }

    #[test]
    fn who_signs() {
        let keys = |value: &Value| read(AT, value).unwrap().keys;
        let mut plain = good();
        plain["id_token_signing_alg_values_supported"] = json!(["RS256"]);
        assert_eq!(keys(&plain), None);
        let mut plain = good();
        plain["jwks_uri"] = Value::Null;
        assert_eq!(keys(&plain), None);
    }

    #[test]
    fn a_path_is_compared_part_by_part() {
        let check = |issuer: &str, at: &str, expect| {
            let at = Url::parse(at).unwrap();
            assert_eq!(
                is_issuer_of(issuer, &at, Local::Refused),
                expect,
                "{issuer} {at}"
            );
        };
        let at = "https://b.example/wp-json/indieauth/1.0/metadata";
        check("https://b.example/wp-json/indieauth/1.0", at, true);
        check("https://b.example/wp-json/", at, true);
        check("https://b.example/wp-js", at, false);
        check(at, at, true);
    }

    #[test]
    fn deep_json_is_refused() {
        let body = "[".repeat(50_000);
        let at = Url::parse(AT).unwrap();
        let read = Metadata::read(&at, body.as_bytes(), Local::Refused);
        assert!(matches!(read, Err(MetadataError::Json(_))));
    }

    #[test]
    fn our_own_is_relied_on() {
        let site = Url::parse("https://b.example").unwrap();
        let own = Metadata::of_site(&site).unwrap();
        assert_eq!(read(AT, &own.document()).unwrap(), own);
    }
}
