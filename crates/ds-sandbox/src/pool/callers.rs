//! Those who wait for one appspace's sandbox.

use std::collections::BTreeMap;

use ds_core::SandboxId;
use tokio::sync::oneshot;

use super::running::Using;
use crate::{SandboxSpec, StartError};

/// A place in a line: who came earlier has a smaller one.
pub(super) type Place = u64;
/// What a caller waits for.
pub(super) type Answer = Result<Using, StartError>;

/// The callers of one appspace in the order they came, and what to start for them.
#[derive(Default)]
pub(super) struct Callers {
    line: BTreeMap<Place, oneshot::Sender<Answer>>,
    /// There is one as long as somebody waits, as the last who came says.
    spec: Option<SandboxSpec>,
}

impl Callers {
    pub(super) fn len(&self) -> usize {
        self.line.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub(super) fn first(&self) -> Option<Place> {
        self.line.keys().next().copied()
    }

    pub(super) fn contains(&self, place: Place) -> bool {
        self.line.contains_key(&place)
    }

    /// Adds one at the end.
    pub(super) fn join(&mut self, place: Place, spec: SandboxSpec) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.line.insert(place, answer);
        self.spec = Some(spec);
        answered
    }

    /// Takes one out of the line who no longer waits.
    pub(super) fn leave(&mut self, place: Place) -> bool {
        let was_in = self.line.remove(&place).is_some();
        self.forget();
        was_in
    }

    /// The one who came first.
    pub(super) fn next(&mut self) -> Option<oneshot::Sender<Answer>> {
        let (_, next) = self.line.pop_first()?;
        self.forget();
        Some(next)
    }

    /// Everybody.
    pub(super) fn all(&mut self) -> Vec<oneshot::Sender<Answer>> {
        self.spec = None;
        std::mem::take(&mut self.line).into_values().collect()
    }

    /// What to start for them. Should they need another start after this one, that is another run.
    pub(super) fn next_run(&mut self) -> Option<SandboxSpec> {
        let kept = self.spec.as_mut()?;
        let spec = kept.clone();
        kept.id = SandboxId::new();
        Some(spec)
    }

    fn forget(&mut self) {
        if self.line.is_empty() {
            self.spec = None;
        }
    }
}
