//! Making one module of many, where that means the same.
//!
//! Modules are written one after the other in the order in which they would run. `import` and `export` go, and where two
//! modules use one name for different things, one of them gets another. All else stays as it was, so that bindings are as
//! live, functions as hoisted and variables as unready as before. What cannot be moved without a doubt is refused
//! ([`Unbundled`]), and the app then runs file by file.
//!
//! ```text
//! collect   the entry module and all it imports -> units, each with the places that may change
//! exports   what every imported name stands for
//! order     in which order the units run
//! names     one name for each thing
//! spaces    objects of exports, for `import * as x`
//! emit      the text, and its map
//! script    the same as a script, where that can be
//! later     modules that are only imported by `import("…")`
//! verify    a look at the result
//! ```

mod ascii;
mod collect;
mod defaults;
mod emit;
mod exports;
mod hazards;
mod later;
mod map;
mod members;
mod names;
mod order;
mod outside;
mod places;
mod read;
mod records;
mod refuse;
mod script;
mod spaces;
mod unit;
mod verify;
mod visit;

use self::{collect::collect, exports::Exports, spaces::Spaces};
use super::graph::Graph;

pub use refuse::Unbundled;
pub(super) use script::PLACE as SCRIPT;

/// Where the one module is, relative to `run/`. No file of a package is there.
pub(super) const PLACE: &str = "bundle/app.js";

/// The files of the one module, relative to `run/`; [`PLACE`] is what a sandbox loads.
pub(super) struct Bundle {
    pub files: Vec<(String, String)>,
}

/// Makes one module of an app. Needs much stack, as all that parses.
pub(super) fn bundle(graph: &Graph) -> Result<Bundle, Unbundled> {
    let all = collect(graph)?;
    if all.started < 2 {
        return Err(Unbundled::One);
    }
    let mut exports = Exports::new(&all.units);
    exports.check()?;
    let order = order::order(&all.units)?;
    let names = names::names(&all.units, &order, &mut exports)?;
    let spaces = Spaces::find(&all, &names, &mut exports)?;
    let mut emitted = emit::emit(&all, &order, &names, &spaces)?;
    verify::code(&emitted.code, &all.units)?;

    let file = spaces.code_file();
    let alone = file == PLACE;
    let name = file.rsplit('/').next().unwrap_or(file);
    // Read when an error is shown, not before.
    let mark = format!("//# sourceMappingURL={name}.map\n");
    emitted.code.push_str(&mark);
    let mut files = spaces.files(&names, &all.outside);
    files.extend(later::files(&all, &spaces)?);
    if let (true, Some(script)) = (alone, script::script(&emitted.code)) {
        files.push((SCRIPT.to_owned(), script));
    }
    files.push((format!("{file}.map"), emitted.map));
    files.push((file.to_owned(), emitted.code));
    let entry = files.iter().find(|(file, _)| file == PLACE);
    let entry = entry.ok_or_else(|| Unbundled::Wrong("it has no entry".to_owned()))?;
    verify::exports(&entry.1, &spaces.entry_names())?;
    Ok(Bundle { files })
}
