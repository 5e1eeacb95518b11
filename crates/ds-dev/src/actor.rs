//! Who the developer is to the app: whoever they choose, without logging in.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ds_auth::{AuthError, Authenticator, Visitor};
use ds_core::{AppspaceId, MemberStore, ProxyId};
use http::HeaderMap;

/// The name of [`Actor::Public`].
pub(crate) const PUBLIC: &str = "public";

/// Somebody the developer can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Nobody the app knows.
    Public,
    /// A member.
    Member(ProxyId),
}

impl Actor {
    /// The actor as forms and the command line name them.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Public => PUBLIC,
            Self::Member(id) => id.as_str(),
        }
    }
}

/// Says that every request comes from the actor chosen last.
pub(crate) struct ActAs {
    members: Arc<dyn MemberStore>,
    actor: Mutex<Actor>,
}

impl ActAs {
    pub(crate) fn new(members: Arc<dyn MemberStore>, actor: Actor) -> Self {
        Self {
            members,
            actor: Mutex::new(actor),
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        self.actor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn choose(&self, actor: Actor) {
        *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }
}

#[async_trait]
impl Authenticator for ActAs {
    async fn identify(&self, appspace: AppspaceId, _: &HeaderMap) -> Result<Visitor, AuthError> {
        let Actor::Member(id) = self.actor() else {
            return Ok(Visitor::Anonymous);
        };
        let member = self.members.member(appspace, &id).await?;
        Ok(member.map_or(Visitor::Anonymous, |member| {
            Visitor::Member(Arc::new(member))
        }))
    }
}
