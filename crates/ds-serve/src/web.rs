//! What browsers are told about pages of an app, made ready once for all its requests.

use ds_core::{
    Manifest,
    web::{Cors, Csp, CspDirective},
};
use http::HeaderValue;

/// What pages of every app may do, directive by directive.
const POLICY: [(&str, &str); 12] = [
    ("default-src", "'self'"),
    ("script-src", "'self' 'wasm-unsafe-eval'"),
    ("style-src", "'self' 'unsafe-inline'"),
    ("img-src", "'self' data: blob:"),
    ("media-src", "'self' data: blob:"),
    ("font-src", "'self' data:"),
    ("connect-src", "'self'"),
    ("frame-src", "'self'"),
    ("worker-src", "'self' blob:"),
    ("object-src", "'none'"),
    ("base-uri", "'self'"),
    ("form-action", "'self'"),
];
/// Nobody else may show an app in a frame. No manifest changes that.
const FRAMES: &str = "frame-ancestors 'self'";

/// What browsers are told, and which other sites' scripts may use an app.
#[derive(Clone, Debug)]
pub struct Web {
    /// The `Content-Security-Policy` of every answer. Apps can be stricter: where several are sent, browsers apply
    /// them all.
    pub(crate) policy: HeaderValue,
    /// Whose scripts may come, with tokens.
    pub(crate) cors: Option<Cors>,
}

impl Web {
    /// What an app asks for.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            policy: policy(&manifest.csp),
            cors: manifest.cors.clone(),
        }
    }

    /// The same where no other site's scripts may come.
    #[must_use]
    pub(crate) fn to_itself(&self) -> Self {
        Self {
            cors: None,
            ..self.clone()
        }
    }
}

impl Default for Web {
    /// What an app gets that asks for nothing.
    fn default() -> Self {
        Self {
            policy: policy(&Csp::new()),
            cors: None,
        }
    }
}

fn policy(csp: &Csp) -> HeaderValue {
    let mut text = String::new();
    for (name, usual) in POLICY {
        let more = CspDirective::named(name).and_then(|directive| csp.get(&directive));
        text.push_str(name);
        text.push(' ');
        text.push_str(usual);
        for source in more.into_iter().flatten() {
            text.push(' ');
            text.push_str(&source.to_string());
        }
        text.push_str("; ");
    }
    text.push_str(FRAMES);
    // Sources are host names and words of ours, so this is always a header.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(csp: &str) -> String {
        let csp: Csp = serde_json::from_str(csp).unwrap();
        policy(&csp).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_manifest_widens_and_never_narrows() {
        let usual = text("{}");
        assert!(usual.contains("; connect-src 'self'; "), "{usual}");
        assert!(
            usual.ends_with("form-action 'self'; frame-ancestors 'self'"),
            "{usual}"
        );
        let check = |csp: &str, expect: &str| {
            let got = text(csp);
            assert!(got.contains(expect), "{got}");
            for (name, was) in POLICY {
                assert!(got.contains(&format!("{name} {was}")), "{name}: {got}");
            }
            assert_eq!(got.matches("frame-ancestors").count(), 1, "{got}");
        };
        check(
            r#"{"connect-src": ["https://api.example.com", "wss://api.example.com"]}"#,
            "; connect-src 'self' https://api.example.com wss://api.example.com; ",
        );
        check(
            r#"{"img-src": ["https:"]}"#,
            "; img-src 'self' data: blob: https:; ",
        );
        check(
            r#"{"script-src": ["'unsafe-inline'"]}"#,
            "script-src 'self' 'wasm-unsafe-eval' 'unsafe-inline'; ",
        );
        check(
            r#"{"frame-src": ["https://*.example.com"]}"#,
            "; frame-src 'self' https://*.example.com; ",
        );
    }
}
