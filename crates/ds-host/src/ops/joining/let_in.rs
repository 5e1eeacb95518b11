//! Making a member of somebody who came, or letting them wait.

use std::collections::BTreeSet;

use ds_auth::joining::{JoinRequest, Who};
use ds_core::{Appspace, Member, Permission, StoreError, secret::random_text};

use super::{Comer, Joined, MOST_WAITING, barred};
use crate::ops::{
    Action, Actor, ErrorKind, OpError, Ops,
    members::{Refusal, check_name, name_of_login},
};

impl Ops {
    pub(super) async fn let_in(
        &self,
        appspace: &Appspace,
        comer: &Comer,
        name: String,
        permissions: BTreeSet<Permission>,
        by_link: Option<&str>,
    ) -> Result<Member, OpError> {
        let permissions = self.still_known(appspace, permissions).await?;
        let made = self
            .make_member(appspace, &comer.who, name, permissions)
            .await;
        let member = match made {
            Ok(member) => member,
            // They came twice at once.
            Err(Refusal::Already) => return self.member_again(appspace, comer).await,
            Err(refusal) => return Err(refusal.into()),
        };
        // Somebody may have been barred meanwhile.
        if self.is_barred(appspace, comer).await? {
            self.end_membership(appspace, &member).await?;
            return Err(barred(appspace));
        }
        self.joined(appspace, comer, &member).await;
        self.note_joined(appspace, comer, &member, by_link).await;
        Ok(member)
    }

    /// Who came, how, and with which link, as its maker called it.
    async fn note_joined(
        &self,
        appspace: &Appspace,
        comer: &Comer,
        member: &Member,
        by_link: Option<&str>,
    ) {
        let who = match &comer.who {
            Who::Login(login) => format!(", as {}", login.name),
            Who::Account(_) => String::new(),
        };
        let with = match by_link {
            Some("") => ", by a link".to_owned(),
            Some(note) => format!(", by the link “{note}”"),
            None => String::new(),
        };
        let about = format!("{}{who}{with}", appspace.address);
        let account = match &comer.who {
            Who::Account(id) => Some(*id),
            Who::Login(_) => comer.account,
        };
        let named = || Actor::member(&member.display_name);
        let by = account.map_or_else(named, Actor::Account);
        self.note(by, Action::MemberJoined, about).await;
    }

    /// What comes with a new member; none of it is worth refusing them.
    async fn joined(&self, appspace: &Appspace, comer: &Comer, member: &Member) {
        if let Some(account) = comer.account {
            let logins = &self.parts.membership.logins;
            // Taken: that account is another member, and stays it.
            let _ = logins
                .set_account(appspace.id, &member.proxy_id, Some(account))
                .await;
        }
        if let Some(picture) = &comer.picture {
            let put = self.put_picture(appspace.id, &member.proxy_id, Some(picture.clone()));
            if let Err(error) = put.await {
                let error = ds_core::error_chain(&error);
                tracing::warn!(error, "cannot keep the picture of a new member");
            }
        }
    }

    pub(super) async fn member_again(
        &self,
        appspace: &Appspace,
        comer: &Comer,
    ) -> Result<Member, OpError> {
        let found = self.member_who(appspace.id, &comer.who).await?;
        found.ok_or_else(|| OpError::new(ErrorKind::Busy, "somebody else was quicker; try again"))
    }

    pub(super) async fn ask_to_join(
        &self,
        appspace: &Appspace,
        comer: &Comer,
        name: String,
    ) -> Result<Joined, OpError> {
        let request = JoinRequest {
            id: random_text(16),
            appspace: appspace.id,
            who: comer.who.clone(),
            name,
            asked: self.now(),
        };
        if self
            .joins()
            .add_join_request(&request, MOST_WAITING)
            .await?
        {
            let all = self.joins().join_requests(appspace.id).await?;
            // Who asks again keeps the request they made.
            if all.iter().any(|one| one.id == request.id) {
                self.tell_owner(appspace).await;
            }
            return Ok(Joined::Waiting);
        }
        let message = format!("too many people wait at the door of {}", appspace.address);
        Err(OpError::new(ErrorKind::Busy, message)
            .with_hint("ask its owner for an invitation, or try again in a few days"))
    }

    pub(super) async fn name_of(&self, comer: &Comer) -> Result<String, OpError> {
        if !comer.name.trim().is_empty() {
            return check_name(&comer.name);
        }
        Ok(match &comer.who {
            Who::Login(login) => name_of_login(login.kind, &login.name),
            Who::Account(id) => {
                let account = self.parts.account_store.account(*id).await?;
                let missing = || StoreError::Missing {
                    what: "such account".to_owned(),
                };
                self.called(&account.ok_or_else(missing)?).await?
            }
        })
    }
}
