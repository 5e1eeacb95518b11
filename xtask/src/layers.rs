//! Which crate may stand on which: the table, and the check that what cargo says agrees with it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Each crate of the workspace, and the crates it stands on outside its tests.
pub(crate) type Graph = BTreeMap<String, Vec<String>>;

/// Where a crate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// A layer of the product. Crates know those of lower layers, and not their siblings.
    Product(u8),
    /// For tests alone: knows everything but programs, and nothing but tests knows it.
    TestKit,
    /// Whole-system tests and tasks: no crate knows them.
    Outside,
}

use Layer::{Outside, Product, TestKit};

/// The table. `docs/ARCHITECTURE.md` says what each is for.
const LAYERS: &[(&str, Layer)] = &[
    ("ds-core", Product(0)),
    ("ds-net", Product(0)),
    ("ds-routes", Product(1)),
    ("ds-auth", Product(1)),
    ("ds-sandbox", Product(1)),
    ("ds-backup", Product(1)),
    ("ds-egress", Product(2)),
    ("ds-apps", Product(2)),
    ("ds-lifecycle", Product(2)),
    ("ds-live", Product(2)),
    ("ds-serve", Product(3)),
    ("ds-store", Product(3)),
    ("ds-host", Product(4)),
    ("ds-dev", Product(4)),
    ("ds-testkit", TestKit),
    ("ds-tests", Outside),
    ("xtask", Outside),
];

/// The one pair of siblings of which one may know the other: the vocabulary is below everything.
const SIBLINGS: &[(&str, &str)] = &[("ds-net", "ds-core")];

/// How a layer is written in `docs/ARCHITECTURE.md`.
pub(crate) fn written(name: &str) -> Option<String> {
    layer(name).map(|layer| match layer {
        Product(number) => format!("L{number}"),
        TestKit | Outside => "—".to_owned(),
    })
}

/// The crates of the table.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LAYERS.iter().map(|(name, _)| *name)
}

fn layer(name: &str) -> Option<Layer> {
    let found = LAYERS.iter().find(|(known, _)| *known == name);
    found.map(|(_, layer)| *layer)
}

/// What `cargo metadata` knows of the workspace.
pub(crate) fn graph(metadata: &str) -> Result<Graph> {
    let metadata: Value = serde_json::from_str(metadata).context("cannot read cargo's metadata")?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo names no packages")?;
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    Ok(packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let normal = dependencies.filter(|one| one["kind"].as_str() != Some("dev"));
            (name(package), normal.map(name).collect())
        })
        .collect())
}

/// What in the graph is against the table.
pub(crate) fn problems(graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, _) in LAYERS.iter().filter(|(name, _)| !graph.contains_key(*name)) {
        problems.push(format!(
            "{name} is in the table of layers but not in the workspace"
        ));
    }
    for (name, dependencies) in graph {
        let Some(above) = layer(name) else {
            problems.push(format!(
                "{name} is in no layer; add it to xtask/src/layers.rs"
            ));
            continue;
        };
        for dependency in dependencies {
            let Some(below) = layer(dependency) else {
                continue;
            };
            let known = SIBLINGS.contains(&(name.as_str(), dependency.as_str()));
            if !known && !may_know(above, below) {
                problems.push(format!(
                    "{name} ({above:?}) must not know {dependency} ({below:?})"
                ));
            }
        }
    }
    problems
}

fn may_know(above: Layer, below: Layer) -> bool {
    match (above, below) {
        (Product(above), Product(below)) => below < above,
        (TestKit, Product(below)) => below < 4,
        (Outside, Product(_) | TestKit) => true,
        (Product(_) | TestKit, TestKit) | (_, Outside) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Graph {
        names().map(|name| (name.to_owned(), Vec::new())).collect()
    }

    #[test]
    fn who_may_know_whom() {
        let check = |name: &str, dependency: &str, fine: bool| {
            let mut graph = whole();
            graph.insert(
                name.to_owned(),
                vec![dependency.to_owned(), "serde".to_owned()],
            );
            assert_eq!(problems(&graph).is_empty(), fine, "{name} -> {dependency}");
        };
        check("ds-routes", "ds-core", true);
        check("ds-net", "ds-core", true);
        check("ds-core", "ds-net", false);
        check("ds-routes", "ds-auth", false);
        check("ds-auth", "ds-apps", false);
        check("ds-apps", "ds-sandbox", true);
        check("ds-apps", "ds-lifecycle", false);
        check("ds-serve", "ds-lifecycle", true);
        check("ds-serve", "ds-store", false);
        check("ds-host", "ds-store", true);
        check("ds-host", "ds-dev", false);
        check("ds-host", "ds-testkit", false);
        check("ds-testkit", "ds-store", true);
        check("ds-testkit", "ds-host", false);
        check("ds-tests", "ds-host", true);
        check("ds-tests", "ds-testkit", true);
        check("ds-core", "xtask", false);
    }

    #[test]
    fn every_crate_is_in_the_table_and_every_name_a_crate() {
        let mut graph = whole();
        assert_eq!(problems(&graph), Vec::<String>::new());
        graph.insert("ds-new".to_owned(), Vec::new());
        graph.remove("ds-live");
        assert_eq!(problems(&graph).len(), 2);
    }

    #[test]
    fn tests_may_know_more() {
        let metadata = r#"{"packages":[{"name":"ds-core","dependencies":[
            {"name":"ds-testkit","kind":"dev"},{"name":"serde","kind":null},{"name":"x","kind":"build"}]}]}"#;
        assert_eq!(graph(metadata).unwrap()["ds-core"], ["serde", "x"]);
    }
}
