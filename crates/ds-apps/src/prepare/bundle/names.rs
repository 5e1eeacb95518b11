//! One name for everything at the tops of all modules.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    exports::{Binding, Exports},
    refuse::Unbundled,
    unit::{Kind, Unit},
};

/// What the code that is added says.
const OURS: &str = "Object";

/// The names in the one module.
pub(super) struct Names {
    /// Of everything that needs one.
    pub of: HashMap<Binding, String>,
    /// What each imported name of each module stands for.
    pub imports: BTreeMap<(usize, usize), Binding>,
    /// From outside, or objects of exports: in the order in which they were met.
    pub foreign: Vec<Binding>,
}

/// Gives names: its own to each thing, unless another has it or it would hide another.
pub(super) fn names(
    units: &[Unit],
    order: &[usize],
    exports: &mut Exports<'_>,
) -> Result<Names, Unbundled> {
    let mut imports = BTreeMap::new();
    let mut foreign = Vec::new();
    // Under which names other modules know a thing.
    let mut aliases: HashMap<Binding, Vec<(usize, &str)>> = HashMap::new();
    for &index in order {
        let unit = &units[index];
        for (&top, (request, wanted)) in &unit.imports {
            let binding = exports.import(index, *request, wanted)?;
            let alias = (index, unit.tops[top].name.as_str());
            let known = aliases.entry(binding.clone()).or_default();
            if known.is_empty() && !matches!(binding, Binding::Own(..)) {
                foreign.push(binding.clone());
            }
            known.push(alias);
            imports.insert((index, top), binding);
        }
    }

    let mut names = Giver::new(units);
    let mut of = HashMap::new();
    for binding in &foreign {
        let known = &aliases[binding];
        let wish = known.first().map_or("", |(_, alias)| alias);
        of.insert(binding.clone(), names.give(wish, known));
    }
    for &index in order {
        for (top, it) in units[index].tops.iter().enumerate() {
            if it.kind != Kind::Import {
                let binding = Binding::Own(index, top);
                let known = aliases.get(&binding).map_or(&[][..], Vec::as_slice);
                of.insert(binding, names.give(&it.name, known));
            }
        }
    }
    Ok(Names {
        of,
        imports,
        foreign,
    })
}

/// Gives every name once.
struct Giver<'a> {
    units: &'a [Unit],
    /// Said somewhere, or given.
    said: HashSet<String>,
    /// Given, or the name of something global that somebody uses.
    taken: HashSet<String>,
    next: HashMap<String, usize>,
}

impl<'a> Giver<'a> {
    fn new(units: &'a [Unit]) -> Self {
        let mut said = HashSet::new();
        let mut taken = HashSet::from([OURS.to_owned()]);
        for unit in units {
            said.extend(unit.tops.iter().map(|top| top.name.clone()));
            said.extend(unit.inner.iter().cloned());
            taken.extend(unit.globals.iter().cloned());
        }
        said.extend(taken.iter().cloned());
        Self {
            units,
            said,
            taken,
            next: HashMap::new(),
        }
    }

    /// `wish` if that is possible, else one that nobody says. `known`: where it is used under which name.
    fn give(&mut self, wish: &str, known: &[(usize, &str)]) -> String {
        // Where it was called otherwise, something further inside may have this name.
        let hidden = known
            .iter()
            .any(|(unit, alias)| *alias != wish && self.units[*unit].inner.contains(wish));
        if !hidden && self.taken.insert(wish.to_owned()) {
            return wish.to_owned();
        }
        let number = self.next.entry(wish.to_owned()).or_insert(0);
        loop {
            *number += 1;
            let name = format!("{wish}${number}");
            if self.said.insert(name.clone()) {
                self.taken.insert(name.clone());
                return name;
            }
        }
    }
}
