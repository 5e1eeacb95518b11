//! What the one module imports and does not hold.

use std::fmt;

use url::Url;

use super::{
    super::{edit, graph::Node, place, resolve::Id},
    PLACE,
};

/// Something that stays a file of its own, or is part of the engine. To evaluate it does nothing that anybody sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Outside {
    /// How the one module names it.
    pub specifier: String,
    /// The `type` of its attributes.
    pub attribute: Option<String>,
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&edit::literal(&self.specifier))?;
        match &self.attribute {
            Some(kind) => write!(f, " with {{ type: {} }}", edit::literal(kind)),
            None => Ok(()),
        }
    }
}

/// A path that is relative to a module of the package, as the one module says it.
pub(super) fn beside(node: &Node, specifier: &str) -> Option<String> {
    let (Id::Package(_), true) = (&node.key.id, specifier.starts_with('.')) else {
        return None;
    };
    let root = Url::parse("file:///run/").ok()?;
    let to_node = place::specifier("x", &node.out);
    let target = root.join(&to_node).ok()?.join(specifier).ok()?;
    target.as_str().strip_prefix("file:///run/app/")?;
    root.join(PLACE).ok()?.make_relative(&target)
}
