//! What the modules of an app ask for goes to the top of `node_modules`, before what that needs.

use std::collections::BTreeMap;

use super::{
    Asked,
    place::Places,
    problem::NpmProblem,
    source::{Choice, Loaded},
};
use crate::modules::PackageSpec;

/// Why something that was asked for cannot be had.
type Failed = BTreeMap<PackageSpec, String>;

impl Places {
    /// Places everything that modules ask for, then what that needs. Gives what could not be had, and why.
    pub(super) async fn settle(&mut self, asked: &[Asked]) -> Failed {
        let mut failed = Failed::new();
        let by_name = self.by_name(asked, &mut failed);
        for (name, specs) in &by_name {
            self.top(name, specs, &mut failed).await;
        }
        for (name, specs) in by_name {
            if !self.state.placed.contains_key(name) {
                continue;
            }
            let before = self.state.clone();
            if let Err(problem) = self.complete(name.to_owned()).await {
                self.state = before;
                fail(&mut failed, specs, &problem);
            }
        }
        failed
    }

    /// What is asked for of each package that the app does not have itself, in the order of asking.
    fn by_name<'a>(
        &mut self,
        asked: &'a [Asked],
        failed: &mut Failed,
    ) -> Vec<(&'a str, Vec<&'a PackageSpec>)> {
        let mut by_name: Vec<(&str, Vec<&PackageSpec>)> = Vec::new();
        for Asked { spec, remote } in asked {
            if let Some(version) = self.own.get(&spec.name) {
                self.state.shared |= remote;
                if !spec.takes(version) {
                    let problem = unfit(spec, "the app's node_modules", version);
                    fail(failed, [spec], &problem);
                }
                continue;
            }
            match by_name.iter_mut().find(|(name, _)| *name == spec.name) {
                Some((_, specs)) => specs.push(spec),
                None => by_name.push((&spec.name, vec![spec])),
            }
        }
        by_name
    }

    /// Places the version of a package that most of these take, the first before the others.
    async fn top(&mut self, name: &str, specs: &[&PackageSpec], failed: &mut Failed) {
        let (mut taken, mut best) = (Vec::new(), None);
        for spec in specs {
            taken.push(PackageSpec {
                sub: None,
                ..(*spec).clone()
            });
            match (self.source.choose(&taken).await, &best) {
                (Ok(choice), _) => best = Some(choice),
                (Err(problem), best) => {
                    taken.pop();
                    let other = best.as_ref().map(|choice| other_version(spec, choice));
                    fail(failed, [*spec], &other.unwrap_or(problem));
                }
            }
        }
        let Some(choice) = best else {
            return;
        };
        let loaded = self.source.load(choice).await;
        let put = |loaded: Loaded| self.put(name.to_owned(), name, loaded);
        if let Err(problem) = loaded.and_then(put) {
            fail(failed, specs.iter().copied(), &problem);
        }
    }
}

/// The first reason is the one that counts.
fn fail<'s>(
    failed: &mut Failed,
    specs: impl IntoIterator<Item = &'s PackageSpec>,
    problem: &NpmProblem,
) {
    for spec in specs {
        let text = || ds_core::error_chain(problem);
        failed.entry(spec.clone()).or_insert_with(text);
    }
}

fn unfit(spec: &PackageSpec, place: &str, version: &str) -> NpmProblem {
    NpmProblem::Unfit {
        place: place.to_owned(),
        version: version.to_owned(),
        name: spec.name.clone(),
        wants: spec.to_string(),
    }
}

fn other_version(spec: &PackageSpec, choice: &Choice) -> NpmProblem {
    let version = match choice {
        Choice::Folder(found) => &found.version,
        Choice::Registry(release) => &release.version,
    };
    unfit(spec, "what another module asks for", version)
}
