//! The trusted JavaScript that every sandbox starts with.

use std::{fs, io, path::Path};

use ds_core::publish::create_private_dir;

/// The main module and those it imports, by file name.
const FILES: [(&str, &str); 10] = [
    (MAIN, include_str!("../../runtime/harness/harness.js")),
    ("api0.js", include_str!("../../runtime/harness/api0.js")),
    ("api1.js", include_str!("../../runtime/harness/api1.js")),
    (
        "control.js",
        include_str!("../../runtime/harness/control.js"),
    ),
    ("errors.js", include_str!("../../runtime/harness/errors.js")),
    (
        "migrations.js",
        include_str!("../../runtime/harness/migrations.js"),
    ),
    ("once.js", include_str!("../../runtime/harness/once.js")),
    ("paths.js", include_str!("../../runtime/harness/paths.js")),
    (
        "requests.js",
        include_str!("../../runtime/harness/requests.js"),
    ),
    ("routes.js", include_str!("../../runtime/harness/routes.js")),
];

/// The file to start Deno with.
pub(super) const MAIN: &str = "harness.js";

/// Writes the files into a directory of their own. They need not survive a crash: they are written at every
/// start of the host.
pub(super) fn write(dir: &Path) -> io::Result<()> {
    create_private_dir(dir)?;
    FILES
        .iter()
        .try_for_each(|(name, source)| fs::write(dir.join(name), source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_of_the_harness_is_among_its_files() {
        let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        for (name, source) in FILES {
            for import in source
                .lines()
                .filter_map(|line| line.split_once("from \"./"))
            {
                let file = import.1.trim_end_matches("\";");
                assert!(names.contains(&file), "{name} imports {file}");
            }
        }
    }
}
