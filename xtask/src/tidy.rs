//! House rules that no compiler knows.

use crate::{
    layers::Graph,
    source::{File, Tree},
};

/// Something that only some crates may write, and why.
struct Reserved {
    /// What is looked for in Rust files.
    words: &'static [&'static str],
    /// Who may.
    crates: &'static [&'static str],
    /// What the others do instead.
    instead: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        words: &["sqlx::", "rusqlite::"],
        crates: &["ds-store"],
        instead: "SQL is in ds-store alone: ask a store trait",
    },
    Reserved {
        words: &["StatusCode"],
        // ds-net is a client and the test crates look from outside; they read statuses and answer none.
        crates: &[
            "ds-serve",
            "ds-host",
            "ds-dev",
            "ds-net",
            "ds-testkit",
            "ds-tests",
        ],
        instead: "HTTP statuses are chosen in ds-serve and the programs alone: return a typed error",
    },
    Reserved {
        words: &["process::Command", "Command::new("],
        crates: &["ds-sandbox", "ds-testkit", "ds-tests"],
        instead: "processes are started in ds-sandbox alone",
    },
];

/// The programs, which may use what libraries may not.
const PROGRAMS: &[&str] = &["ds-host", "ds-dev", "xtask"];

/// Libraries that only some crates may use, and why.
const LIBRARIES: &[(&str, &[&str], &str)] = &[
    ("clap", PROGRAMS, "arguments are for programs"),
    ("anyhow", PROGRAMS, "libraries have typed errors"),
    ("sqlx", &["ds-store"], "SQL is in ds-store alone"),
];

/// Where packages come from is each person's own setting. In pieces, so as not to find itself.
const REGISTRIES: &[&str] = &[
    concat!("registry.npm", "js.org"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("files.python", "hosted.org"),
    concat!("deb.debian", ".org"),
    concat!("archive.ubuntu", ".com"),
];

/// What is against the rules.
pub(crate) fn problems(tree: &Tree, graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(tree.with("rs").filter_map(opening));
    problems.extend(tree.with("rs").flat_map(reserved));
    problems.extend(tree.0.iter().filter_map(lints));
    problems.extend(tree.0.iter().flat_map(registries));
    problems.extend(libraries(graph));
    problems
}

fn opening(file: &File) -> Option<String> {
    let opens = file.text.starts_with("//!");
    (!opens).then(|| format!("{}: open it with `//!` and what it is for", file.path))
}

fn reserved(file: &File) -> Vec<String> {
    let package = file.package();
    // Integration tests start the programs they test, and tasks are no part of the product.
    let is_free = ["", "xtask"].contains(&package) || file.path.contains("/tests/");
    let rules = RESERVED
        .iter()
        .filter(|rule| !is_free && !rule.crates.contains(&package));
    let mut problems = Vec::new();
    for rule in rules {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if rule.words.iter().any(|word| code.contains(word)) {
                let (path, number, instead) = (&file.path, number + 1, rule.instead);
                problems.push(format!("{path}:{number}: {instead}"));
            }
        }
    }
    problems
}

fn lints(file: &File) -> Option<String> {
    let is_crate = file.path.ends_with("/Cargo.toml") && !file.package().is_empty();
    let has = file.text.contains("[lints]\nworkspace = true");
    (is_crate && !has).then(|| format!("{}: add `[lints] workspace = true`", file.path))
}

fn registries(file: &File) -> Vec<String> {
    let named = REGISTRIES.iter().filter(|host| file.text.contains(*host));
    named
        .map(|host| {
            format!(
                "{}: names {host}; where packages come from is a setting",
                file.path
            )
        })
        .collect()
}

fn libraries(graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, dependencies) in graph {
        for (library, crates, why) in LIBRARIES {
            let uses = dependencies.iter().any(|dependency| dependency == library);
            if uses && !crates.contains(&name.as_str()) {
                problems.push(format!("{name} must not use {library}: {why}"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = File {
            path: path.into(),
            text: text.into(),
        };
        let tree = Tree(vec![file]);
        problems(&tree, &Graph::new())
    }

    #[test]
    fn what_is_against_the_rules() {
        let check = |path: &str, text: &str, expect: usize| {
            assert_eq!(found(path, text).len(), expect, "{path}: {text}");
        };
        check("crates/ds-core/src/a.rs", "//! A.\n", 0);
        check("crates/ds-core/src/a.rs", "// A.\n", 1);
        check("crates/ds-core/src/a.rs", "", 1);
        check("crates/ds-auth/src/a.rs", "//! A.\nuse sqlx::Pool;", 1);
        check(
            "crates/ds-auth/src/a.rs",
            "//! Not sqlx::Pool.\n// nor sqlx::x",
            0,
        );
        check("crates/ds-store/src/a.rs", "//! A.\nuse sqlx::Pool;", 0);
        check(
            "crates/ds-auth/src/a.rs",
            "//! A.\nStatusCode::OK StatusCode",
            1,
        );
        check("crates/ds-host/src/a.rs", "//! A.\nStatusCode::OK", 0);
        check(
            "crates/ds-host/src/a.rs",
            "//! A.\nuse std::process::Command;",
            1,
        );
        check(
            "crates/ds-host/tests/it/a.rs",
            "//! A.\nuse std::process::Command;",
            0,
        );
        check(
            "crates/ds-sandbox/src/a.rs",
            "//! A.\nuse std::process::Command;",
            0,
        );
        check("crates/ds-core/Cargo.toml", "[package]\n", 1);
        check(
            "crates/ds-core/Cargo.toml",
            "[lints]\nworkspace = true\n",
            0,
        );
        check("Cargo.toml", "[workspace]", 0);
        check(
            "package-lock.json",
            concat!("https://registry.npm", "js.org/deno"),
            1,
        );
        check("README.md", "cargo install", 0);
    }

    #[test]
    fn some_libraries_are_for_some_crates() {
        let check = |name: &str, library: &str, expect: usize| {
            let graph = Graph::from([(name.into(), vec![library.into()])]);
            assert_eq!(libraries(&graph).len(), expect, "{name} {library}");
        };
        check("ds-host", "clap", 0);
        check("ds-core", "clap", 1);
        check("ds-serve", "anyhow", 1);
        check("ds-serve", "sqlx", 1);
        check("ds-store", "sqlx", 0);
        check("ds-serve", "thiserror", 0);
    }
}
