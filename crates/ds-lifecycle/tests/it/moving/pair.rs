//! Two hosts, and the line between them.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{
    Address, AppspaceId, AppspaceStore as _, MoveId,
    moves::{Arrival, Taker},
    secret::Token,
};
use ds_lifecycle::{
    Arrived, AskError, Claim, GiveError, Lifecycle, MoveInError, Moves, NewMove, Offer, Offered,
    OldHost, OldHosts, Patience, Report,
};
use tokio::io::AsyncRead;

use crate::{
    state::State,
    world::{NOTES, World},
};

/// Where the appspace answers on the new host.
pub(super) const HERE: &str = "here.example.org";
pub(super) const ORIGIN: &str = "https://here.example.org";
const SITE: &str = "https://dropserver.example.com";

pub(super) const PATIENCE: Patience = Patience {
    consent: Duration::from_hours(1),
    silence: Duration::from_mins(1),
    rest: Duration::from_hours(1),
    beat: Duration::from_secs(1),
    again: (Duration::from_millis(5), Duration::from_millis(50)),
};

/// One host.
pub(super) struct Side {
    pub(super) world: World,
    pub(super) lifecycle: Lifecycle,
    pub(super) moves: Moves,
}

/// What becomes of what is asked over the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// It does not arrive.
    Question,
    /// The answer does not arrive.
    Answer,
}

/// The line from the new host to the old one.
/// When the line loses something.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// Once, at the question of this number.
    Number(u32),
    /// Always, from the first question of this kind on. How many come before depends on how fast the hosts are.
    From(&'static str),
}

#[derive(Default)]
pub(super) struct Line {
    to: Mutex<Option<Moves>>,
    asked: AtomicU32,
    /// When something is lost, and what.
    pub(super) lose: Mutex<Option<(When, Loss)>>,
    /// What was asked, in order.
    pub(super) heard: Mutex<Vec<&'static str>>,
}

pub(super) struct Pair {
    pub(super) old: Side,
    pub(super) new: Side,
    pub(super) line: Arc<Line>,
}

impl Pair {
    /// Two new hosts; the old one has the appspace.
    pub(super) async fn new(root: &Path) -> Self {
        for name in ["old", "new"] {
            let world = World::new(&root.join(name)).await;
            if name == "old" {
                let appspace = world.create("1.0.0").await;
                let installed = world.data.app_version(appspace.app, appspace.version_id);
                fs::create_dir_all(installed.package()).unwrap();
                fs::write(installed.package().join("app.ts"), "the app").unwrap();
            }
            world.close().await;
        }
        Self::open(root, PATIENCE).await
    }

    /// Both as they were left.
    pub(super) async fn open(root: &Path, patience: Patience) -> Self {
        let line = Arc::new(Line::default());
        let old = Side::open(&root.join("old"), &line, patience).await;
        let new = Side::open(&root.join("new"), &line, patience).await;
        *line.to.lock().unwrap() = Some(old.moves.clone());
        Self { old, new, line }
    }

    /// The old host ends as it does when it is asked to, and starts again.
    pub(super) async fn restart_old(self, root: &Path) -> Self {
        let left = self
            .old
            .lifecycle
            .jobs()
            .stop(Duration::from_secs(20))
            .await;
        assert_eq!(left, 0);
        let Self { old, new, line } = self;
        let Side { world, .. } = old;
        world.close().await;
        let old = Side::open(&root.join("old"), &line, PATIENCE).await;
        *line.to.lock().unwrap() = Some(old.moves.clone());
        Self { old, new, line }
    }

    pub(super) async fn offer(&self) -> Offer {
        let id = self.old.world.appspace().await.id;
        self.old.moves.offer(id).await.unwrap()
    }

    /// What the new host is to take; migrated on the way, so that every step is there.
    pub(super) async fn wanted(&self, offer: &Offer) -> NewMove {
        let mut new = self.new.world.import(Path::new(""), Some("2.0.0")).await;
        new.address = HERE.parse().unwrap();
        NewMove {
            site: SITE.into(),
            id: offer.id,
            secret: offer.secret.clone(),
            origin: ORIGIN.into(),
            new,
        }
    }

    pub(super) async fn take(&self, offer: &Offer) -> Result<Arrived, MoveInError> {
        let wanted = self.wanted(offer).await;
        self.new.moves.take(wanted).await?.wait().await
    }

    /// Whether it answers on the old host, and on the new one.
    pub(super) async fn serving(&self) -> (bool, bool) {
        let at = async |side: &Side, address: &str| {
            let address: Address = address.parse().unwrap();
            let found = side.world.store.at(&address).await.unwrap();
            found.is_some_and(|appspace| side.world.gates.of(&appspace).closed().is_none())
        };
        (at(&self.old, NOTES).await, at(&self.new, HERE).await)
    }

