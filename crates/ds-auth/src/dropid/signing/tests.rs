//! Signing, and what is not believed.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ds_core::{Clock as _, ManualClock, StoreError};
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp(1_767_225_600_000);
const DAY: Duration = Duration::from_hours(24);

#[derive(Default)]
struct Fake(Mutex<Vec<StoredKey>>);

#[async_trait]
impl SigningKeyStore for Fake {
    async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        Ok(self.0.lock().unwrap().clone())
    }
    async fn add_signing_key(&self, key: &StoredKey, known: usize) -> Result<bool, StoreError> {
        let mut keys = self.0.lock().unwrap();
        let is_so = keys.len() == known;
        if is_so {
            keys.push(key.clone());
        }
        Ok(is_so)
    }
    async fn forget_signing_keys(&self, before: Timestamp) -> Result<(), StoreError> {
        self.0.lock().unwrap().retain(|key| key.made >= before);
        Ok(())
    }
}

fn ring() -> (Arc<ManualClock>, KeyRing) {
    let clock = Arc::new(ManualClock::new(NOW));
    let ring = KeyRing::new(Arc::new(Fake::default()), clock.clone());
    (clock, ring)
}

/// Keys of a host that has none yet.
pub(crate) fn fresh_ring() -> KeyRing {
    ring().1
}

const EXPECTED: Expected<'static> = Expected {
    issuer: "https://b.example/",
    audience: "https://a.example/client",
    nonce: "n",
    now: NOW,
};

fn claims() -> Claims {
    Claims::about(
        "https://b.example/ada",
        EXPECTED.issuer,
        EXPECTED.audience,
        Some("n"),
        NOW,
    )
}

#[tokio::test]
async fn what_is_signed_is_believed_for_what_it_was_signed_for() {
    let (_, ring) = ring();
    let (key, keys) = (
        ring.current().await.unwrap(),
        ring.published().await.unwrap(),
    );
    let keys = Jwks::read(keys.document().to_string().as_bytes()).unwrap();
    let token = sign(&claims(), &key);
    assert_eq!(verify(&token, &keys, &EXPECTED).unwrap(), claims());

    let not = |expected: Expected<'_>| {
        let refused = verify(&token, &keys, &expected);
        assert!(
            matches!(refused, Err(SignatureError::Claims(_))),
            "{expected:?}"
        );
    };
    not(Expected {
        issuer: "https://c.example/",
        ..EXPECTED
    });
    not(Expected {
        issuer: "https://b.example",
        ..EXPECTED
    });
    not(Expected {
        audience: "https://a.example/other",
        ..EXPECTED
    });
    not(Expected {
        nonce: "m",
        ..EXPECTED
    });
    not(Expected {
        now: NOW.plus(Duration::from_mins(3)),
        ..EXPECTED
    });
    not(Expected {
        now: NOW.minus(Duration::from_secs(61)),
        ..EXPECTED
    });
    let late = NOW.plus(Duration::from_millis(179_999));
    assert!(
        verify(
            &token,
            &keys,
            &Expected {
                now: late,
                ..EXPECTED
            }
        )
        .is_ok()
    );

    for changed in [
        Claims {
            nonce: None,
            ..claims()
        },
        Claims {
            iat: claims().iat + 61,
            ..claims()
        },
        Claims {
            exp: i64::MAX,
            iat: claims().iat - 600,
            ..claims()
        },
        Claims {
            exp: i64::MIN,
            ..claims()
        },
    ] {
        let refused = verify(&sign(&changed, &key), &keys, &EXPECTED);
        assert!(
            matches!(refused, Err(SignatureError::Claims(_))),
            "{changed:?}"
        );
    }
}

#[tokio::test]
async fn forgeries() {
    let (_, ring) = ring();
    let (key, keys) = (
        ring.current().await.unwrap(),
        ring.published().await.unwrap(),
    );
    let token = sign(&claims(), &key);
    let [header, payload, signature]: [&str; 3] =
        token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());

    let (_, stranger) = ring_with_stranger().await;
    let foreign = sign(&claims(), &stranger);
    assert!(matches!(
        verify(&foreign, &keys, &EXPECTED),
        Err(SignatureError::UnknownKey)
    ));
    // The stranger's signature under the name of the true key.
    let named = part(json!({ "alg": "EdDSA", "kid": key.id() }));
    let signed = format!("{named}.{payload}");
    let forged = URL_SAFE_NO_PAD.encode(stranger.sign(signed.as_bytes()));
    let wrong = format!("{signed}.{forged}");
    assert!(matches!(
        verify(&wrong, &keys, &EXPECTED),
        Err(SignatureError::Wrong)
    ));

    let mut other = claims();
    other.sub = "https://b.example/bob".into();
    let swapped = part(json!(other));
    let check = |token: String| assert!(verify(&token, &keys, &EXPECTED).is_err(), "{token}");
    check(format!("{header}.{swapped}.{signature}"));
    check(format!("{header}.{payload}."));
    check(format!("{header}.{payload}"));
    check(format!("{header}.{payload}.{signature}."));
    check(format!("{header}.{payload}.{signature}A"));
    check(format!(".{payload}.{signature}"));
    check(String::new());
    check("a".repeat(MOST_BYTES + 1));
    for header in [
        json!({ "alg": "none", "kid": key.id() }),
        json!({ "alg": "HS256", "kid": key.id() }),
        json!({ "alg": "eddsa", "kid": key.id() }),
        json!({ "alg": "EdDSA", "kid": key.id(), "crit": ["x"] }),
        json!({ "alg": "EdDSA" }),
    ] {
        let signed = format!("{}.{payload}", part(header));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        check(format!("{signed}.{signature}"));
    }
    // A key that the header brings along is not looked at.
    let jwk = json!({ "alg": "EdDSA", "kid": "x", "jwk": keys.document()["keys"][0] });
    let signed = format!("{}.{payload}", part(jwk));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    check(format!("{signed}.{signature}"));
}

