//! Asking other hosts how somebody looks, when nobody waits for it: each of them one question at a time and so many in a minute,
//! different ones side by side; who does not answer is left alone for a while.

use std::{sync::Arc, time::Duration};

use ds_auth::{
    Backoff, Rates,
    dropid::{
        Card, Local, ProfileUrl,
        client::{Want, Web},
    },
    pictures::{self, Picture, PictureError},
};
use ds_core::{AppspaceId, Clock, ProxyId, Timestamp, error_chain};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use url::{Position, Url};

/// How many hosts are asked at the same time, how often each in a minute, and how long an answer may take.
const AT_ONCE: usize = 8;
const EACH: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(10);
/// How many may wait for their turn with one host.
const EACH_WAITS: usize = 100;
/// How many hosts have a line of their own.
const HOSTS: u64 = 10_000;
/// How long a host is left alone that does not answer: at first, and at most.
const HOST_RESTS: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(1));
/// The same for a page or a picture that is not there, or not what it should be.
const PAGE_RESTS: (Duration, Duration) = (Duration::from_hours(1), Duration::from_hours(12));
/// How often a picture is looked at again whose address stays the same, and of how many members that is remembered.
const AGAIN: Duration = Duration::from_hours(24);
const MEMBERS: u64 = 50_000;

/// What is remembered of the hosts that were asked.
pub(super) struct Asking {
    clock: Arc<dyn Clock>,
    rates: Rates<String>,
    hosts: Backoff<String>,
    pages: Backoff<Url>,
    turns: Cache<String, Arc<Semaphore>>,
    room: Arc<Semaphore>,
    looked: Cache<(AppspaceId, ProxyId), Timestamp>,
}

/// The right to ask a host now.
struct Turn(
    #[expect(dead_code, reason = "it is over when it is dropped")] [OwnedSemaphorePermit; 2],
);

impl Asking {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let clock = Arc::clone(clock);
        let turns = Cache::builder()
            .max_capacity(HOSTS)
            .eviction_policy(EvictionPolicy::lru());
        let looked = Cache::builder()
            .max_capacity(MEMBERS)
            .time_to_live(AGAIN)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            rates: Rates::new(Arc::clone(&clock), EACH, Duration::from_mins(1)),
            hosts: Backoff::new(Arc::clone(&clock), HOST_RESTS.0, HOST_RESTS.1),
            pages: Backoff::new(Arc::clone(&clock), PAGE_RESTS.0, PAGE_RESTS.1),
            turns: turns.build(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            looked: looked.build(),
            clock,
        }
    }

    /// What somebody's page says of them. `None` if it is not asked now, or cannot be had.
    pub(super) async fn card(&self, web: &dyn Web, who: &ProfileUrl, local: Local) -> Option<Card> {
        let url = who.url();
        let _turn = self.turn(url).await?;
        let host = host_of(url);
        let Ok(found) = timeout(PATIENCE, Card::find(web, who, local)).await else {
            self.hosts.failed(host);
            return None;
        };
        match &found {
            Err(error) if error.is_silence() => self.hosts.failed(host),
            Err(_) => {
                self.hosts.worked(&host);
                self.pages.failed(url.clone());
            }
            Ok(_) => {
                self.hosts.worked(&host);
                self.pages.worked(url);
            }
        }
        found.ok()
    }

    /// The picture at an address, made anew. `None` if it is not asked for now, or cannot be had. That never counts against
    /// its host: whoever names it on their own page may have nothing to do with that.
    pub(super) async fn picture(&self, web: &dyn Web, url: &Url) -> Option<Picture> {
        let turn = self.turn(url).await?;
        let got = timeout(PATIENCE, fetched(web, url)).await;
        drop(turn);
        match got {
            Ok(Ok(picture)) => {
                self.pages.worked(url);
                Some(picture)
            }
            // Not the picture's fault.
            Ok(Err(Unhad::Here)) => None,
            Ok(Err(Unhad::There)) | Err(_) => {
                self.pages.failed(url.clone());
                None
            }
        }
    }

    /// Whether the picture of a member is to be looked at although its address is the one that it was, which is remembered.
    pub(super) fn looks_again(&self, at: AppspaceId, member: &ProxyId) -> bool {
        let (key, now) = ((at, member.clone()), self.clock.now());
        let last = self.looked.get(&key);
        let is_due = last.is_none_or(|last| last.plus(AGAIN) <= now);
        if is_due {
            self.looked.insert(key, now);
        }
        is_due
    }

    /// Waits for a turn with the host of an address; `None` if it is not to be asked now.
    async fn turn(&self, url: &Url) -> Option<Turn> {
        let host = host_of(url);
        let rests = || self.hosts.rests(&host) || self.pages.rests(url);
        let line = self
            .turns
            .get_with(host.clone(), || Arc::new(Semaphore::new(1)));
        if rests() || Arc::strong_count(&line) > EACH_WAITS {
            return None;
        }
        let own = line.acquire_owned().await.ok()?;
        // Whoever was before may have got no answer.
        if rests() || self.rates.count(host.clone()).is_err() {
            return None;
        }
        let room = Arc::clone(&self.room).acquire_owned().await.ok()?;
        Some(Turn([own, room]))
    }
}

/// Why there is no picture.
pub(super) enum Unhad {
    /// It is not there, or none that can be used.
    There,
    /// This host could not make one of it just now.
    Here,
}

/// A picture from where it is said to be, made anew.
pub(super) async fn fetched(web: &dyn Web, url: &Url) -> Result<Picture, Unhad> {
    let told = |error: &(dyn std::error::Error + 'static)| {
        let error = error_chain(error);
        tracing::debug!(error, "somebody's picture cannot be used");
    };
    let got = web.get(url, Want::Picture.bounds()).await;
    let bytes = got.map_err(|error| {
        told(&error);
        Unhad::There
    })?;
    let made = pictures::remake_in_turn(bytes.body).await;
    made.map_err(|error| {
        told(&error);
        match error {
            PictureError::Busy | PictureError::Unwritten(_) => Unhad::Here,
            _ => Unhad::There,
        }
    })
}

/// Name and port.
fn host_of(url: &Url) -> String {
    url[Position::BeforeHost..Position::AfterPort].to_owned()
}