    /// Both hosts are up and have talked: exactly one has it, with all its data, and nothing is left elsewhere.
    pub(super) async fn check_settled(&self, what: &str) -> (bool, bool) {
        let serving = self.serving().await;
        assert!(serving.0 != serving.1, "{what}: {serving:?}");
        let redirect = self.old.moves.redirect(&NOTES.parse().unwrap());
        let moved = serving.1.then(|| ORIGIN.to_owned());
        assert_eq!(redirect, moved, "{what}");
        let (side, address, note) = if serving.1 {
            (&self.new, HERE, "migrated to 3")
        } else {
            (&self.old, NOTES, "written by Ada")
        };
        let found = side.world.store.at(&address.parse().unwrap()).await;
        let dir = side.world.data.appspace(found.unwrap().unwrap().id);
        let note_of = fs::read(dir.files().join("note")).unwrap();
        assert_eq!(String::from_utf8(note_of).unwrap(), note, "{what}");
        for side in [&self.old, &self.new] {
            let state = State::of(&side.world).await;
            assert!(state.is_tidy(), "{what}: {state:?}");
        }
        serving
    }

    pub(super) async fn arrivals(&self) -> Vec<Arrival> {
        let owner = self.new.world.account().await.id;
        let all = self.new.moves.incoming(owner).await.unwrap();
        all.iter().map(|one| one.arrival).collect()
    }

    pub(super) async fn close(self) {
        for side in [self.old, self.new] {
            side.world.close().await;
        }
    }
}

impl Side {
    async fn open(root: &Path, line: &Arc<Line>, patience: Patience) -> Self {
        let world = World::open(root).await;
        let lifecycle = world.lifecycle();
        lifecycle.recover().await.unwrap();
        let store = world.store.clone();
        let hosts = Arc::new(Hosts(Arc::clone(line)));
        let moves = Moves::open(lifecycle.clone(), store, hosts, patience).await;
        Self {
            world,
            lifecycle,
            moves: moves.unwrap(),
        }
    }
}

struct Hosts(Arc<Line>);

impl OldHosts for Hosts {
    fn at(&self, site: &str, id: MoveId, secret: &Token) -> Result<Arc<dyn OldHost>, AskError> {
        assert_eq!(site, SITE);
        let secret = secret.clone();
        Ok(Arc::new(Host {
            line: Arc::clone(&self.0),
            claim: Claim { id, secret },
        }))
    }
}

struct Host {
    line: Arc<Line>,
    claim: Claim,
}

impl Host {
    /// Asks something, unless the line loses it.
    async fn ask<T>(
        &self,
        what: &'static str,
        ask: impl AsyncFnOnce(&Moves, &Claim) -> Result<T, GiveError>,
    ) -> Result<T, AskError> {
        let number = self.line.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let heard = {
            let mut heard = self.line.heard.lock().unwrap();
            heard.push(what);
            heard.clone()
        };
        let is_now = |when: &When| match when {
            When::Number(it) => *it == number,
            When::From(what) => heard.contains(what),
        };
        let lose = *self.line.lose.lock().unwrap();
        let lose = lose.filter(|(when, _)| is_now(when)).map(|(_, loss)| loss);
        let not_heard = || AskError::Unclear(format!("{what} was lost").into());
        if lose == Some(Loss::Question) {
            return Err(not_heard());
        }
        let moves = self.line.to.lock().unwrap().clone().unwrap();
        let answer = ask(&moves, &self.claim).await;
        if lose.is_some() {
            return Err(not_heard());
        }
        answer.map_err(|error| match error {
            GiveError::Store(_) => AskError::Unclear(error.into()),
            error => AskError::Refused(error.to_string()),
        })
    }
}

#[async_trait]
impl OldHost for Host {
    async fn describe(&self) -> Result<Offered, AskError> {
        self.ask("describe", async |moves, claim| moves.describe(claim).await)
            .await
    }

    async fn begin(&self, taker: &Taker) -> Result<Report, AskError> {
        let taker = taker.clone();
        self.ask("begin", async |moves, claim| {
            moves.begin(claim, taker).await
        })
        .await
    }

    async fn state(&self) -> Result<Report, AskError> {
        self.ask("state", async |moves, claim| moves.state(claim).await)
            .await
    }

    async fn archive(&self, taker: &Taker) -> Result<Box<dyn AsyncRead + Send + Unpin>, AskError> {
        let by: AppspaceId = taker.appspace;
        let whole = self.ask("archive", async |moves, claim| {
            let mut sending = moves.send(claim, by).await?;
            let mut whole = Vec::new();
            while let Some(part) = sending.next().await {
                whole.extend(part.map_err(|_| GiveError::NotFetched)?);
            }
            Ok(whole)
        });
        Ok(Box::new(io::Cursor::new(whole.await?)))
    }

    async fn commit(&self, taker: &Taker) -> Result<Report, AskError> {
        let by = taker.appspace;
        self.ask("commit", async |moves, claim| moves.commit(claim, by).await)
            .await
    }

    async fn abort(&self, taker: &Taker) -> Result<Report, AskError> {
        let by = taker.appspace;
        self.ask("abort", async |moves, claim| moves.abort(claim, by).await)
            .await
    }
}
