//! Modules that are only imported later, by `import("…")`: they stay modules of their own, beside the one.
//!
//! What they share with the one they import from it, by the objects of exports of [`Spaces`].

use super::{
    super::edit::literal,
    collect::App,
    map::Mapper,
    refuse::Unbundled,
    spaces::Spaces,
    unit::{Dest, Edit, Request, apply},
    verify,
};

/// The modules of the one that are asked for as modules.
pub(super) fn spaces(all: &App) -> impl Iterator<Item = usize> {
    let dynamics = all.units.iter().flat_map(|unit| &unit.dynamics);
    let later = all.units[all.started..].iter();
    let requests = later.flat_map(|unit| &unit.requests).chain(dynamics);
    requests.filter_map(|request| match request.to {
        Dest::Unit(to) if to < all.started => Some(to),
        _ => None,
    })
}

/// The files of those that are imported later.
pub(super) fn files(all: &App, spaces: &Spaces) -> Result<Vec<(String, String)>, Unbundled> {
    let mut files = Vec::new();
    for (at, unit) in all.units.iter().enumerate().skip(all.started) {
        let mut edits = unit.marks.clone();
        let requests = unit.requests.iter().chain(&unit.dynamics);
        edits.extend(requests.map(|request| edit(all, spaces, request)));
        let text = apply(&unit.text, &mut edits)
            .ok_or_else(|| Unbundled::Wrong(format!("{} has changes that overlap", unit.file)))?;
        let mut mapper = Mapper::new();
        mapper.add(unit, &edits, "", &text);
        verify::valid(&text)?;
        let name = name(at, all);
        files.push((format!("bundle/{name}.map"), mapper.finish()));
        let text = format!("{text}\n//# sourceMappingURL={name}.map\n");
        files.push((format!("bundle/{name}"), text));
    }
    Ok(files)
}

/// The specifier of a request, for a module beside the one.
pub(super) fn edit(all: &App, spaces: &Spaces, request: &Request) -> Edit {
    let specifier = match request.to {
        Dest::Unit(to) if to < all.started => spaces.specifier(to),
        Dest::Unit(to) => format!("./{}", name(to, all)),
        Dest::Outside(to) => all.outside[to].specifier.clone(),
    };
    Edit::new(request.span.clone(), literal(&specifier))
}

fn name(unit: usize, all: &App) -> String {
    format!("later{}.js", unit + 1 - all.started)
}
