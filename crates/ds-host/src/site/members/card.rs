//! What the page of an appspace says of its members.

use ds_core::AccountId;

use crate::{
    ops::{ErrorKind, OpError, Ops},
    site::error::SiteError,
};

/// The members in a few words.
#[derive(Debug)]
pub(in crate::site) struct MembersCard {
    /// How many there are, in a sentence.
    pub(in crate::site) sentence: String,
    /// How many ask to be let in.
    pub(in crate::site) waiting: usize,
}

impl MembersCard {
    pub(in crate::site) async fn of(
        ops: &Ops,
        owner: AccountId,
        name: &str,
    ) -> Result<Self, SiteError> {
        let count = match ops.members(owner, name).await {
            Ok(members) => Some(members.len()),
            // What is wrong with them is told where they are listed; this page is needed to mend it.
            Err(error) if may_wait(&error) => None,
            Err(error) => return Err(error.into()),
        };
        let sentence = match count {
            None => "They cannot be read just now.".to_owned(),
            Some(0 | 1) => "You are the only member.".to_owned(),
            Some(2) => "You and one more.".to_owned(),
            Some(many) => format!("You and {} more.", many - 1),
        };
        Ok(Self {
            sentence,
            waiting: ops.join_requests(owner, name).await?.len(),
        })
    }
}

fn may_wait(error: &OpError) -> bool {
    matches!(error.kind(), ErrorKind::Busy | ErrorKind::Internal)
}
