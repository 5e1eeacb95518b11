//! Why a page could not be shown, as a page that says what happened and what to do.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    message::{MessagePage, Told},
    pages::page,
};
use crate::ops::{ErrorKind, OpError};

/// Why a page could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There is no such page.
    #[error("there is no such page")]
    NoPage,
    /// The page does not take this method.
    #[error("this page does not take that method")]
    NoMethod,
    /// A request that changes something did not come from this site.
    #[error("the request came from another site")]
    Foreign,
    /// A page wanted to log its visitor in by itself.
    #[error("another page asked for a login")]
    NotOpened,
    /// A form that makes no sense.
    #[error("the form could not be read")]
    BadForm,
    /// More was sent than is taken.
    #[error("too much was sent")]
    TooLarge,
    /// It took too long to arrive.
    #[error("the form took too long to arrive")]
    TooSlow,
    /// The set-up link is wrong, used up or from before a restart.
    #[error("the set-up link does not work")]
    SetupLink,
    /// The name is no appspace of this host.
    #[error("there is no appspace `{0}` here")]
    NoAppspace(String),
    /// Somebody who is logged in is no member of the appspace.
    #[error("{email} is not a member of {appspace}")]
    NotMember {
        /// The appspace's address.
        appspace: String,
        /// Who is logged in.
        email: String,
        /// Where they can log in there as somebody else, without an account here.
        enter: Option<String>,
    },
    /// This host takes no people who come by themselves.
    #[error("this host takes no new people by themselves")]
    NoRegistration,
    /// An operation was not done.
    #[error(transparent)]
    Operation(#[from] OpError),
    /// The host itself failed.
    #[error("cannot {action}")]
    Failed {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl SiteError {
    /// A failure of the host itself.
    pub(crate) fn failed<E>(action: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |error| Self::Failed {
            action,
            source: error.into(),
        }
    }

    /// The status of the page.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoPage | Self::NoAppspace(_) | Self::SetupLink => StatusCode::NOT_FOUND,
            Self::NoMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Foreign | Self::NotOpened | Self::NotMember { .. } | Self::NoRegistration => {
                StatusCode::FORBIDDEN
            }
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Operation(error) => error.kind().status(),
            Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A message of an error as a sentence: capital first, full stop last. A first word that is a name stays as it is.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut rest = text.chars();
    let mut sentence = String::new();
    if !text.split_whitespace().next().is_some_and(is_name)
        && let Some(first) = rest.next()
    {
        sentence.extend(first.to_uppercase());
    }
    sentence.push_str(rest.as_str());
    if !sentence.ends_with(['.', '!', '?', '`']) && !sentence.is_empty() {
        sentence.push('.');
    }
    sentence
}

/// Whether a word is an address, a host, a DropID, a path or code.
fn is_name(word: &str) -> bool {
    let has_dot_within = word
        .split('.')
        .skip(1)
        .any(|rest| rest.starts_with(char::is_alphanumeric));
    word.contains(['@', '/', '\\', '`']) || has_dot_within
}

/// What to tell somebody whose operation was not done: what happened, and what to do. Why the host itself
/// failed is for whoever runs it, in the log.
pub(crate) fn told(error: &OpError) -> String {
    if error.kind() == ErrorKind::Internal {
        tracing::error!(
            error = ds_core::error_chain(error),
            "an operation of the account site failed"
        );
        return "The host could not do this, and nothing was changed. Try again in a moment; if it stays, \
                whoever runs this host finds the reason in its log."
            .to_owned();
    }
    match error.hint() {
        Some(hint) => format!("{} {}", sentence(&error.to_string()), sentence(hint)),
        None => sentence(&error.to_string()),
    }
}

impl IntoResponse for SiteError {
    fn into_response(self) -> Response {
        if self.status().is_server_error() {
            tracing::error!(error = %ds_core::error_chain(&self), "a page could not be shown");
        }
        let message = Arc::new(self.message());
        let told = Told(Arc::clone(&message));
        let mut response = page(self.status(), &MessagePage { message });
        response.extensions_mut().insert(told);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_keep_names() {
        let check = |text: &str, expect: &str| assert_eq!(sentence(text), expect);
        check("there is no such page", "There is no such page.");
        check("wait. then try", "Wait. then try.");
        check("élan is there!", "Élan is there!");
        check(
            "bob@a.example has an account already",
            "bob@a.example has an account already.",
        );
        check(
            "diary.a.example takes nobody",
            "diary.a.example takes nobody.",
        );
        check("b.example/ada is a member", "b.example/ada is a member.");
        check("/etc is no file", "/etc is no file.");
        check("`notes` is taken", "`notes` is taken.");
        check("  ", "");
    }

    #[test]
    fn what_the_host_failed_at_is_not_told() {
        let path = "/srv/dropserver/appspaces/1";
        let check = |kind, expect: bool| {
            let error = OpError::new(kind, format!("cannot make {path}"));
            assert_eq!(told(&error).contains(path), expect, "{kind:?}");
            let page = SiteError::from(error).message();
            assert_eq!(page.happened.contains(path), expect, "{kind:?}");
        };
        check(ErrorKind::Invalid, true);
        check(ErrorKind::Internal, false);
    }
}
