//! Keeping those out who may not come back: at the door, when they log in, and of data in which they are members still.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use ds_auth::{
    AccountStore,
    dropid::DropIdStore,
    joining::{JoinBar, JoinStore},
    people::{ProfileStore, RoleStore},
};
use ds_core::{Appspace, AppspaceId, ProxyId, StoreError};
use ds_lifecycle::{Barred, Inside};

use super::{Comer, KnownWays, known::of_member};
use crate::ops::{ErrorKind, OpError, Ops};

impl Ops {
    /// Whether somebody who came may not become a member.
    pub(super) async fn is_barred(
        &self,
        appspace: &Appspace,
        comer: &Comer,
    ) -> Result<bool, OpError> {
        let bars = self.joins().join_bars(appspace.id).await?;
        if bars.is_empty() {
            return Ok(false);
        }
        let known = &self.parts.membership.known;
        let mut ways = known.of(&comer.who).await?;
        if let Some(account) = comer.account {
            ways.extend(known.of_account(account).await?);
        }
        Ok(any(&bars, &ways))
    }

    /// Whether a member may not come back: one whom data from elsewhere brought, or whose removal was interrupted. Asked
    /// when they log in.
    pub(crate) async fn is_kept_out(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
    ) -> Result<bool, StoreError> {
        let bars = self.joins().join_bars(appspace.id).await?;
        if bars.is_empty() {
            return Ok(false);
        }
        let found = self.parts.members.member(appspace.id, id).await?;
        if found.is_none_or(|member| member.is_owner) {
            return Ok(false);
        }
        let own = self.ways_of_member(appspace, id).await?;
        let ways = self.parts.membership.known.of_member(&own).await?;
        Ok(any(&bars, &ways))
    }

    /// Ends every membership of those who may not come back: somebody may be a member twice.
    pub(super) async fn end_kept_out(&self, appspace: &Appspace) -> Result<(), OpError> {
        for member in self.parts.members.members(appspace.id).await? {
            if self.is_kept_out(appspace, &member.proxy_id).await? {
                self.end_membership(appspace, &member).await?;
            }
        }
        Ok(())
    }
}

fn any(bars: &[JoinBar], ways: &BTreeSet<String>) -> bool {
    let mut barred = bars.iter().flat_map(|bar| &bar.ways);
    barred.any(|way| ways.contains(&way.who.key()))
}

/// Why somebody does not become a member who may not come back.
pub(crate) fn barred(appspace: &Appspace) -> OpError {
    let message = format!("{} does not take you as a member", appspace.address);
    OpError::new(ErrorKind::Forbidden, message).with_hint("ask its owner")
}

/// Keeps who may not come back out of data that comes from before.
pub struct KeptOut {
    joins: Arc<dyn JoinStore>,
    known: KnownWays,
}

impl KeptOut {
    /// Over the host's records.
    #[must_use]
    pub fn new<S>(store: &Arc<S>) -> Self
    where
        S: AccountStore + RoleStore + DropIdStore + ProfileStore + JoinStore + 'static,
    {
        Self {
            joins: store.clone(),
            known: KnownWays::new(store),
        }
    }
}

#[async_trait]
impl Barred for KeptOut {
    async fn take_out(
        &self,
        of: AppspaceId,
        id: AppspaceId,
        inside: &Inside,
    ) -> Result<(), StoreError> {
        let bars = self.joins.join_bars(of).await?;
        if bars.is_empty() {
            return Ok(());
        }
        let mut ways = inside.logins.all_ways(id).await?;
        for member in inside.members.members(id).await? {
            let own = of_member(ways.remove(&member.proxy_id).unwrap_or_default());
            if !member.is_owner && any(&bars, &self.known.of_member(&own).await?) {
                inside.members.remove_member(id, &member.proxy_id).await?;
            }
        }
        Ok(())
    }
}
