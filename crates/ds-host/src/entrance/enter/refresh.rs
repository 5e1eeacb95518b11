//! Members who are there: now and then their own host is asked what they are called and how they look, if they follow it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ds_auth::dropid::ProfileUrl;
use ds_core::{AppspaceId, ProxyId, error_chain};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::{
    sync::{Semaphore, mpsc::Receiver},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{Logins, dress::wear};
use crate::ops::{Claims, OpError, Ops};

/// How often it is asked for one member at most.
const EVERY: Duration = Duration::from_mins(10);
/// How many members are remembered to have been asked for.
const MEMBERS: u64 = 50_000;
/// How long after they were seen: requests come first.
const LATER: Duration = Duration::from_secs(5);
/// How many may wait, for that or for their host; who comes then is seen another time.
const WAITING: usize = 10_000;
/// For how many it is looked up at the same time whom they follow.
const LOOKUPS: usize = 4;

/// Somebody who was at an appspace.
pub type Seen = (AppspaceId, ProxyId);

/// Asks for those who were seen, until nobody tells any more.
pub async fn refresh(ops: Ops, logins: Arc<Logins>, seen: Receiver<Seen>) {
    refresh_after(LATER, ops, logins, seen).await;
}

/// The same, so long after they were seen. Whoever waits for their host has a task of their own and holds up nobody else.
pub(super) async fn refresh_after(
    later: Duration,
    ops: Ops,
    logins: Arc<Logins>,
    mut seen: Receiver<Seen>,
) {
    let asked = Cache::builder()
        .max_capacity(MEMBERS)
        .time_to_live(EVERY)
        .eviction_policy(EvictionPolicy::lru())
        .build();
    let lookups = Arc::new(Semaphore::new(LOOKUPS));
    let mut line: VecDeque<(Instant, Seen)> = VecDeque::new();
    let mut under_way = JoinSet::new();
    loop {
        let due = line.front().map(|(due, _)| *due);
        tokio::select! {
            one = seen.recv() => {
                let Some(one) = one else {
                    return;
                };
                if line.len() + under_way.len() < WAITING && !asked.contains_key(&one) {
                    asked.insert(one.clone(), ());
                    line.push_back((Instant::now() + later, one));
                }
            }
            Some(_) = under_way.join_next() => {}
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if let Some((_, one)) = line.pop_front() {
                    let (ops, logins) = (ops.clone(), Arc::clone(&logins));
                    let lookups = Arc::clone(&lookups);
                    under_way.spawn(async move {
                        if let Err(error) = ask(&ops, &logins, &lookups, &one).await {
                            let error = error_chain(&error);
                            tracing::info!(error, "a member's host is not asked how they look");
                        }
                    });
                }
            }
        }
    }
}

/// Asks for one of them. Only asking is bounded in time: what is recorded is recorded.
pub(super) async fn ask(
    ops: &Ops,
    logins: &Logins,
    lookups: &Semaphore,
    (at, member): &Seen,
) -> Result<(), OpError> {
    let found = {
        let _place = lookups.acquire().await;
        ops.follows(*at, member).await?
    };
    let Some(follower) = found else {
        return Ok(());
    };
    let Ok(who) = ProfileUrl::typed(&follower.login.name, logins.local) else {
        return Ok(());
    };
    let asked = logins.asking.card(&*logins.web, &who, logins.local).await;
    let Some(card) = asked else {
        return Ok(());
    };
    let claims = Claims {
        name: card.name,
        photo: card.photo,
    };
    let (at, login) = (&follower.at, &follower.login);
    wear(ops, logins, at, member, login, &claims).await
}
