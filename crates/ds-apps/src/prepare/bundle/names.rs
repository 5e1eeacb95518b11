//! One name for everything at the tops of all modules.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    exports::{Binding, Exports},
    refuse::Unbundled,
    unit::{Kind, Member, Unit},
};

/// What the code that is added says.
const OURS: &str = "Object";

/// The names in the one module.
pub(super) struct Names {
    /// Of everything that needs one.
    pub of: HashMap<Binding, String>,
    /// What each imported name of each module stands for.
    pub imports: BTreeMap<(usize, usize), Binding>,
    /// What members of objects of exports are read as, by module and the place of the member there.
    pub members: BTreeMap<(usize, usize), Binding>,
    /// From outside, or objects of exports: in the order in which they were met.
    pub foreign: Vec<Binding>,
}

/// Gives names: its own to each thing, unless another has it or it would hide another.
pub(super) fn names(
    units: &[Unit],
    order: &[usize],
    exports: &mut Exports<'_>,
) -> Result<Names, Unbundled> {
    let mut met = Met::default();
    for &index in order {
        met.imports_of(units, index, exports)?;
    }
    let Met {
        imports,
        members,
        foreign,
        aliases,
    } = met;

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
        members,
        foreign,
    })
}

/// What modules were met to import.
#[derive(Default)]
struct Met<'a> {
    imports: BTreeMap<(usize, usize), Binding>,
    members: BTreeMap<(usize, usize), Binding>,
    foreign: Vec<Binding>,
    /// Under which names other modules know a thing; nothing where they know it as a member.
    aliases: HashMap<Binding, Vec<(usize, &'a str)>>,
}

impl<'a> Met<'a> {
    fn imports_of(
        &mut self,
        units: &'a [Unit],
        index: usize,
        exports: &mut Exports<'_>,
    ) -> Result<(), Unbundled> {
        let unit = &units[index];
        let mut direct: HashMap<usize, usize> = HashMap::new();
        for member in &unit.members {
            if let Some(binding) = member_of(units, index, member, exports)? {
                let known = self.aliases.entry(binding.clone()).or_default();
                known.push((index, ""));
                self.members.insert((index, member.span.start), binding);
                *direct.entry(member.top).or_insert(0) += 1;
            }
        }
        for (&top, (request, wanted)) in &unit.imports {
            let it = &unit.tops[top];
            let binding = exports.import(index, *request, wanted)?;
            let direct = direct.get(&top).copied().unwrap_or(0);
            // Then nobody asks for the object itself.
            if matches!(binding, Binding::Space(_)) && direct == it.uses.len() {
                continue;
            }
            let known = self.aliases.entry(binding.clone()).or_default();
            if known.is_empty() && !matches!(binding, Binding::Own(..)) {
                self.foreign.push(binding.clone());
            }
            known.push((index, &it.name));
            self.imports.insert((index, top), binding);
        }
        Ok(())
    }
}

/// What a member of an object of exports is, if it may be said without the object.
fn member_of(
    units: &[Unit],
    index: usize,
    member: &Member,
    exports: &mut Exports<'_>,
) -> Result<Option<Binding>, Unbundled> {
    let Some((request, wanted)) = units[index].imports.get(&member.top) else {
        return Ok(None);
    };
    let Binding::Space(of) = exports.import(index, *request, wanted)? else {
        return Ok(None);
    };
    Ok(exports.find(of, &member.name)?.filter(|found| match found {
        Binding::Own(unit, top) => !member.called || units[*unit].tops[*top].thisless,
        Binding::Space(_) | Binding::Outside(..) => false,
    }))
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
