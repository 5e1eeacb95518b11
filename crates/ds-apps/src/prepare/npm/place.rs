//! Which version of which npm package goes where in `node_modules`.

use std::collections::{BTreeMap, HashMap};

use super::{
    Npm, Placed,
    manifest::{Kind, Need},
    problem::NpmProblem,
    source::{Loaded, Source, too_much},
};
use crate::modules::PackageSpec;

const MAX_PLACES: usize = 2_000;
/// How many packages deep packages may have packages of their own.
const MAX_DEPTH: usize = 8;
const INSIDE: &str = "/node_modules/";

/// Fills `node_modules`.
///
/// A package goes to the top if nothing else is there by its name, else into the package that needs it.
pub(super) struct Places {
    pub(super) source: Source,
    /// The app's own packages and their versions.
    pub(super) own: BTreeMap<String, String>,
    pub(super) state: State,
}

/// What is where; put back when something that an app can do without fails half-way.
#[derive(Clone, Default)]
pub(super) struct State {
    pub placed: BTreeMap<String, Placed>,
    needs: HashMap<String, Vec<Need>>,
    pub shared: bool,
}

impl Places {
    pub(super) fn new(source: Source, own: BTreeMap<String, String>) -> Self {
        Self {
            source,
            own,
            state: State::default(),
        }
    }

    pub(super) fn into_npm(self) -> Npm {
        Npm {
            placed: self.state.placed,
            shared: self.state.shared,
        }
    }

    /// Places what a package needs, and what that needs. What it can do without is tried last.
    pub(super) async fn complete(&mut self, at: String) -> Result<(), NpmProblem> {
        let mut perhaps = self.drain(at).await?;
        while let Some((at, need)) = perhaps.pop() {
            let before = self.state.clone();
            let brought = match self.bring(&at, &need).await {
                Ok(Some(new)) => self.drain(new).await,
                Ok(None) => continue,
                Err(problem) => Err(problem),
            };
            match brought {
                Ok(more) => perhaps.extend(more),
                Err(problem) => {
                    tracing::debug!(%problem, package = at, "an optional npm package is left out");
                    self.state = before;
                }
            }
        }
        Ok(())
    }

    /// Places what is required from here on; gives what is not.
    async fn drain(&mut self, at: String) -> Result<Vec<(String, Need)>, NpmProblem> {
        let (mut open, mut perhaps) = (vec![at], Vec::new());
        while let Some(at) = open.pop() {
            // Taken, not copied: everything is looked at once.
            for need in self.state.needs.remove(&at).unwrap_or_default() {
                let required = match need.kind {
                    Kind::Required => true,
                    Kind::Optional => false,
                    // Without a registry the app may have been made to do without it.
                    Kind::Peer => self.source.registry.is_ok() || self.seen(&at, &need).is_some(),
                };
                if required {
                    open.extend(self.bring(&at, &need).await?);
                } else {
                    perhaps.push((at.clone(), need));
                }
            }
        }
        Ok(perhaps)
    }

    /// Sees to it that a package finds what it needs; gives the place of what is new.
    async fn bring(&mut self, at: &str, need: &Need) -> Result<Option<String>, NpmProblem> {
        let spec = &need.spec;
        let place = match self.seen(at, need) {
            Some(seen) if seen.is(spec) => {
                self.state.shared |= seen.own;
                return Ok(None);
            }
            Some(seen) if need.kind == Kind::Peer => {
                return Err(NpmProblem::Peer {
                    package: at.to_owned(),
                    wants: spec.to_string(),
                    version: seen.version,
                });
            }
            Some(_) => format!("{at}{INSIDE}{}", need.alias),
            None => need.alias.clone(),
        };
        if place.matches(INSIDE).count() > MAX_DEPTH {
            return Err(NpmProblem::Endless);
        }
        let choice = self.source.choose(std::slice::from_ref(spec)).await?;
        let loaded = self.source.load(choice).await?;
        if need.kind == Kind::Optional && loaded.for_some_machines {
            return Ok(None);
        }
        self.put(place.clone(), &spec.name, loaded)?;
        Ok(Some(place))
    }

    /// What a package finds by the name of what it needs. A peer is looked for outside of it.
    fn seen(&self, at: &str, need: &Need) -> Option<Seen> {
        let outer = |place: &'_ str| place.rfind(INSIDE);
        let mut inside = Some(at.len());
        if need.kind == Kind::Peer {
            inside = outer(at);
        }
        while let Some(end) = inside {
            let place = format!("{}{INSIDE}{}", &at[..end], need.alias);
            if let Some(placed) = self.state.placed.get(&place) {
                return Some(Seen::from(placed));
            }
            inside = outer(&at[..end]);
        }
        if let Some(placed) = self.state.placed.get(&need.alias) {
            return Some(Seen::from(placed));
        }
        let version = self.own.get(&need.alias)?.clone();
        Some(Seen {
            name: need.alias.clone(),
            version,
            own: true,
        })
    }

    pub(super) fn put(
        &mut self,
        place: String,
        name: &str,
        loaded: Loaded,
    ) -> Result<(), NpmProblem> {
        if self.state.placed.len() >= MAX_PLACES {
            return Err(too_much("packages", MAX_PLACES));
        }
        self.state.needs.insert(place.clone(), loaded.needs);
        let placed = Placed {
            name: name.to_owned(),
            version: loaded.version,
            from: loaded.from,
            origin: loaded.origin,
        };
        self.state.placed.insert(place, placed);
        Ok(())
    }
}

/// What is there by some name.
struct Seen {
    name: String,
    version: String,
    /// It is the app's own.
    own: bool,
}

impl Seen {
    fn is(&self, spec: &PackageSpec) -> bool {
        self.name == spec.name && spec.takes(&self.version)
    }
}

impl From<&Placed> for Seen {
    fn from(placed: &Placed) -> Self {
        Self {
            name: placed.name.clone(),
            version: placed.version.clone(),
            own: false,
        }
    }
}
