//! Members who are there: now and then their own host is asked what they are called and how they look, if they follow it.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ds_auth::{
    Rates,
    dropid::{Card, Identity, ProfileUrl},
};
use ds_core::{AppspaceId, LoginKind, MemberLogin, ProxyId, error_chain};
use moka::sync::Cache;
use tokio::{
    sync::{Semaphore, mpsc::Receiver},
    time::{Instant, sleep_until, timeout},
};

use super::{Logins, dress::wear};
use crate::ops::{Claims, OpError, Ops};

/// How often it is asked for one member at most.
const EVERY: Duration = Duration::from_mins(10);
/// How many members are remembered to have been asked for.
const MEMBERS: u64 = 50_000;
/// How long after they were seen: requests come first.
const LATER: Duration = Duration::from_secs(5);
/// How many may wait.
const WAITING: usize = 10_000;
/// How many hosts are asked at the same time, how often each in a minute, and how long it may take.
const AT_ONCE: usize = 4;
const EACH: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who was at an appspace.
pub type Seen = (AppspaceId, ProxyId);

/// Asks for those who were seen, until nobody tells any more.
pub async fn refresh(ops: Ops, logins: Arc<Logins>, mut seen: Receiver<Seen>) {
    let asked = Cache::builder()
        .max_capacity(MEMBERS)
        .time_to_live(EVERY)
        .build();
    let a_minute = Duration::from_mins(1);
    let hosts = Arc::new(Rates::new(Arc::clone(&logins.clock), EACH, a_minute));
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut line: VecDeque<(Instant, Seen)> = VecDeque::new();
    loop {
        let due = line.front().map(|(due, _)| *due);
        tokio::select! {
            one = seen.recv() => match one {
                Some(one) => {
                    if line.len() < WAITING && !asked.contains_key(&one) {
                        asked.insert(one.clone(), ());
                        line.push_back((Instant::now() + LATER, one));
                    }
                    continue;
                }
                None => return,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        let Some((_, one)) = line.pop_front() else {
            continue;
        };
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let (ops, logins, hosts) = (ops.clone(), Arc::clone(&logins), Arc::clone(&hosts));
        tokio::spawn(async move {
            let asked = timeout(PATIENCE, ask(&ops, &logins, &hosts, &one)).await;
            if let Ok(Err(error)) = asked {
                let error = error_chain(&error);
                tracing::info!(error, "a member's host is not asked how they look");
            }
            drop(place);
        });
    }
}

/// Asks for one of them.
pub(super) async fn ask(
    ops: &Ops,
    logins: &Logins,
    hosts: &Rates<String>,
    (at, member): &Seen,
) -> Result<(), OpError> {
    let Some((at, look)) = ops.follows(*at, member).await? else {
        return Ok(());
    };
    let Ok(who) = ProfileUrl::typed(&look.who, logins.local) else {
        return Ok(());
    };
    let host = who.url().host_str().unwrap_or_default().to_owned();
    if hosts.count(host).is_err() {
        return Ok(());
    }
    let kind = match who.identity() {
        Identity::DropId(_) => LoginKind::DropId,
        Identity::Profile(_) => LoginKind::Profile,
    };
    let login = MemberLogin {
        kind,
        name: look.who,
        signed_by: String::new(),
    };
    let Ok(card) = Card::find(&*logins.web, &who, logins.local).await else {
        return Ok(());
    };
    let claims = Claims {
        name: card.name,
        photo: card.photo,
    };
    wear(ops, logins, &at, member, &login, &claims).await
}
