//! What a browser brings back from a person's server.

use super::LoginError;

/// The longest code that is sent on.
const CODE_BYTES: usize = 2048;
/// The person said no (RFC 6749, 4.1.2.1).
const DECLINED: &str = "access_denied";

/// The parameters of the address it comes back to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// Which login it was.
    pub state: String,
    code: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
}

impl Callback {
    /// Reads a query. A parameter that is there twice (RFC 6749, 3.1) makes all of it none.
    ///
    /// # Errors
    /// If there is no state, or something twice.
    pub fn read(query: &str) -> Result<Self, LoginError> {
        let (mut state, mut code, mut issuer, mut error) = (None, None, None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "state" => &mut state,
                "code" => &mut code,
                "iss" => &mut issuer,
                "error" => &mut error,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(LoginError::Stale);
            }
        }
        Ok(Self {
            state: state.ok_or(LoginError::Stale)?,
            code,
            issuer,
            error,
        })
    }

    /// The code, if it comes from whom it was asked of (RFC 9207).
    pub(super) fn code_from(&self, issuer: &str) -> Result<&str, LoginError> {
        match &self.issuer {
            Some(named) if named == issuer => {}
            // Some servers name themselves only with a code. Nothing is sent on for this, whoever says it.
            None if self.error.as_deref() == Some(DECLINED) => return Err(LoginError::Declined),
            _ => return Err(LoginError::MixedUp),
        }
        match (&self.error, &self.code) {
            (Some(error), _) if error == DECLINED => Err(LoginError::Declined),
            (Some(_), _) => Err(LoginError::Answer("it reports an error")),
            (None, Some(code)) if (1..=CODE_BYTES).contains(&code.len()) => Ok(code),
            _ => Err(LoginError::Answer("there is no code in it")),
        }
    }
}
