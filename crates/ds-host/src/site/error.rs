//! Why a page could not be shown, as a page that says what happened and what to do.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{message::MessagePage, pages::page};
use crate::ops::OpError;

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
    /// A form that makes no sense.
    #[error("the form could not be read")]
    BadForm,
    /// More was sent than is taken.
    #[error("too much was sent")]
    TooLarge,
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
    },
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
    pub(super) fn failed<E>(action: &'static str) -> impl FnOnce(E) -> Self
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
            Self::Foreign | Self::NotMember { .. } => StatusCode::FORBIDDEN,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Operation(error) => error.kind().status(),
            Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A message of an error as a sentence: capital first, full stop last.
pub(super) fn sentence(text: &str) -> String {
    let mut rest = text.trim().chars();
    let mut sentence: String = rest
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    sentence.push_str(rest.as_str());
    if !sentence.ends_with(['.', '!', '?', '`']) && !sentence.is_empty() {
        sentence.push('.');
    }
    sentence
}

/// What to tell somebody whose operation was not done: what happened, and what to do.
pub(super) fn told(error: &OpError) -> String {
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
        let message = self.message();
        page(self.status(), &MessagePage { message })
    }
}
