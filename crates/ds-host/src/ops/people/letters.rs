//! What letters about accounts say.

use ds_auth::people::Invitation;

use crate::mail::Letter;

/// Somebody is invited.
pub(super) fn invitation(
    to: &str,
    site: &str,
    link: &str,
    invitation: &Invitation,
    by: Option<&str>,
) -> Letter {
    let until = crate::site::words::date(invitation.expires);
    let invited = match by {
        Some(by) => format!("{by} invites you"),
        None => "You are invited".to_owned(),
    };
    let text = format!(
        "{invited} to have an account at {site}\n\n\
         Choose a password here, and it is yours:\n\n{link}\n\n\
         The link works once, until {until}. It is for you alone: whoever has it can make the account.\n\
         If you do not know what this is about, you need do nothing.\n"
    );
    Letter::new(to, "You are invited", text)
}

/// Somebody wants an account, and is to prove that the address is theirs.
pub(super) fn registration(to: &str, site: &str, link: &str) -> Letter {
    let text = format!(
        "Somebody, you we hope, asked for an account at {site} with this mail address.\n\n\
         Choose a password here, and it is yours:\n\n{link}\n\n\
         The link works once, within a day. If it was not you, you need do nothing.\n"
    );
    Letter::new(to, "Go on with your account", text)
}

/// Somebody wants an account and has one.
pub(super) fn has_account(to: &str, site: &str) -> Letter {
    let text = format!(
        "Somebody, you we hope, asked for an account at {site} with this mail address. There is one already.\n\n\
         Log in: {site}/login\n\
         If you forgot the password: {site}/forgot\n\n\
         If it was not you, you need do nothing.\n"
    );
    Letter::new(to, "You have an account already", text)
}

/// An account is gone.
pub(super) fn removed(to: &str, site: &str) -> Letter {
    let text = format!(
        "Your account at {site} was removed, with its apps and appspaces and their snapshots there.\n"
    );
    Letter::new(to, "Your account is gone", text)
}
