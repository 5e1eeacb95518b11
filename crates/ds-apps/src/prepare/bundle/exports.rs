//! What a name of a module stands for, by the rules of the language.

use std::collections::{BTreeSet, HashSet};

use super::{
    refuse::Unbundled,
    unit::{Dest, Export, Unit, Wanted},
};

/// How many steps all questions together may take; hostile circles of `export *` take the most.
const MAX_STEPS: usize = 3_000_000;

/// What is behind a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Binding {
    /// A name at the top of a module.
    Own(usize, usize),
    /// The object of a module's exports.
    Space(usize),
    /// Something from outside.
    Outside(usize, Wanted),
}

/// What a question for a name came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    One(Binding),
    /// Two different ones by `export *`.
    Several,
}

/// Answers questions about names.
pub(super) struct Exports<'a> {
    units: &'a [Unit],
    steps: usize,
}

impl<'a> Exports<'a> {
    /// About these modules.
    pub(super) fn new(units: &'a [Unit]) -> Self {
        Self { units, steps: 0 }
    }

    /// What an export of a module is; `None` if it has none of that name, or cannot tell which.
    pub(super) fn find(&mut self, unit: usize, name: &str) -> Result<Option<Binding>, Unbundled> {
        match self.resolve(unit, name, &mut HashSet::new())? {
            Found::One(binding) => Ok(Some(binding)),
            Found::Nothing | Found::Several => Ok(None),
        }
    }

    /// What an import of a module is.
    pub(super) fn import(
        &mut self,
        of: usize,
        request: usize,
        wanted: &Wanted,
    ) -> Result<Binding, Unbundled> {
        let unit = &self.units[of];
        let found = match (unit.requests[request].to, wanted) {
            (Dest::Unit(to), Wanted::All) => Some(Binding::Space(to)),
            (Dest::Unit(to), Wanted::Name(name)) => self.find(to, name)?,
            (Dest::Outside(to), wanted) => Some(Binding::Outside(to, wanted.clone())),
        };
        found.ok_or_else(|| {
            let specifier = &unit.requests[request].specifier;
            Unbundled::imports(&unit.file, specifier, "does not export what is imported")
        })
    }

    /// Whether every import and every export of something imported is there, as it must be to run at all.
    pub(super) fn check(&mut self) -> Result<(), Unbundled> {
        let units = self.units;
        for (index, unit) in units.iter().enumerate() {
            for (request, wanted) in unit.imports.values() {
                self.import(index, *request, wanted)?;
            }
            for export in unit.exports.values() {
                if let Export::From(request, wanted) = export {
                    self.import(index, *request, wanted)?;
                }
            }
        }
        Ok(())
    }

    /// The names of a module's object, and what they stand for.
    pub(super) fn all(&mut self, unit: usize) -> Result<Vec<(String, Binding)>, Unbundled> {
        let mut names = BTreeSet::new();
        let (mut open, mut seen) = (vec![(unit, true)], HashSet::new());
        while let Some((at, first)) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let unit = &self.units[at];
            self.step(1 + unit.exports.len() + unit.stars.len())?;
            let exported = unit
                .exports
                .keys()
                .filter(|name| first || *name != "default");
            names.extend(exported.cloned());
            for &star in &unit.stars {
                if let Dest::Unit(to) = unit.requests[star].to {
                    open.push((to, false));
                }
            }
        }
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            if let Some(binding) = self.find(unit, &name)? {
                found.push((name, binding));
            }
        }
        Ok(found)
    }

    fn step(&mut self, count: usize) -> Result<(), Unbundled> {
        self.steps += count;
        if self.steps > MAX_STEPS {
            return Err(Unbundled::TooMuch);
        }
        Ok(())
    }

    fn resolve<'b>(
        &mut self,
        unit: usize,
        name: &'b str,
        seen: &mut HashSet<(usize, &'b str)>,
    ) -> Result<Found, Unbundled>
    where
        'a: 'b,
    {
        self.step(1)?;
        if !seen.insert((unit, name)) {
            return Ok(Found::Nothing);
        }
        let units = self.units;
        match units[unit].exports.get(name) {
            Some(Export::Own(top)) => return Ok(Found::One(Binding::Own(unit, *top))),
            Some(Export::From(request, wanted)) => {
                return match (units[unit].requests[*request].to, wanted) {
                    (Dest::Unit(to), Wanted::All) => Ok(Found::One(Binding::Space(to))),
                    (Dest::Unit(to), Wanted::Name(name)) => self.resolve(to, name, seen),
                    (Dest::Outside(to), _) => Ok(Found::One(Binding::Outside(to, wanted.clone()))),
                };
            }
            None if name == "default" => return Ok(Found::Nothing),
            None => {}
        }
        let mut found = Found::Nothing;
        for &star in &units[unit].stars {
            let Dest::Unit(to) = units[unit].requests[star].to else {
                continue;
            };
            match (self.resolve(to, name, seen)?, &found) {
                (Found::Nothing, _) => {}
                (Found::Several, _) => return Ok(Found::Several),
                (one, Found::Nothing) => found = one,
                (one, before) if one == *before => {}
                _ => return Ok(Found::Several),
            }
        }
        Ok(found)
    }
}
