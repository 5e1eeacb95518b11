//! Programs that have no browser: they show a short code, and a member types it where they are logged in.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ds_core::{
    AppspaceId, Clock, Permission, Timestamp,
    secret::{Token, TokenHash, random_bytes},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{GrantError, Leave};

/// How long somebody has to decide.
const GOOD_FOR: Duration = Duration::from_mins(10);
/// How long it is remembered that nobody did.
const REMEMBERED: Duration = Duration::from_mins(20);
/// How often a program may ask, at first.
const INTERVAL: Duration = Duration::from_secs(5);
/// What of that the network may eat.
const SLACK: Duration = Duration::from_millis(500);
const MOST: u64 = 20_000;
/// No vowels, so that no word comes up, and nothing that looks like something else.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

pub(super) struct Devices {
    clock: Arc<dyn Clock>,
    waiting: Cache<TokenHash, Arc<Mutex<Waiting>>>,
    by_code: Cache<(AppspaceId, String), TokenHash>,
}

struct Waiting {
    appspace: AppspaceId,
    client: String,
    scope: BTreeSet<Permission>,
    until: Timestamp,
    interval: Duration,
    asked: Option<Timestamp>,
    state: State,
}

/// ```text
///   Open ──yes──▶ Allowed ──program asks──▶ Taken
///    └────no───▶ Denied
/// ```
enum State {
    Open,
    Allowed(Box<Leave>),
    Denied,
    Taken,
}

/// What a program that begins is told.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What it asks with.
    pub device_code: String,
    /// What it shows: `BCDF-GHJK`.
    pub user_code: String,
    /// How long both are good.
    pub lasts: Duration,
    /// How often it may ask.
    pub interval: Duration,
}

/// What waits by a code.
#[derive(Clone, Debug)]
pub struct DeviceAsk {
    /// What the program calls itself.
    pub client: String,
    /// What it wants to do beyond being a member.
    pub scope: BTreeSet<Permission>,
    /// The code, as it is shown.
    pub user_code: String,
}

impl Devices {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        // The newest is kept, however many there are: somebody is about to type its code.
        let waiting = Cache::builder()
            .max_capacity(MOST)
            .time_to_live(REMEMBERED)
            .eviction_policy(EvictionPolicy::lru());
        let by_code = Cache::builder()
            .max_capacity(MOST)
            .time_to_live(REMEMBERED)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            clock,
            waiting: waiting.build(),
            by_code: by_code.build(),
        }
    }

    pub(super) fn begin(
        &self,
        appspace: AppspaceId,
        client: String,
        scope: BTreeSet<Permission>,
    ) -> Begun {
        let device = Token::random();
        let mut user_code = random_code();
        while self.by_code.contains_key(&(appspace, user_code.clone())) {
            user_code = random_code();
        }
        let waiting = Waiting {
            appspace,
            client,
            scope,
            until: self.clock.now().plus(GOOD_FOR),
            interval: INTERVAL,
            asked: None,
            state: State::Open,
        };
        let waiting = Arc::new(Mutex::new(waiting));
        self.waiting.insert(device.hash(), waiting);
        self.by_code
            .insert((appspace, user_code.clone()), device.hash());
        Begun {
            device_code: device.reveal().to_owned(),
            user_code: shown(&user_code),
            lasts: GOOD_FOR,
            interval: INTERVAL,
        }
    }

    pub(super) fn find(&self, appspace: AppspaceId, typed: &str) -> Option<DeviceAsk> {
        let code = normalised(typed)?;
        let found = self.at(appspace, &code)?;
        let found = lock(&found);
        self.is_open(&found).then(|| DeviceAsk {
            client: found.client.clone(),
            scope: found.scope.clone(),
            user_code: shown(&code),
        })
    }

    pub(super) fn decide(&self, appspace: AppspaceId, typed: &str, leave: Option<Leave>) -> bool {
        let Some(code) = normalised(typed) else {
            return false;
        };
        let Some(found) = self.at(appspace, &code) else {
            return false;
        };
        let mut found = lock(&found);
        let waits = self.is_open(&found);
        if waits {
            found.state = leave.map_or(State::Denied, |leave| State::Allowed(Box::new(leave)));
        }
        waits
    }

    pub(super) fn poll(
        &self,
        appspace: AppspaceId,
        client: &str,
        device_code: &str,
    ) -> Result<Leave, GrantError> {
        let found = self.waiting.get(&Token::presented(device_code).hash());
        let found = found.ok_or(GrantError::Grant)?;
        let mut found = lock(&found);
        if found.appspace != appspace || found.client != client {
            return Err(GrantError::Grant);
        }
        let now = self.clock.now();
        let before = found.asked.replace(now);
        match &found.state {
            State::Denied => Err(GrantError::Denied),
            State::Taken => Err(GrantError::Grant),
            State::Open | State::Allowed(_) if found.until <= now => Err(GrantError::Expired),
            State::Open => {
                let soon = before.is_some_and(|at| at.plus(found.interval) > now.plus(SLACK));
                if soon {
                    found.interval += INTERVAL;
                    return Err(GrantError::SlowDown);
                }
                Err(GrantError::Pending)
            }
            State::Allowed(_) => match std::mem::replace(&mut found.state, State::Taken) {
                State::Allowed(leave) => Ok(*leave),
                _ => Err(GrantError::Grant),
            },
        }
    }

    fn at(&self, appspace: AppspaceId, code: &str) -> Option<Arc<Mutex<Waiting>>> {
        let device = self.by_code.get(&(appspace, code.to_owned()))?;
        self.waiting.get(&device)
    }

    fn is_open(&self, waiting: &Waiting) -> bool {
        matches!(waiting.state, State::Open) && self.clock.now() < waiting.until
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn random_code() -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        // 240 is the largest multiple of 20 in a byte: what lies above would favour the first letters.
        let even = random_bytes::<16>().into_iter().filter(|b| *b < 240);
        code.extend(
            even.take(LENGTH - code.len())
                .map(|b| char::from(LETTERS[usize::from(b % 20)])),
        );
    }
    code
}

/// `BCDF-GHJK`
fn shown(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// What somebody typed, however they spaced it.
fn normalised(typed: &str) -> Option<String> {
    let is_kept = |c: &char| !matches!(c, '-' | ' ' | '\u{2010}'..='\u{2015}');
    let code: String = typed
        .trim()
        .chars()
        .take(40)
        .filter(is_kept)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let known = |b: u8| LETTERS.contains(&b);
    (code.len() == LENGTH && code.bytes().all(known)).then_some(code)
}
