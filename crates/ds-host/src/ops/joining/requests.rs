//! Who asks to become a member, and the owner's answer.

use std::collections::HashMap;

use ds_auth::joining::{JoinRequest, Who};
use ds_core::{AccountId, AppspaceId, Member, StoreError};

use super::Comer;
use crate::ops::{Action, AppspaceSummary, ErrorKind, OpError, Ops, members::Refusal};

/// Somebody who asks, as the owner sees them.
#[derive(Clone, Debug)]
pub struct RequestSummary {
    /// What they ask.
    pub request: JoinRequest,
    /// Who they proved to be, as people write it.
    pub who: String,
}

impl Ops {
    /// Who asks to become a member of an appspace, first come first.
    pub async fn join_requests(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<RequestSummary>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let mut all = Vec::new();
        let requests = self.joins().join_requests(appspace.id).await?;
        let emails = self
            .emails_of(requests.iter().filter_map(|one| one.who.account()))
            .await?;
        for request in requests {
            let who = match &request.who {
                Who::Login(login) => login.name.clone(),
                Who::Account(id) => match emails.get(id) {
                    Some(email) => email.clone(),
                    // Nobody can be let in who has gone.
                    None => continue,
                },
            };
            all.push(RequestSummary { request, who });
        }
        Ok(all)
    }

    /// How many ask to be let in to each of these appspaces; those where nobody does are left out.
    pub async fn waiting_at(
        &self,
        appspaces: &[AppspaceSummary],
    ) -> Result<HashMap<AppspaceId, usize>, OpError> {
        let mut waiting = HashMap::new();
        for id in appspaces.iter().map(|one| one.appspace.id) {
            let many = self.joins().join_requests(id).await?.len();
            if many > 0 {
                waiting.insert(id, many);
            }
        }
        Ok(waiting)
    }

    /// Lets somebody in who asked, to do what the rules of joining say.
    pub async fn accept_join_request(
        &self,
        owner: AccountId,
        address: &str,
        id: &str,
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let rules = self.joins().join_rules(appspace.id).await?;
        let permissions = self.still_known(&appspace, rules.permissions).await?;
        let asked = self.joins().join_requests(appspace.id).await?;
        let request = asked.into_iter().find(|one| one.id == id);
        let request = request.ok_or_else(not_there)?;
        let name = request.name.clone();
        // First: nobody is to be a member and kept out.
        self.lift_bars_of(&appspace, &request.who).await?;
        let made = self
            .make_member(&appspace, &request.who, name, permissions)
            .await;
        // Only now: a request is not lost on the way, and who is a member already may be let in once more.
        if matches!(made, Ok(_) | Err(Refusal::Already)) {
            self.joins().take_join_request(appspace.id, id).await?;
        }
        match made {
            Ok(member) => {
                self.tell_let_in(&appspace, &request.who).await;
                let about = format!("{} in {}", member.display_name, appspace.address);
                self.note(owner, Action::MemberAdded, about).await;
                Ok(member)
            }
            Err(Refusal::Already) => {
                let comer = Comer {
                    who: request.who,
                    account: None,
                    name: request.name,
                    picture: None,
                };
                self.member_again(&appspace, &comer).await
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Turns somebody away who asked. They may ask again.
    pub async fn refuse_join_request(
        &self,
        owner: AccountId,
        address: &str,
        id: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let taken = self.joins().take_join_request(appspace.id, id).await?;
        taken.map(drop).ok_or_else(not_there)
    }

    /// Removes links and requests of long ago; for the daily round.
    pub(crate) async fn purge_joining(&self) -> Result<(), StoreError> {
        let before = self.now().minus(std::time::Duration::from_hours(30 * 24));
        self.joins().purge_joining(before).await
    }
}

fn not_there() -> OpError {
    let message = "nobody asks so any more; the request was answered, or it was too old";
    OpError::new(ErrorKind::NotFound, message)
}
