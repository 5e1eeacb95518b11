//! Links between the documents of the repository lead somewhere.

use crate::source::{File, Tree};

/// Links of Markdown files to files that are not there.
pub(crate) fn problems(tree: &Tree) -> Vec<String> {
    tree.with("md")
        .flat_map(|file| broken(tree, file))
        .collect()
}

fn broken(tree: &Tree, file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for target in targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !exists(tree, &resolve(&file.path, path)) {
                let (place, number) = (&file.path, number + 1);
                problems.push(format!("{place}:{number}: there is no {target} to link to"));
            }
        }
    }
    problems
}

/// What `[…](target)` names, if it is in the repository.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let ends = line.split("](").skip(1);
    ends.filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

fn exists(tree: &Tree, path: &str) -> bool {
    let inside = format!("{path}/");
    let mut files = tree.0.iter();
    files.any(|file| file.path == path || file.path.starts_with(&inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let file = |path: &str, text: &str| File {
            path: path.into(),
            text: text.into(),
        };
        let check = |text: &str, expect: usize| {
            let tree = Tree(vec![
                file("docs/a.md", text),
                file("docs/more/b.md", ""),
                file("LICENSE", ""),
            ]);
            assert_eq!(problems(&tree).len(), expect, "{text}");
        };
        check("[b](more/b.md) and [l](../LICENSE#x)", 0);
        check(
            "[b](more/) [b](more) [top](#top) [web](https://example.com/x.md)",
            0,
        );
        check("[b](b.md) [l](LICENSE)", 2);
        check("[b](more/b.md), then [c](c.md \"title\")", 1);
    }
}
