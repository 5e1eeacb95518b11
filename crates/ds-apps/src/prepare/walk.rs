//! Following imports from the entry module until no new module turns up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    io,
    sync::Arc,
};

use ds_core::ApiVersion;
use futures_util::{StreamExt as _, stream};

use super::{
    PrepareError, depth,
    error::ImportProblem,
    graph::{Body, Graph, Link, Node, Target},
    media::Media,
    package::Package,
    read::{Fresh, Origin, Read, read},
    resolve::{Id, Key, Resolver, Wish, computed_folder},
    scan::{Computed, How, Import},
    script,
};
use crate::modules::{Finder, NotFound, Obtained, Wanted};

const MAX_MODULES: usize = 5_000;
const MAX_TOTAL: u64 = 256 << 20;
/// How many modules are asked for at the same time.
const AT_ONCE: usize = 8;

/// A walk over the modules of one package.
pub(super) struct Walk<'a> {
    pub package: Arc<Package>,
    pub graph: Graph,
    api: ApiVersion,
    finder: Finder<'a>,
    /// Found, not read yet.
    new: Vec<Fresh>,
    seen: HashSet<Key>,
    /// Where remote specifiers led.
    led: HashMap<(Wanted, bool), Result<Key, NotFound>>,
    /// Under which names remote modules were asked for, for the list in `vendor/`.
    pub named: BTreeMap<Key, BTreeSet<String>>,
    total: u64,
    everything: bool,
}

impl<'a> Walk<'a> {
    /// A walk that has not started.
    pub(super) fn new(package: Arc<Package>, api: ApiVersion, finder: Finder<'a>) -> Self {
        Self {
            package,
            graph: Graph::default(),
            api,
            finder,
            new: Vec::new(),
            seen: HashSet::new(),
            led: HashMap::new(),
            named: BTreeMap::new(),
            total: 0,
            everything: false,
        }
    }

    /// Walks from the entry module to the end.
    pub(super) async fn run(&mut self, entry: &str) -> Result<(), PrepareError> {
        if !self.package.has(entry) || !Media::of_path(entry).is_script() {
            return Err(PrepareError::NoEntry(entry.to_owned()));
        }
        self.add_file(&Key {
            id: Id::Package(entry.to_owned()),
            data: false,
        });
        while !self.new.is_empty() {
            let read = self.read_new().await?;
            let mut wishes = Vec::with_capacity(read.len());
            for Read { node, size } in read {
                self.total += size;
                wishes.push((node.key.clone(), self.wishes_of(&node)));
                self.graph.add(node);
            }
            self.check_bounds()?;
            self.find_all(&wishes).await;
            for (key, wishes) in wishes {
                self.link(&key, wishes);
            }
        }
        Ok(())
    }

    fn check_bounds(&self) -> Result<(), PrepareError> {
        let too_much = |what: &str, limit| PrepareError::TooMuch {
            what: what.to_owned(),
            limit,
        };
        if self.seen.len() > MAX_MODULES {
            return Err(too_much("their number", MAX_MODULES as u64));
        }
        if self.total > MAX_TOTAL {
            return Err(too_much("their size in bytes", MAX_TOTAL));
        }
        Ok(())
    }

    fn add_file(&mut self, key: &Key) {
        if let Id::Package(path) = &key.id
            && self.seen.insert(key.clone())
        {
            let from = Origin::Package(self.package.root.join(path));
            self.new.push(Fresh {
                key: key.clone(),
                media: Media::of_path(path),
                from,
            });
        }
    }

