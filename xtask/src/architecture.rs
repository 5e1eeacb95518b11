//! `docs/ARCHITECTURE.md` names the crates that there are.

use std::collections::BTreeSet;

use crate::{
    layers::{self, Graph},
    source::Tree,
};

/// The table of crates in the documentation is the table of layers.
pub(crate) fn problems(tree: &Tree, graph: &Graph) -> Vec<String> {
    const PATH: &str = "docs/ARCHITECTURE.md";
    let Some(file) = tree.at(PATH) else {
        return vec![format!("{PATH} is missing")];
    };
    let described: BTreeSet<(String, String)> = file.text.lines().filter_map(row).collect();
    let real = graph
        .keys()
        .filter_map(|name| Some((layers::written(name)?, name.clone())));
    let real: BTreeSet<(String, String)> = real.collect();
    let missing = real.difference(&described).map(|(layer, name)| {
        format!("{PATH}: the table of crates lacks `{name}` in layer {layer}")
    });
    let extra = described.difference(&real).map(|(layer, name)| {
        format!("{PATH}: there is no `{name}` in layer {layer}; take it out of the table")
    });
    missing.chain(extra).collect()
}

/// Reads ``| L0 | `ds-core` | … |``.
fn row(line: &str) -> Option<(String, String)> {
    let mut cells = line.trim().strip_prefix('|')?.split('|').map(str::trim);
    let (layer, name) = (cells.next()?, cells.next()?);
    let name = name.strip_prefix('`')?.strip_suffix('`')?;
    let known = layers::names().any(|known| known == name) || name.starts_with("ds-");
    known.then(|| (layer.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::File;

    #[test]
    fn the_documented_crates_are_the_real_ones() {
        let check = |table: &str, expect: &[&str]| {
            let file = File {
                path: "docs/ARCHITECTURE.md".into(),
                text: table.into(),
            };
            let graph = Graph::from([("ds-core".into(), vec![]), ("xtask".into(), vec![])]);
            let got = problems(&Tree(vec![file]), &graph);
            assert_eq!(got.len(), expect.len(), "{got:?}");
            for (got, expect) in got.iter().zip(expect) {
                assert!(got.contains(expect), "{got}");
            }
        };
        let good =
            "| layer | crate | what |\n|---|---|---|\n| L0 | `ds-core` | x |\n| — | `xtask` | y |";
        check(good, &[]);
        check(
            &good.replace("L0", "L1"),
            &["lacks `ds-core`", "no `ds-core`"],
        );
        check(
            &good.replace("ds-core", "ds-cora"),
            &["lacks `ds-core`", "no `ds-cora`"],
        );
        check("| L0 | `ds-core` | x |", &["lacks `xtask`"]);
    }
}
