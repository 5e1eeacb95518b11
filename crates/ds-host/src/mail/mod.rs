//! Mail from the host to people: what it is made of, and how it gets away.
//!
//! Whoever has something to say hands a [`Letter`] to a [`Mailer`] and goes on; [`Post`] records it, sends it in the
//! background, and tries again for a day if the server cannot take it now. Letters are plain text.

mod error;
mod file;
mod post;
mod smtp;
#[cfg(test)]
pub(crate) mod tests;

use std::{pin::Pin, time::Duration};

use async_trait::async_trait;
use ds_core::{LetterId, one_line};
use lettre::{
    Message,
    message::{Mailbox, header::ContentType},
};
use serde::{Deserialize, Serialize};

pub use error::MailError;
pub use file::FileTransport;
pub use post::{Post, PostParts};
pub use smtp::{Login, Password, Security, SmtpServer, SmtpTransport};

/// The most a subject has, in characters.
const SUBJECT_MAX: usize = 150;
/// The most a text has, in bytes.
const TEXT_MAX: usize = 100_000;

/// How long a letter is tried, unless it is of use for a shorter time.
const A_DAY: Duration = Duration::from_hours(24);

/// Something to say to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The mail address of an account.
    pub to: String,
    /// What it is about, in a line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// After this time nobody needs it any more, as with a link that is good no longer.
    pub useful_for: Duration,
    /// Whether somebody asked for it of whom nothing is known. There is room for few of those.
    #[serde(default)]
    pub by_stranger: bool,
    /// Whether nothing is known of the address either. There is room for fewer still of those.
    #[serde(default)]
    pub to_newcomer: bool,
}

/// Sends letters.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Takes a letter, which is sent soon. What was taken is not lost if the host ends.
    ///
    /// # Errors
    /// If it can never be sent, too many are waiting, or it cannot be recorded.
    async fn send(&self, letter: &Letter) -> Result<(), MailError>;

    /// Runs what ends in a letter. If the host ends meanwhile, it waits for that a little.
    fn write(&self, work: Writing) {
        tokio::spawn(work);
    }
}

/// What ends in a letter, perhaps.
pub type Writing = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes mail away from here.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands one message over; when this returns, it is somebody else's to deliver.
    ///
    /// # Errors
    /// If it was not taken.
    async fn deliver(&self, message: &Message) -> Result<(), MailError>;
}

impl Letter {
    /// A letter that is of use for a day.
    #[must_use]
    pub fn new(to: impl Into<String>, subject: impl Into<String>, text: String) -> Self {
        Self {
            to: to.into(),
            subject: subject.into(),
            text,
            useful_for: A_DAY,
            by_stranger: false,
            to_newcomer: false,
        }
    }

    /// The same, asked for by somebody of whom nothing is known.
    #[must_use]
    pub fn by_stranger(self) -> Self {
        Self {
            by_stranger: true,
            ..self
        }
    }

    /// The same, to an address of which nothing is known, because somebody typed it of whom nothing is known.
    #[must_use]
    pub fn for_newcomer(self) -> Self {
        Self {
            to_newcomer: true,
            ..self.by_stranger()
        }
    }

    /// The letter as it travels. Nothing in it can become a header of its own, and it has the same id however often it
    /// is tried.
    fn message(&self, from: &Mailbox, id: LetterId) -> Result<Message, MailError> {
        let address = self.to.parse().map_err(|source| MailError::Address {
            to: one_line(&self.to),
            source,
        })?;
        let subject: String = one_line(&self.subject).chars().take(SUBJECT_MAX).collect();
        let end = self.text.floor_char_boundary(TEXT_MAX);
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, address))
            .subject(subject)
            .date_now()
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            // No machine answers it.
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text[..end].to_owned())
            .map_err(MailError::Message)
    }
}

#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
