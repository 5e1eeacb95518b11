//! A device with passkeys, in software: Chromium thinks it is part of the computer.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::json;

/// Plugs one in. Whoever is in front of it says yes to everything.
#[derive(Debug)]
pub(super) struct PlugIn;

impl WebDriverCompatibleCommand for PlugIn {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/webauthn/authenticator"))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let device = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
            "isUserConsenting": true,
        });
        (http::Method::POST, Some(device.to_string()))
    }
}
