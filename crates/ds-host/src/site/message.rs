//! What error pages say: what happened, and what to do about it.

use std::sync::Arc;

use askama::Template;

use super::error::{SiteError, sentence};
use crate::ops::ErrorKind;

/// A page that says what happened and what to do.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    /// What it says.
    pub message: Arc<Message>,
}

/// In the extensions of an answer that is a [`MessagePage`]: what it says, for who shows it otherwise.
#[derive(Clone, Debug)]
pub struct Told(pub Arc<Message>);

/// What happened and what to do.
#[derive(Debug)]
pub struct Message {
    /// In a few words.
    pub title: String,
    /// What happened, in a sentence.
    pub happened: String,
    /// What to do about it.
    pub advice: String,
    /// Where to go from here, best first.
    pub links: Vec<Link>,
}

/// A way onward.
#[derive(Debug)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: &'static str,
}

impl SiteError {
    /// What its page says.
    pub(super) fn message(&self) -> Message {
        let say = |title: &str, happened: String, advice: &str, links| Message {
            title: title.to_owned(),
            happened,
            advice: advice.to_owned(),
            links,
        };
        match self {
            Self::NoPage => say(
                "No page here",
                "This address leads nowhere on this host.".to_owned(),
                "Check it for a typo, or start from your appspaces.",
                vec![home()],
            ),
            Self::NoMethod => say(
                "That does not work here",
                "This page exists, but not for what was asked of it.".to_owned(),
                "Go to your appspaces and try from there.",
                vec![home()],
            ),
            Self::Foreign => say(
                "Not taken",
                "This request did not come from a page of this site, so nothing was changed."
                    .to_owned(),
                "If you did ask for it, open the page here and try again. If you did not, another site tried to act in your name, and failed.",
                vec![home()],
            ),
            Self::NotOpened => say(
                "Not taken",
                "Another page wanted to log you in, so nothing was done.".to_owned(),
                "Open the app in a tab of its own and log in there.",
                vec![home()],
            ),
            Self::BadForm => say(
                "That form was not complete",
                "What arrived could not be read, so nothing was changed.".to_owned(),
                "Go back, reload the page and send it again.",
                vec![home()],
            ),
            Self::TooLarge => say(
                "That is too large",
                "More was sent than this page takes, so nothing was changed.".to_owned(),
                "Go back and send less.",
                vec![home()],
            ),
            Self::TooSlow => say(
                "That took too long",
                "What you sent did not arrive in time, so nothing was changed.".to_owned(),
                "Look whether your connection works, go back and try again.",
                vec![home()],
            ),
            Self::SetupLink => say(
                "This set-up link does not work",
                "It may have been used already, or ds-host was restarted and printed a new one."
                    .to_owned(),
                "If you have an account, log in. If not, look for the newest link where ds-host was started; restarting it prints another.",
                vec![Link {
                    href: "/login".to_owned(),
                    text: "Log in",
                }],
            ),
            Self::NoRegistration => no_registration(),
            Self::NoAppspace(name) => say(
                "No such appspace",
                format!("There is no appspace at {name} on this host."),
                "Check the address. It may have been removed, or it may be on another host.",
                vec![home()],
            ),
            Self::NotMember {
                appspace,
                email,
                enter,
            } => say(
                "You are not a member there",
                format!("You are logged in as {email}, and {appspace} does not know you."),
                "Ask its owner to add you as a member. If you have another account here, log out and use that one.",
                enter
                    .iter()
                    .map(|enter| Link {
                        href: enter.clone(),
                        text: "Log in another way",
                    })
                    .chain([home()])
                    .collect(),
            ),
            Self::Operation(error) if error.kind() != ErrorKind::Internal => say(
                operation_title(error.kind()),
                sentence(&error.to_string()),
                &sentence(error.hint().unwrap_or("Go back and try again.")),
                vec![home()],
            ),
            Self::Operation(_) | Self::Failed { .. } => say(
                "Something went wrong here",
                "The host could not do this. It is not your fault, and nothing was changed."
                    .to_owned(),
                "Try again in a moment. If it stays, whoever runs this host finds the reason in its log.",
                vec![home()],
            ),
        }
    }
}

fn no_registration() -> Message {
    Message {
        title: "Not allowed".to_owned(),
        happened: "This host takes no new people by themselves.".to_owned(),
        advice: "Ask whoever runs it for an invitation. If you have an account, log in.".to_owned(),
        links: vec![Link {
            href: "/login".to_owned(),
            text: "Log in",
        }],
    }
}

fn operation_title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "Not found",
        ErrorKind::Conflict => "That clashes with something",
        ErrorKind::Invalid => "That does not fit",
        ErrorKind::Forbidden => "Not allowed",
        ErrorKind::Busy => "Not right now",
        ErrorKind::Internal => "Something went wrong here",
    }
}

fn home() -> Link {
    Link {
        href: "/".to_owned(),
        text: "Your appspaces",
    }
}
