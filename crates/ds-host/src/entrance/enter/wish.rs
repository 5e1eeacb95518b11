//! A letter that was asked for: whose the address is, and what it says.

use std::sync::Arc;

use ds_auth::people::EMAIL_LINK_FOR;
use ds_core::{LoginKind, ProxyId, StoreError, error_chain, secret::Token};

use super::{
    LETTER_PATH,
    admission::{Admission, admission},
    arrive::{self, Came},
    browser::with_account,
};
use crate::{
    entrance::{At, EntranceState},
    mail::{Letter, Mailer},
    site::LocalPath,
};

/// A letter that was asked for.
pub(super) struct Wish {
    pub(super) state: EntranceState,
    pub(super) at: At,
    pub(super) email: String,
    pub(super) browser: Token,
    pub(super) path: LocalPath,
}

/// What an address is good for.
enum Whose {
    /// Whoever has it may log in with a letter.
    Member,
    /// It is that of an account that asks for more than one proof.
    Guarded,
    /// It is no member's, but whoever has it may join.
    Comer,
    Nobody,
}

impl Wish {
    /// Sends a letter, if the address is somebody's whom it may let in.
    pub(super) async fn fulfil(self, mailer: Arc<dyn Mailer>) {
        let letter = match self.letter().await {
            Ok(Some(letter)) => letter.by_stranger(),
            Ok(None) => return,
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(error, "a letter to log in with could not be written");
                return;
            }
        };
        if let Err(error) = mailer.send(&letter).await {
            let error = error_chain(&error);
            tracing::warn!(error, "a letter to log in with could not be sent");
        }
    }

    async fn letter(&self) -> Result<Option<Letter>, StoreError> {
        match self.whose().await? {
            Whose::Nobody => Ok(None),
            Whose::Guarded => Ok(Some(self.guarded())),
            whose @ (Whose::Member | Whose::Comer) => {
                let logins = &self.state.logins.emails;
                let token = logins.begin(
                    self.at.appspace.id,
                    &self.email,
                    &self.browser,
                    self.path.as_str(),
                );
                let letter = self.link(&token.await?);
                Ok(Some(match whose {
                    Whose::Comer => letter.for_newcomer(),
                    _ => letter,
                }))
            }
        }
    }

    async fn whose(&self) -> Result<Whose, StoreError> {
        let (id, logins) = (self.at.appspace.id, &self.state.logins);
        let (known, kind) = (&logins.known, LoginKind::Email);
        let found = known.member_with(&*logins.members, id, kind, &self.email);
        if let Some((member, _)) = found.await? {
            return self.member(&member.proxy_id).await;
        }
        let site = &self.state.site;
        let account = site
            .account_store
            .account_with_password(&self.email)
            .await?;
        // Of an address that nobody proved, the account's owner may have as little as anybody.
        let Some((account, _)) = account.filter(|(account, _)| account.email_proven) else {
            return Ok(self.strangers().await);
        };
        match site.members.member_of_account(id, account.id).await? {
            Some(member) => self.member(&member.proxy_id).await,
            None => Ok(self.strangers().await),
        }
    }

    /// What an address is good for that is a member's.
    async fn member(&self, member: &ProxyId) -> Result<Whose, StoreError> {
        let by_letter = Came::by_letter();
        let admitted = admission(&self.state, &self.at.appspace, Some(member), &by_letter).await?;
        Ok(match admitted {
            Admission::Open(_) => Whose::Member,
            Admission::Guarded => Whose::Guarded,
            Admission::Blocked | Admission::KeptOut => Whose::Nobody,
        })
    }

    /// Who is no member gets a letter where it proves to the appspace who wants to join.
    async fn strangers(&self) -> Whose {
        if arrive::takes_comers(&self.state, &self.at, &self.path).await {
            Whose::Comer
        } else {
            Whose::Nobody
        }
    }

    fn origin(&self) -> String {
        self.state
            .site
            .ops
            .names()
            .origin(&self.at.appspace.address)
    }

    fn link(&self, token: &Token) -> Letter {
        let address = &self.at.appspace.address;
        let link = format!("{}{LETTER_PATH}?token={}", self.origin(), token.reveal());
        let minutes = EMAIL_LINK_FOR.as_secs() / 60;
        let text = format!(
            "Somebody asked to log in to {address} with this mail address. If that was you, open this link, in \
             the browser in which you asked for it and within {minutes} minutes:\n\n{link}\n\n\
             It works once. If it was not you, do nothing: nobody gets in without this letter. Never pass the link on.\n"
        );
        Letter {
            useful_for: EMAIL_LINK_FOR,
            ..Letter::new(&self.email, format!("Log in to {address}"), text)
        }
    }

    fn guarded(&self) -> Letter {
        let address = &self.at.appspace.address;
        let link = with_account(&self.path);
        let text = format!(
            "Somebody asked to log in to {address} with this mail address. It is that of your account, and your \
             account asks for more than one proof, so a letter alone does not log you in there.\n\n\
             If that was you, log in with your account:\n\n{}{link}\n\nIf it was not you, do nothing.\n",
            self.origin()
        );
        Letter::new(&self.email, format!("Log in to {address}"), text)
    }
}
