//! Which modules can become one, and what stays outside.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        graph::{Body, Graph, Link, Node, Target},
        place,
        resolve::Key,
    },
    PLACE,
    outside::{Outside, beside},
    read,
    refuse::Unbundled,
    unit::{Dest, Unit},
};

/// More would be no app, and one file of that size nothing to start quickly.
const MAX_TEXT: usize = 16 << 20;
/// Node.js modules that load others, or run text.
const LOADERS: [&str; 5] = [
    "node:child_process",
    "node:module",
    "node:repl",
    "node:vm",
    "node:worker_threads",
];

/// All modules that the entry module needs to start.
#[derive(Default)]
pub(super) struct App {
    /// The entry module first, and behind all that it needs to start those that are only imported later.
    pub units: Vec<Unit>,
    /// How many are needed to start.
    pub started: usize,
    /// What they import that stays outside.
    pub outside: Vec<Outside>,
}

/// Reads everything that the entry module reaches.
pub(super) fn collect(graph: &Graph) -> Result<App, Unbundled> {
    let mut collect = Collect {
        graph,
        all: App::default(),
        keys: Vec::new(),
        indexes: HashMap::new(),
        outside: HashMap::new(),
        size: 0,
        later: false,
    };
    let entry = graph.nodes.first().ok_or(Unbundled::One)?;
    collect.unit(&entry.key);
    collect.read_all()?;
    collect.all.started = collect.keys.len();
    let mut known = 0;
    // What is imported later may itself import later.
    while known < collect.all.units.len() {
        collect.dynamics(known)?;
        collect.read_all()?;
        known += 1;
    }
    let waits = |unit: &Unit| unit.waits;
    let waits = collect.all.units[..collect.all.started]
        .iter()
        .find(|unit| waits(unit));
    match waits.filter(|_| collect.later) {
        // It might wait for itself.
        Some(unit) => Err(Unbundled::uses(
            &unit.file,
            "waits in an app that uses import()",
        )),
        None => Ok(collect.all),
    }
}

struct Collect<'a> {
    graph: &'a Graph,
    all: App,
    keys: Vec<Key>,
    indexes: HashMap<Key, usize>,
    outside: HashMap<Outside, usize>,
    size: usize,
    /// Whether a module is imported by `import()`.
    later: bool,
}

impl Collect<'_> {
    fn unit(&mut self, key: &Key) -> usize {
        if let Some(&index) = self.indexes.get(key) {
            return index;
        }
        self.indexes.insert(key.clone(), self.keys.len());
        self.keys.push(key.clone());
        self.keys.len() - 1
    }

    /// Reads what was found and all that it needs.
    fn read_all(&mut self) -> Result<(), Unbundled> {
        while let Some(key) = self.keys.get(self.all.units.len()).cloned() {
            self.read(self.all.units.len(), &key)?;
        }
        Ok(())
    }

    /// Notes where the `import()`s of a module lead.
    fn dynamics(&mut self, index: usize) -> Result<(), Unbundled> {
        let node = self.keys.get(index).and_then(|key| self.graph.get(key));
        let Some(node) = node else {
            return Ok(());
        };
        let links: HashMap<_, _> = node
            .links
            .iter()
            .map(|link| (link.span.start, link))
            .collect();
        for at in 0..self.all.units[index].dynamics.len() {
            let request = &self.all.units[index].dynamics[at];
            let attribute = request.attribute.clone();
            let link = links.get(&request.span.start).ok_or_else(|| {
                Unbundled::imports(&node.out, &request.specifier, "leads nowhere")
            })?;
            let to = self.dest(node, link, attribute)?;
            self.later |= matches!(to, Dest::Unit(_));
            self.all.units[index].dynamics[at].to = to;
        }
        Ok(())
    }

    fn read(&mut self, index: usize, key: &Key) -> Result<(), Unbundled> {
        let node = self
            .graph
            .get(key)
            .ok_or_else(|| Unbundled::uses("an import", "leads nowhere"))?;
        let text = match &node.body {
            Body::Script(script) if !script.kept => &script.text,
            Body::Builtin(source) => *source,
            Body::Script(_) => return Err(Unbundled::uses(&node.out, "has decorators")),
            Body::Broken(_) | Body::Data => {
                return Err(Unbundled::uses(&node.out, "cannot be read"));
            }
        };
        self.size += text.len();
        if self.size > MAX_TEXT {
            return Err(Unbundled::TooMuch);
        }
        let mut unit = read::read(&node.out, text, index == 0)?;
        unit.mapped = node.media.needs_compiling();
        let links: HashMap<_, _> = node
            .links
            .iter()
            .map(|link| (link.span.start, link))
            .collect();
        let stars: HashSet<usize> = unit.stars.iter().copied().collect();
        for at in 0..unit.requests.len() {
            let request = &unit.requests[at];
            let link = links.get(&request.span.start).ok_or_else(|| {
                Unbundled::imports(&node.out, &request.specifier, "leads nowhere")
            })?;
            let to = self.dest(node, link, request.attribute.clone())?;
            if matches!(to, Dest::Outside(_)) && stars.contains(&at) {
                let what = "stays outside, so that nobody knows what `export *` means";
                return Err(Unbundled::imports(&node.out, &link.specifier, what));
            }
            unit.requests[at].to = to;
        }
        self.all.units.push(unit);
        Ok(())
    }

    fn dest(
        &mut self,
        node: &Node,
        link: &Link,
        attribute: Option<String>,
    ) -> Result<Dest, Unbundled> {
        let refuse = |what| Err(Unbundled::imports(&node.out, &link.specifier, what));
        let specifier = match &link.to {
            Target::Module(_, suffix) if !suffix.is_empty() => {
                return refuse("is an instance of its own");
            }
            Target::Module(key, _) => match self.graph.get(key) {
                Some(to) if matches!(to.body, Body::Data) && attribute.is_some() => {
                    place::specifier(PLACE, &to.out)
                }
                Some(_) if attribute.is_none() => return Ok(Dest::Unit(self.unit(key))),
                _ => return refuse("is neither a module nor data"),
            },
            Target::Keep if LOADERS.contains(&link.specifier.as_str()) => {
                return refuse("loads modules by itself");
            }
            Target::Keep if link.specifier.starts_with("node:") => link.specifier.clone(),
            Target::Keep if attribute.is_some() => match beside(node, &link.specifier) {
                Some(specifier) => specifier,
                None => return refuse("is not beside the module"),
            },
            Target::Keep | Target::Npm(_) | Target::Other(_) => {
                return refuse("is none of the app's modules");
            }
            Target::Failed(_) => return refuse("cannot be had"),
        };
        let outside = Outside {
            specifier,
            attribute,
        };
        let next = self.outside.len();
        let index = *self.outside.entry(outside.clone()).or_insert(next);
        if index == next {
            self.all.outside.push(outside);
        }
        Ok(Dest::Outside(index))
    }
}
