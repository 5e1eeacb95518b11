//! Invitation links of an appspace.

use std::time::Duration;

use ds_auth::joining::JoinLink;
use ds_core::{
    AccountId, Appspace,
    secret::{Token, TokenHash},
};

use super::InvitationView;
use crate::ops::{Action, ErrorKind, OpError, Ops};

/// How many links an appspace has at most, those that are over included.
const MOST_LINKS: usize = 100;
const MOST_USES: u32 = 100;
const MOST_DAYS: u32 = 90;
/// The longest note, in characters.
const NOTE: usize = 80;
/// How long a link that is over stays in the list.
const SHOWN_FOR: Duration = Duration::from_hours(7 * 24);

/// What a new link is to be.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// For whom it is, in the owner's words.
    pub note: String,
    /// What they may do who come with it.
    pub permissions: Vec<String>,
    /// How many may.
    pub uses: u32,
    /// For how many days.
    pub days: u32,
}

impl Ops {
    /// Makes an invitation link. It is told this once.
    pub async fn make_join_link(
        &self,
        owner: AccountId,
        address: &str,
        new: &NewLink,
    ) -> Result<(JoinLink, String), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let note = check(new)?;
        let permissions = self.known_permissions(&appspace, &new.permissions).await?;
        let now = self.now();
        if self.joins().join_links(appspace.id).await?.len() >= MOST_LINKS {
            let message = format!("{} has {MOST_LINKS} invitation links", appspace.address);
            return Err(OpError::new(ErrorKind::Conflict, message)
                .with_hint("withdraw those that nobody is to use any more"));
        }
        let token = Token::random();
        let link = JoinLink {
            token: token.hash(),
            appspace: appspace.id,
            permissions,
            note: note.to_owned(),
            uses_left: new.uses,
            created: now,
            expires: now.plus(Duration::from_hours(24) * new.days),
        };
        self.joins().add_join_link(&link).await?;
        let about = match note {
            "" => format!("to {}, by link", appspace.address),
            note => format!("to {}, by link: {note}", appspace.address),
        };
        self.note(owner, Action::MemberInvited, about).await;
        let origin = self.names().origin(&appspace.address);
        Ok((
            link,
            format!("{origin}/.dropserver/join/{}", token.reveal()),
        ))
    }

    /// The invitation links of an appspace, newest first; those that are over for a while.
    pub async fn join_links(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<JoinLink>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let mut links = self.joins().join_links(appspace.id).await?;
        let shown = self.now().minus(SHOWN_FOR);
        links.retain(|link| link.expires > shown);
        Ok(links)
    }

    /// Takes an invitation link back. It is named by the hash that the list has.
    pub async fn remove_join_link(
        &self,
        owner: AccountId,
        address: &str,
        token: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let token = TokenHash::stored(token.to_owned());
        if self.joins().remove_join_link(appspace.id, &token).await? {
            let about = format!("to {}, by link", appspace.address);
            self.note(owner, Action::InvitationWithdrawn, about).await;
            return Ok(());
        }
        let message = "there is no such invitation link; it may have been withdrawn before";
        Err(OpError::new(ErrorKind::NotFound, message))
    }

    /// What somebody is told who comes with an invitation link.
    pub async fn invitation_to(
        &self,
        appspace: &Appspace,
        token: &Token,
    ) -> Result<InvitationView, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let link = self.good_link(appspace, token).await?;
        let members = self.parts.members.members(appspace.id).await?;
        let owner = members.into_iter().find(|member| member.is_owner);
        let mut as_member = owner.clone();
        if let Some(member) = &mut as_member {
            member.is_owner = false;
            member.permissions.clone_from(&link.permissions);
        }
        let role = match &as_member {
            Some(member) => self.role_name(appspace, member).await?,
            None => None,
        };
        Ok(InvitationView {
            by: owner.map(|owner| owner.display_name).unwrap_or_default(),
            role,
            permissions: link.permissions,
        })
    }
}

fn check(new: &NewLink) -> Result<&str, OpError> {
    let invalid = |message: String| Err(OpError::new(ErrorKind::Invalid, message));
    let note = new.note.trim();
    if note.chars().count() > NOTE || note.chars().any(char::is_control) {
        return invalid(format!(
            "what a link is for has up to {NOTE} characters, all on one line"
        ));
    }
    if !(1..=MOST_USES).contains(&new.uses) {
        return invalid(format!("a link is for 1 to {MOST_USES} people"));
    }
    if !(1..=MOST_DAYS).contains(&new.days) {
        return invalid(format!("a link is good for 1 to {MOST_DAYS} days"));
    }
    Ok(note)
}
