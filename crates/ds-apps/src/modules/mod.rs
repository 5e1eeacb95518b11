//! Where modules that are not in a package come from: folders first, the network if there is a fetcher.

mod fetch;
mod jsr;
mod net;
mod registry;
mod specifier;
mod tree;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use url::Url;

pub use fetch::{Fetch, FetchError, Fetched};
pub use net::NetFetch;
pub(crate) use registry::{Registry, RegistryError, Release};
pub use specifier::PackageSpec;
pub(crate) use specifier::{package_of_bare, rank};
use tree::Found;
pub use tree::TreeError;
pub(crate) use tree::{LIST, Listed, Tree, hex};

/// The largest module.
pub const MAX_MODULE: u64 = 16 << 20;

/// The places that modules are looked for in.
#[derive(Clone, Default)]
pub struct Modules {
    trees: Vec<Tree>,
    fetcher: Option<Arc<dyn Fetch>>,
    npm_registry: Option<Url>,
}

/// A remote module as found.
#[derive(Clone, Debug)]
pub(crate) struct Obtained {
    /// Where it really is: relative imports start here.
    pub(crate) url: Url,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) content_type: Option<String>,
}

/// Why a module was not found.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", looked.join("; "))]
pub struct NotFound {
    /// One sentence per place that was asked.
    pub looked: Vec<String>,
}

/// What remote code may be named by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Wanted {
    Url(Url),
    Jsr(PackageSpec),
}

impl Wanted {
    /// As it is written.
    pub(crate) fn specifier(&self) -> String {
        match self {
            Self::Url(url) => url.to_string(),
            Self::Jsr(package) => format!("jsr:{package}"),
        }
    }
}

impl Modules {
    /// Looks in these folders, in this order, and then asks the fetcher.
    #[must_use]
    pub fn new(trees: Vec<PathBuf>, fetcher: Option<Arc<dyn Fetch>>) -> Self {
        Self {
            trees: trees.into_iter().map(Tree::new).collect(),
            fetcher,
            npm_registry: None,
        }
    }

    /// Asks the fetcher for npm packages, too: the registry at this address. Without one, they come from folders alone.
    #[must_use]
    pub fn with_npm_registry(mut self, base: Url) -> Self {
        self.npm_registry = Some(base);
        self
    }

    /// The same, with one more folder before all others.
    #[must_use]
    pub fn with_tree_first(&self, dir: PathBuf) -> Self {
        let mut modules = self.clone();
        modules.trees.insert(0, Tree::new(dir));
        modules
    }

    pub(crate) fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The registry of npm packages, or why there is none, as a sentence's end.
    pub(crate) fn registry(&self) -> Result<Registry, &'static str> {
        match (&self.npm_registry, &self.fetcher) {
            (Some(base), Some(fetcher)) => Ok(Registry::new(base.clone(), fetcher.clone())),
            (Some(_), None) => {
                Err("the network was not asked, because it is switched off for modules")
            }
            (None, _) => Err("no registry of npm packages is configured"),
        }
    }

    pub(crate) fn finder(&self) -> Finder<'_> {
        Finder {
            modules: self,
            seen: Mutex::default(),
        }
    }
}

/// Finds modules for one preparation: nothing is fetched twice.
pub(crate) struct Finder<'a> {
    modules: &'a Modules,
    seen: Mutex<HashMap<Url, Result<Obtained, NotFound>>>,
}

impl Finder<'_> {
    /// Finds a module.
    pub(crate) async fn find(&self, wanted: &Wanted) -> Result<Obtained, NotFound> {
        match wanted {
            Wanted::Url(url) => self.url(url).await,
            Wanted::Jsr(package) => self.jsr(package).await,
        }
    }

    /// Finds what is at an address.
    async fn url(&self, url: &Url) -> Result<Obtained, NotFound> {
        let mut url = url.clone();
        url.set_fragment(None);
        if let Some(known) = self.known(&url) {
            return known;
        }
        let found = self.ask(&url).await;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(found) = &found {
            seen.insert(found.url.clone(), Ok(found.clone()));
        }
        seen.insert(url, found.clone());
        found
    }

    fn known(&self, url: &Url) -> Option<Result<Obtained, NotFound>> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(url)
            .cloned()
    }

    async fn ask(&self, url: &Url) -> Result<Obtained, NotFound> {
        let asked = url.clone();
        if let Some(found) = self
            .in_trees(move |tree| tree.get(&asked, MAX_MODULE))
            .await?
        {
            return Ok(found);
        }
        let mut looked = self.looked_in_trees();
        let Some(fetcher) = &self.modules.fetcher else {
            looked.push(
                "the network was not asked, because it is switched off for modules".to_owned(),
            );
            return Err(NotFound { looked });
        };
        match fetcher.fetch(url).await {
            Ok(answer) => Ok(Obtained {
                url: answer.final_url,
                bytes: answer.bytes.into(),
                content_type: answer.content_type,
            }),
            Err(error) => {
                looked.push(ds_core::error_chain(&error));
                Err(NotFound { looked })
            }
        }
    }

    /// Asks every folder in order. One that cannot be used ends the search: silence would hide it.
    async fn in_trees<F>(&self, ask: F) -> Result<Option<Obtained>, NotFound>
    where
        F: Fn(&Tree) -> Result<Option<Found>, TreeError> + Send + 'static,
    {
        let trees = self.modules.trees.clone();
        let search = move || {
            trees
                .iter()
                .find_map(|tree| ask(tree).transpose())
                .transpose()
        };
        let found = match tokio::task::spawn_blocking(search).await {
            Ok(found) => found.map_err(|error| ds_core::error_chain(&error)),
            Err(error) => Err(error.to_string()),
        };
        match found {
            Ok(found) => Ok(found.map(|found| Obtained {
                url: found.url,
                bytes: found.bytes.into(),
                content_type: found.content_type.map(str::to_owned),
            })),
            Err(message) => Err(NotFound {
                looked: vec![message],
            }),
        }
    }

    fn looked_in_trees(&self) -> Vec<String> {
        let trees = self.modules.trees.iter();
        trees
            .map(|tree| format!("it is not in {}", tree.root().display()))
            .collect()
    }
}
