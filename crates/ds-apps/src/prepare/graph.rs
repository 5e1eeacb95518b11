//! The modules of an app and what leads from one to another.

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::{
    error::ImportProblem,
    media::Media,
    package::is_installed,
    place,
    resolve::{Id, Key},
    scan::How,
    script::{Script, SyntaxError},
};
use crate::modules::PackageSpec;

/// A module or data file that has been read.
pub(super) struct Node {
    pub key: Key,
    pub body: Body,
    /// As fetched; remote ones only.
    pub source: Option<Arc<[u8]>>,
    pub media: Media,
    /// Where it is in the prepared copy, relative to `run/`.
    pub out: String,
    pub links: Vec<Link>,
}

/// What a node is.
pub(super) enum Body {
    /// Code.
    Script(Script),
    /// What should be code and cannot be read.
    Broken(SyntaxError),
    /// Not code; it stays as it is.
    Data,
    /// Comes with the host; it stays as it is.
    Builtin(&'static str),
}

/// One import of a module.
#[derive(Debug)]
pub(super) struct Link {
    pub span: Range<usize>,
    pub specifier: String,
    pub how: How,
    pub to: Target,
}

/// Where an import leads.
#[derive(Debug)]
pub(super) enum Target {
    /// It stays as written.
    Keep,
    /// To a module, with a query and fragment.
    Module(Key, String),
    /// To an npm package; which one is known when all modules have been read.
    Npm(PackageSpec),
    /// To another specifier.
    Other(String),
    /// Nowhere.
    Failed(ImportProblem),
}

/// All modules that were read, in the order in which they were found.
#[derive(Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    index: HashMap<Key, usize>,
    outs: HashMap<String, usize>,
}

impl Graph {
    pub(super) fn get(&self, key: &Key) -> Option<&Node> {
        self.index.get(key).map(|&at| &self.nodes[at])
    }

    pub(super) fn get_mut(&mut self, key: &Key) -> Option<&mut Node> {
        self.index.get(key).map(|&at| &mut self.nodes[at])
    }

    /// Adds a node and gives it its place, one that no other has.
    pub(super) fn add(&mut self, mut node: Node) {
        node.out = place_of(&node);
        if self.outs.contains_key(&node.out) {
            node.out = place::another(&node.out, self.nodes.len());
        }
        self.outs.insert(node.out.clone(), self.nodes.len());
        self.index.insert(node.key.clone(), self.nodes.len());
        self.nodes.push(node);
    }

    /// Which nodes are surely needed by the first: by imports that must be had.
    pub(super) fn surely_reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            if at >= self.nodes.len() || std::mem::replace(&mut reached[at], true) {
                continue;
            }
            let node = &self.nodes[at];
            let links = node.links.iter().filter(|link| node.must_have(link.how));
            open.extend(links.filter_map(|link| match &link.to {
                Target::Module(key, _) => self.index.get(key).copied(),
                _ => None,
            }));
        }
        reached
    }
}

impl Node {
    /// The name that people know it by.
    pub(super) fn name(&self) -> String {
        match &self.key.id {
            Id::Package(path) => path.clone(),
            Id::Remote(url) => url.to_string(),
            Id::Builtin(file) => (*file).to_owned(),
        }
    }

    /// Whether an import of this module must be had: static ones, and in the app's own modules `import("…")` as well.
    /// Code of others may well ask for something that it can do without.
    pub(super) fn must_have(&self, how: How) -> bool {
        match (how, &self.key.id) {
            (How::Static, _) => true,
            (How::Dynamic, Id::Package(path)) => !is_installed(path),
            _ => false,
        }
    }

    /// Where its source is kept, below `vendor/`; remote ones only.
    pub(super) fn vendored(&self) -> Option<String> {
        match &self.key.id {
            Id::Remote(url) => Some(place::vendor_file(url, self.media)),
            _ => None,
        }
    }
}

fn place_of(node: &Node) -> String {
    let script = match &node.body {
        Body::Script(script) => Some(script),
        _ => None,
    };
    match &node.key.id {
        Id::Builtin(file) => format!("modules/{file}"),
        Id::Package(path) if node.key.data => format!("app/{}", place::data_file(path, node.media)),
        Id::Package(path) => match script {
            Some(script) if node.media.needs_compiling() && !script.kept => {
                format!("app/{path}.js")
            }
            _ => format!("app/{path}"),
        },
        Id::Remote(url) => {
            let vendored = place::vendor_file(url, node.media);
            let name = match script {
                Some(script) if script.kept => place::kept_file(&vendored, node.media),
                Some(_) => place::script_file(&vendored, node.media),
                None => place::data_file(&vendored, node.media),
            };
            format!("modules/{name}")
        }
    }
}
