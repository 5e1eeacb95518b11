//! The fields of a manifest as they are taken out one by one, and the warnings that gives.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Problem, Warning};

/// A manifest being checked.
pub(super) struct Fields<'a> {
    json: Map<String, Value>,
    package: &'a Path,
    warnings: Vec<Warning>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(json: Map<String, Value>, package: &'a Path) -> Self {
        Self {
            json,
            package,
            warnings: Vec::new(),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    /// How many warnings there are, for [`Self::warned_since`].
    pub(super) fn warned(&self) -> usize {
        self.warnings.len()
    }

    /// Whether a warning was added: one about a field is enough.
    pub(super) fn warned_since(&self, before: usize) -> bool {
        self.warnings.len() > before
    }

    pub(super) fn warn(
        &mut self,
        field: &str,
        problem: Problem,
        bad_value: &str,
        message: impl Into<String>,
    ) {
        self.warnings
            .push(Warning::new(field, problem, bad_value, message));
    }

    /// Whatever is there; `null` if nothing is.
    pub(super) fn raw(&mut self, field: &str) -> Value {
        self.json.remove(field).unwrap_or_default()
    }

    /// Whether there is anything in a field that was not taken out yet.
    pub(super) fn has(&self, field: &str) -> bool {
        !matches!(self.json.get(field), None | Some(Value::Null))
            && self.json.get(field).and_then(Value::as_str) != Some("")
    }

    /// A trimmed text; empty if it is missing. Something else is warned of and counts as missing.
    pub(super) fn text(&mut self, field: &str) -> String {
        match self.raw(field) {
            Value::Null => String::new(),
            Value::String(text) => text.trim().to_owned(),
            other => {
                let message = format!("`{field}` is not a text");
                self.warn(field, Problem::Invalid, &shown(&other), message);
                String::new()
            }
        }
    }

    /// A file of the package, cleaned; `None` if it is missing. One that cannot be is warned of.
    pub(super) fn file(&mut self, field: &str) -> Option<(String, PathBuf)> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let Some(clean) = clean_path(&text) else {
            let message = format!("`{field}` is not a path inside the package");
            self.warn(field, Problem::Invalid, &text, message);
            return None;
        };
        let path = self.package.join(&clean);
        if !path.is_file() {
            let message = format!("`{field}` names a file that is not in the package");
            self.warn(field, Problem::NotFound, &text, message);
            return None;
        }
        Some((clean, path))
    }

    /// A file of the package by its own name, if it is there.
    pub(super) fn existing(&self, name: &str) -> Option<(String, PathBuf)> {
        let path = self.package.join(name);
        path.is_file().then(|| (name.to_owned(), path))
    }
}

/// Cleans a path of the manifest: absolute becomes relative to the package, `a/./b//c` becomes `a/b/c`.
/// `None` for one that leaves the package, names the package itself, or has a backslash or control character.
pub(super) fn clean_path(text: &str) -> Option<String> {
    if text.contains(|c: char| c == '\\' || c.is_control()) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A JSON value for a message.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::clean_path;

    #[test]
    fn paths() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(clean_path(text).as_deref(), expect, "{text}");
        };
        check("app.ts", Some("app.ts"));
        check("/src//./app.ts", Some("src/app.ts"));
        check("a/../b.png", Some("b.png"));
        check("a..b.js", Some("a..b.js"));
        check("../b", None);
        check("/../b", None);
        check("a/../../b", None);
        check("..", None);
        check(".", None);
        check("/", None);
        check("a/..", None);
        check("a\\b", None);
        check("a\0b", None);
    }
}
