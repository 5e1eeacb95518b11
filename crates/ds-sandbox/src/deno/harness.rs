//! The trusted JavaScript that every sandbox starts with.

use std::{fs, io, path::Path};

use ds_core::publish::create_private_dir;

/// A module of the harness, with its file's name.
macro_rules! module {
    ($name:literal) => {
        (
            concat!($name, ".js"),
            include_str!(concat!("../../runtime/harness/", $name, ".js")),
        )
    };
}

/// The modules by file name, each after those that it imports; the last is the main one.
const MODULES: [(&str, &str); 13] = [
    module!("errors"),
    module!("once"),
    module!("paths"),
    module!("scripts"),
    module!("control"),
    module!("migrations"),
    module!("routes"),
    module!("requests"),
    module!("api0"),
    module!("api1"),
    module!("life"),
    module!("warm"),
    module!("harness"),
];

/// The file to start Deno with.
pub(super) const MAIN: &str = "harness.js";

/// Writes it into a directory of its own. It need not survive a crash: it is written at every start of the host.
pub(super) fn write(dir: &Path) -> io::Result<()> {
    create_private_dir(dir)?;
    fs::write(dir.join(MAIN), bundle())
}

/// All modules as one: each file that Deno has to find costs a cold start a fraction of a millisecond. Every module
/// but the main one becomes a function that is called once and returns what it exports.
pub(super) fn bundle() -> String {
    let (main, others) = MODULES.split_last().unwrap_or((&("", ""), &[]));
    let mut bundle = String::new();
    for (name, source) in others {
        let module = Module::read(source);
        let exports = module.exports.join(", ");
        bundle.extend(["const ", &variable(name), " = (() => {\n", &module.body]);
        bundle.extend(["return { ", &exports, " };\n})();\n"]);
    }
    bundle + &Module::read(main.1).body
}

struct Module {
    exports: Vec<String>,
    body: String,
}

impl Module {
    /// Our own modules import by name, one statement to a line, and export only what is declared at the start of
    /// a line.
    fn read(source: &str) -> Self {
        let mut module = Self {
            exports: Vec::new(),
            body: String::new(),
        };
        for line in source.lines() {
            let line = if let Some(imported) = line.strip_prefix("import ") {
                let (names, from) = imported.split_once(" from ").unwrap_or((imported, ""));
                let from = from.trim_matches(['"', ';', '.', '/']);
                format!("const {names} = {};", variable(from))
            } else if let Some(exported) = line.strip_prefix("export ") {
                module.exports.push(declared(exported));
                exported.to_owned()
            } else {
                line.to_owned()
            };
            module.body += &line;
            module.body.push('\n');
        }
        module
    }
}

/// The name that a declaration declares.
fn declared(declaration: &str) -> String {
    let words = declaration.split([' ', '(']);
    let name = words.skip_while(|word| ["async", "function", "class", "const"].contains(word));
    name.take(1).collect()
}

fn variable(file: &str) -> String {
    format!("module_{}", file.trim_end_matches(".js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_comes_after_what_it_imports_and_is_declared_once() {
        let names: Vec<&str> = MODULES.iter().map(|(name, _)| *name).collect();
        for (index, (name, source)) in MODULES.iter().enumerate() {
            for line in source.lines().filter(|line| line.starts_with("import ")) {
                let (_, file) = line.split_once("from \"./").expect("an import of our own");
                let file = file.trim_end_matches("\";");
                assert!(names[..index].contains(&file), "{name} imports {file}");
            }
        }
        let bundle = bundle();
        assert!(
            !bundle
                .lines()
                .any(|line| line.starts_with("import ") || line.starts_with("export "))
        );
        assert!(
            bundle.contains("return { describe, asText, forVisitors, reportUncaught };"),
            "{bundle}"
        );
    }
}