async fn ring_with_stranger() -> (KeyRing, SigningKey) {
    let (_, ring) = ring();
    let key = ring.current().await.unwrap();
    (ring, key)
}

#[test]
fn published_keys_of_other_kinds_are_left_out() {
    let x = URL_SAFE_NO_PAD.encode([7; 32]);
    let good = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": x });
    let with = |key: &str, value: &str| {
        let mut changed = good.clone();
        changed[key] = json!(value);
        changed
    };
    let keys = json!({ "keys": [
        good, with("kty", "EC"), with("crv", "X25519"), with("use", "enc"), with("alg", "RS256"),
        with("x", "AA"), json!(7), json!({}), with("kid", "b"), with("kid", "b"),
    ]});
    let keys = Jwks::read(keys.to_string().as_bytes()).unwrap();
    assert!(keys.key("a").is_some());
    assert!(keys.key("b").is_none(), "two of one name");
    assert!(Jwks::read(b"{}").is_err() && Jwks::read(b"[").is_err());
    let many = json!({ "keys": vec![good; 1000] });
    assert_eq!(Jwks::read(many.to_string().as_bytes()).unwrap().0.len(), 20);
}

/// The example of RFC 8037, appendix A.
#[test]
fn names_are_thumbprints() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let json = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    let id = ds_core::secret::Token::presented(&json).hash();
    assert_eq!(id.as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn stages() {
    use KeyStage::{Current, Next, Over, Past};
    let check = |made_days_ago: &[u64], stages: &[KeyStage], make: bool| {
        let ago = |days: &u64| NOW.minus(DAY * u32::try_from(*days).unwrap());
        let made: Vec<_> = made_days_ago.iter().map(ago).collect();
        let expect = Rotation {
            stages: stages.to_vec(),
            make,
        };
        assert_eq!(Rotation::of(&made, NOW), expect, "{made_days_ago:?}");
    };
    check(&[], &[], true);
    check(&[0], &[Current], false);
    check(&[89], &[Current], false);
    check(&[90], &[Current], true);
    check(&[90, 0], &[Current, Next], false);
    check(&[91, 1], &[Past, Current], false);
    check(&[92, 2], &[Over, Current], false);
    check(&[200, 100, 0], &[Over, Current, Next], false);
    check(&[0, 0], &[Current, Next], false);
}

#[tokio::test]
async fn a_year_of_rotation() {
    let (clock, ring) = ring();
    let mut seen: Vec<(String, String)> = Vec::new();
    for _ in 0..365 {
        let (key, keys) = (
            ring.current().await.unwrap(),
            ring.published().await.unwrap(),
        );
        // What a client remembers of an hour ago still serves.
        let token = sign(&Claims::about("s", "i", "a", Some("n"), clock.now()), &key);
        let expected = Expected {
            issuer: "i",
            audience: "a",
            nonce: "n",
            now: clock.now(),
        };
        assert!(verify(&token, &keys, &expected).is_ok());
        if let Some((_, before)) = seen.last() {
            let before = Jwks::read(before.as_bytes()).unwrap();
            assert!(
                verify(&token, &before, &expected).is_ok(),
                "known a day before it signs"
            );
        }
        ring.rotate().await.unwrap();
        let published = ring.published().await.unwrap().document().to_string();
        seen.push((key.id().to_owned(), published));
        clock.advance(DAY);
    }
    let mut names: Vec<_> = seen.into_iter().map(|(id, _)| id).collect();
    names.dedup();
    assert!((4..=5).contains(&names.len()), "{}", names.len());

    let last = names.pop().unwrap();
    ring.replace_all().await.unwrap();
    let (key, keys) = (
        ring.current().await.unwrap(),
        ring.published().await.unwrap(),
    );
    assert!(key.id() != last && keys.key(&last).is_none() && keys.key(key.id()).is_some());
}