    /// Reads what is new, off the runtime and with stack enough.
    async fn read_new(&mut self) -> Result<Vec<Read>, PrepareError> {
        let fresh = std::mem::take(&mut self.new);
        let work = move || depth::with_stack(move || fresh.into_iter().map(read).collect());
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => Err(PrepareError::Ended(error)),
            Err(error) => Err(PrepareError::Ended(io::Error::other(error))),
        }
    }

    fn wishes_of(&mut self, node: &Node) -> Vec<(Import, Wish)> {
        let Body::Script(script) = &node.body else {
            return builtin_wishes(node, self.api, &self.package);
        };
        if let Id::Package(path) = &node.key.id {
            let path = path.clone();
            self.add_computed(&path, &script.found.computed);
        }
        let package = self.package.clone();
        let resolver = Resolver {
            package: &package,
            api: self.api,
        };
        let imports = script.found.imports.iter();
        imports
            .map(|import| (import.clone(), resolver.wish(&node.key.id, import)))
            .collect()
    }

    /// Everything that imports computed at run time may reach.
    fn add_computed(&mut self, path: &str, computed: &[Computed]) {
        let package = self.package.clone();
        for Computed { prefix } in computed {
            let folder = match prefix {
                Some(prefix) => computed_folder(path, prefix),
                None if self.everything => None,
                None => {
                    self.everything = true;
                    Some(String::new())
                }
            };
            for path in folder
                .iter()
                .flat_map(|folder| package.modules_below(folder))
            {
                self.add_file(&Key {
                    id: Id::Package(path.clone()),
                    data: false,
                });
            }
        }
    }

    /// Finds the remote modules that are asked for, several at a time.
    async fn find_all(&mut self, wishes: &[(Key, Vec<(Import, Wish)>)]) {
        let asked: BTreeSet<(Wanted, bool)> = wishes
            .iter()
            .flat_map(|(_, wishes)| wishes)
            .filter_map(|(_, wish)| match wish {
                Wish::Remote { wanted, data } => Some((wanted.clone(), *data)),
                _ => None,
            })
            .filter(|asked| !self.led.contains_key(asked))
            .collect();
        let finder = &self.finder;
        let found: Vec<_> = stream::iter(asked)
            .map(|(wanted, data)| async move { (finder.find(&wanted).await, wanted, data) })
            .buffered(AT_ONCE)
            .collect()
            .await;
        for (found, wanted, data) in found {
            let led = found.map(|obtained| self.add_remote(obtained, data));
            self.led.insert((wanted, data), led);
        }
    }

    fn add_remote(&mut self, obtained: Obtained, data: bool) -> Key {
        let media = Media::of_remote(obtained.url.path(), obtained.content_type.as_deref());
        // JSON and the like are the same file however they are imported.
        let data = data || !media.is_script();
        let key = Key {
            id: Id::Remote(obtained.url),
            data,
        };
        if self.seen.insert(key.clone()) {
            self.new.push(Fresh {
                key: key.clone(),
                media,
                from: Origin::Bytes(obtained.bytes),
            });
        }
        key
    }

    /// Notes where the imports of a module lead.
    fn link(&mut self, from: &Key, wishes: Vec<(Import, Wish)>) {
        let mut links = Vec::with_capacity(wishes.len());
        for (import, wish) in wishes {
            let to = self.target(&import, wish);
            let Import {
                span,
                specifier,
                how,
                ..
            } = import;
            links.push(Link {
                span,
                specifier,
                how,
                to,
            });
        }
        if let Some(node) = self.graph.get_mut(from) {
            node.links = links;
        }
    }

    fn target(&mut self, import: &Import, wish: Wish) -> Target {
        match wish {
            Wish::Keep => Target::Keep,
            Wish::Failed(problem) => Target::Failed(problem),
            Wish::Perhaps(path) => {
                self.add_file(&Key {
                    id: Id::Package(path),
                    data: false,
                });
                Target::Keep
            }
            Wish::Package { key, suffix } => {
                self.add_file(&key);
                Target::Module(key, suffix)
            }
            Wish::Builtin(builtin) => {
                let key = Key {
                    id: Id::Builtin(builtin.file),
                    data: false,
                };
                if self.seen.insert(key.clone()) {
                    let from = Origin::Builtin(builtin.source);
                    self.new.push(Fresh {
                        key: key.clone(),
                        media: Media::JavaScript,
                        from,
                    });
                }
                Target::Module(key, String::new())
            }
            Wish::Remote { wanted, data } => self.led_to(import, wanted, data),
            Wish::Npm(package) => Target::Npm(package),
        }
    }

    fn led_to(&mut self, import: &Import, wanted: Wanted, data: bool) -> Target {
        let specifier = wanted.specifier();
        match self.led.get(&(wanted, data)) {
            Some(Ok(key)) => {
                let is_json =
                    matches!(&key.id, Id::Remote(url) if Media::of_path(url.path()) == Media::Json);
                if key.data && !data && is_json && import.how == How::Static {
                    return Target::Failed(ImportProblem::JsonAttribute);
                }
                self.named.entry(key.clone()).or_default().insert(specifier);
                Target::Module(key.clone(), String::new())
            }
            Some(Err(not_found)) => Target::Failed(not_found.clone().into()),
            None => Target::Failed(ImportProblem::NotFound("it was not looked for".to_owned())),
        }
    }
}

/// The imports of a built-in module lead to built-in modules; they are only followed, never rewritten.
fn builtin_wishes(node: &Node, api: ApiVersion, package: &Package) -> Vec<(Import, Wish)> {
    let Body::Builtin(source) = node.body else {
        return Vec::new();
    };
    let Ok(script) = script::read("builtin.js", source, Media::JavaScript) else {
        return Vec::new();
    };
    let resolver = Resolver { package, api };
    let imports = script.found.imports.into_iter();
    imports
        .map(|import| {
            let wish = resolver.wish(&node.key.id, &import);
            (import, wish)
        })
        .collect()
}
