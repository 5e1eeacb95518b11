//! Commands of ChromeDriver for which fantoccini has no name.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

/// One of them: where below the session it is sent, and what is sent.
#[derive(Debug)]
pub(super) struct Command {
    path: &'static str,
    body: Value,
}

impl Command {
    /// Plugs in a device with passkeys, in software: Chromium thinks it is part of the computer. Whoever is in front of it
    /// says yes to everything.
    pub(super) fn plug_in_a_device() -> Self {
        Self {
            path: "webauthn/authenticator",
            body: json!({
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": true,
                "hasUserVerification": true,
                "isUserVerified": true,
                "isUserConsenting": true,
            }),
        }
    }

    /// Takes what the browser logged since it was last asked: errors of scripts, failed loads, violated policies.
    pub(super) fn take_log() -> Self {
        Self {
            path: "se/log",
            body: json!({ "type": "browser" }),
        }
    }

    /// Tells Chromium itself something, by its own protocol.
    pub(super) fn tell(command: &str, parameters: &Value) -> Self {
        Self {
            path: "goog/cdp/execute",
            body: json!({ "cmd": command, "params": parameters }),
        }
    }
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
