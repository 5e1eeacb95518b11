//! Objects of a module's exports (`import * as x`), which only the engine can make.
//!
//! Where one is asked for, a small module beside the one exports those names again, and the one imports it as an object:
//! that is as live, as sealed and as sorted as it was.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::edit::literal,
    PLACE,
    collect::App,
    exports::{Binding, Exports},
    later,
    names::Names,
    outside::Outside,
    refuse::Unbundled,
    unit::Wanted,
};

/// Where the code is if others export it again.
const CODE: &str = "bundle/code.js";
/// With more files than this nothing is won.
const MAX_SPACES: usize = 30;

/// Which objects there are, and what everybody exports.
pub(super) struct Spaces {
    /// By module: its number, and what it exports.
    spaces: BTreeMap<usize, (usize, Vec<(String, Binding)>)>,
    /// What the entry module exports.
    entry: Vec<(String, Binding)>,
}

impl Spaces {
    /// All objects that are asked for, also by each other.
    pub(super) fn find(
        all: &App,
        names: &Names,
        exports: &mut Exports<'_>,
    ) -> Result<Self, Unbundled> {
        let entry = exports.all(0)?;
        let mut spaces = BTreeMap::new();
        let exported = entry.iter().map(|(_, binding)| binding);
        let mut open: Vec<usize> = names
            .foreign
            .iter()
            .chain(exported)
            .filter_map(space)
            .collect();
        open.extend(later::spaces(all));
        while let Some(unit) = open.pop() {
            if spaces.contains_key(&unit) {
                continue;
            }
            let all = exports.all(unit)?;
            open.extend(all.iter().filter_map(|(_, binding)| space(binding)));
            spaces.insert(unit, (spaces.len() + 1, all));
            if spaces.len() > MAX_SPACES {
                return Err(Unbundled::TooMuch);
            }
        }
        Ok(Self { spaces, entry })
    }

    /// Where the code goes.
    pub(super) fn code_file(&self) -> &'static str {
        if self.spaces.is_empty() { PLACE } else { CODE }
    }

    /// How an object is imported.
    pub(super) fn specifier(&self, unit: usize) -> String {
        let number = self.spaces.get(&unit).map_or(0, |(number, _)| *number);
        format!("./space{number}.js")
    }

    /// The names that the entry module exports.
    pub(super) fn entry_names(&self) -> BTreeSet<&str> {
        self.entry.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// What the code exports.
    pub(super) fn of_code(&self, names: &Names, outside: &[Outside]) -> String {
        if self.spaces.is_empty() {
            return self.text(&self.entry, names, outside, None);
        }
        let all = self
            .spaces
            .values()
            .flat_map(|(_, all)| all)
            .chain(&self.entry);
        let own = all.filter(|(_, binding)| matches!(binding, Binding::Own(..)));
        let own: BTreeSet<&String> = own
            .filter_map(|(_, binding)| names.of.get(binding))
            .collect();
        let lines = own
            .into_iter()
            .flat_map(|name| ["export { ", name, " };\n"]);
        lines.collect()
    }

    /// The modules beside the code, and the entry module if it is one of them.
    pub(super) fn files(&self, names: &Names, outside: &[Outside]) -> Vec<(String, String)> {
        if self.spaces.is_empty() {
            return Vec::new();
        }
        let code = Some("./code.js");
        let file = |(number, all): &(usize, Vec<_>)| {
            let name = format!("bundle/space{number}.js");
            (name, self.text(all, names, outside, code))
        };
        let mut files: Vec<_> = self.spaces.values().map(file).collect();
        // The code runs, whatever is exported.
        let entry = self.text(&self.entry, names, outside, code);
        files.push((PLACE.to_owned(), format!("import \"./code.js\";\n{entry}")));
        files
    }

    fn text(
        &self,
        all: &[(String, Binding)],
        names: &Names,
        outside: &[Outside],
        code: Option<&str>,
    ) -> String {
        let mut text = String::new();
        for (exported, binding) in all {
            let exported = literal(exported);
            let line = match binding {
                Binding::Own(..) => {
                    let name = names.of.get(binding).map_or("", String::as_str);
                    let from =
                        code.map_or_else(String::new, |code| format!(" from {}", literal(code)));
                    format!("export {{ {name} as {exported} }}{from};\n")
                }
                Binding::Space(unit) => {
                    format!(
                        "export * as {exported} from {};\n",
                        literal(&self.specifier(*unit))
                    )
                }
                Binding::Outside(index, wanted) => {
                    let from = outside[*index].to_string();
                    match wanted {
                        Wanted::All => format!("export * as {exported} from {from};\n"),
                        Wanted::Name(name) => {
                            format!(
                                "export {{ {} as {exported} }} from {from};\n",
                                literal(name)
                            )
                        }
                    }
                }
            };
            text.push_str(&line);
        }
        text
    }
}

fn space(binding: &Binding) -> Option<usize> {
    match binding {
        Binding::Space(unit) => Some(*unit),
        _ => None,
    }
}
