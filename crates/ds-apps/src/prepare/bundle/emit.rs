//! Writing the one module.

use std::collections::BTreeMap;

use super::{
    super::edit::literal,
    ascii,
    collect::App,
    defaults::naming,
    exports::Binding,
    later,
    map::Mapper,
    names::Names,
    read::blank,
    refuse::Unbundled,
    spaces::Spaces,
    unit::{Dest, Edit, Kind, Unit, Wanted, apply},
};

/// Code, and the map from its lines to those of the modules.
pub(super) struct Emitted {
    pub code: String,
    pub map: String,
}

/// Writes all modules one after the other, each as it was but for names, `import` and `export`.
pub(super) fn emit(
    all: &App,
    order: &[usize],
    names: &Names,
    spaces: &Spaces,
) -> Result<Emitted, Unbundled> {
    let mut code = String::new();
    head(all, order, names, spaces, &mut code);
    function_names(&all.units, order, names, &mut code);
    let mut mapper = Mapper::new();
    for (place, &index) in order.iter().enumerate() {
        let unit = &all.units[index];
        let mut edits = edits(index, unit, names);
        let dynamics = unit.dynamics.iter();
        edits.extend(dynamics.map(|request| later::edit(all, spaces, request)));
        ascii::add(&unit.escapes, &mut edits);
        let text = apply(&unit.text, &mut edits)
            .ok_or_else(|| Unbundled::Wrong(format!("{} has changes that overlap", unit.file)))?;
        mapper.add(unit, &edits, &code, &text);
        code.push_str(&text);
        // Ends a statement that the module left open, or a comment.
        code.push_str("\n;\n");
        if unit.waits && place + 1 < order.len() {
            // What a module that waited started comes before those that need it.
            code.push_str("await 0;\n");
        }
    }
    code.push_str(&spaces.of_code(names, &all.outside));
    Ok(Emitted {
        code,
        map: mapper.finish(),
    })
}

/// Imports from outside and of objects of exports.
fn head(all: &App, order: &[usize], names: &Names, spaces: &Spaces, code: &mut String) {
    let mut wanted: BTreeMap<usize, Vec<(&Wanted, &str)>> = BTreeMap::new();
    for binding in &names.foreign {
        let name = names.of[binding].as_str();
        match binding {
            Binding::Outside(outside, what) => {
                wanted.entry(*outside).or_default().push((what, name));
            }
            Binding::Space(unit) => {
                let from = literal(&spaces.specifier(*unit));
                code.extend(["import * as ", name, " from ", &from, ";\n"]);
            }
            Binding::Own(..) => {}
        }
    }
    let requests = order.iter().flat_map(|&index| &all.units[index].requests);
    let mut seen = vec![false; all.outside.len()];
    for request in requests {
        let Dest::Outside(index) = request.to else {
            continue;
        };
        if !std::mem::replace(&mut seen[index], true) {
            let from = all.outside[index].to_string();
            let names = wanted.get(&index).map_or(&[][..], Vec::as_slice);
            code.extend(["import ", &from, ";\n"]);
            for (what, name) in names {
                let what = match what {
                    Wanted::All => format!("* as {name}"),
                    Wanted::Name(it) => format!("{{ {} as {name} }}", literal(it)),
                };
                code.extend(["import ", &what, " from ", &from, ";\n"]);
            }
        }
    }
}

/// Functions that are called otherwise keep their `name`.
fn function_names(units: &[Unit], order: &[usize], names: &Names, code: &mut String) {
    for &index in order {
        for (top, it) in units[index].tops.iter().enumerate() {
            let (Kind::Function(was), Some(is)) =
                (&it.kind, names.of.get(&Binding::Own(index, top)))
            else {
                continue;
            };
            if was != is {
                let was = literal(was);
                let name = format!("{{ value: {was}, configurable: true }}");
                code.extend(["Object.defineProperty(", is, ", \"name\", ", &name, ");\n"]);
            }
        }
    }
}

/// All that changes in a module.
fn edits(index: usize, unit: &Unit, names: &Names) -> Vec<Edit> {
    let mut edits = unit.edits.clone();
    edits.extend(unit.marks.iter().cloned());
    let said = |at: usize| names.members.get(&(index, at));
    for member in &unit.members {
        if let Some(name) = said(member.span.start).and_then(|binding| names.of.get(binding)) {
            edits.push(blank(&unit.text, member.span.clone(), name));
        }
    }
    for (top, it) in unit.tops.iter().enumerate() {
        let own = Binding::Own(index, top);
        let binding = names.imports.get(&(index, top)).unwrap_or(&own);
        let Some(name) = names.of.get(binding) else {
            continue;
        };
        let renamed = *name != it.name;
        for place in &it.uses {
            let is_member = it.kind == Kind::Import && said(place.span.start).is_some();
            if !is_member && (renamed || place.always) {
                let text = format!("{}{name}{}", place.before, place.after);
                edits.push(Edit::new(place.span.clone(), text));
            }
        }
        if !renamed {
            continue;
        }
        if let Kind::Class(span) = &it.kind {
            edits.push(Edit::new(span.start..span.start, format!("let {name} = ")));
            edits.push(Edit::new(span.end..span.end, ";"));
        }
        for span in &it.named {
            let (open, close) = naming(&it.name);
            edits.push(Edit::new(span.start..span.start, open));
            edits.push(Edit::new(span.end..span.end, close));
        }
    }
    edits
}
