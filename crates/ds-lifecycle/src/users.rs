//! Answers an app's questions about members from the member store.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{AppspaceId, Member, MemberStore, ProxyId, StoreError};
use ds_sandbox::{User, Users, UsersError};

/// The members of one appspace, as its app sees them.
pub struct MemberUsers {
    members: Arc<dyn MemberStore>,
    appspace: AppspaceId,
}

impl MemberUsers {
    /// Answers for one appspace.
    #[must_use]
    pub fn new(members: Arc<dyn MemberStore>, appspace: AppspaceId) -> Self {
        Self { members, appspace }
    }
}

#[async_trait]
impl Users for MemberUsers {
    async fn user(&self, id: &ProxyId) -> Result<Option<User>, UsersError> {
        let member = self
            .members
            .member(self.appspace, id)
            .await
            .map_err(|e| unavailable(&e))?;
        Ok(member.map(user_of))
    }

    async fn users(&self) -> Result<Vec<User>, UsersError> {
        let members = self
            .members
            .members(self.appspace)
            .await
            .map_err(|e| unavailable(&e))?;
        Ok(members.into_iter().map(user_of).collect())
    }
}

/// The cause is for the host's log; app code learns only that it did not work.
fn unavailable(error: &StoreError) -> UsersError {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "cannot read members for an app"
    );
    UsersError("the members are not available right now".to_owned())
}

fn user_of(member: Member) -> User {
    User {
        proxy_id: member.proxy_id,
        display_name: member.display_name,
        avatar: member.avatar,
        permissions: member.permissions.into_iter().map(String::from).collect(),
        is_owner: member.is_owner,
    }
}
