//! A last look at the one module: it must be valid, export what it should, and leave nothing open.

use std::collections::{BTreeSet, HashSet};

use oxc::allocator::Allocator;
use oxc::ast::ast::{ModuleExportName, Program, Statement};
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;

use super::{refuse::Unbundled, unit::Unit};

/// Checks the code. Its names must all be declared in it, or be global names that a module used before.
pub(super) fn code(text: &str, units: &[Unit]) -> Result<(), Unbundled> {
    let mut globals: HashSet<&str> = HashSet::from(["Object"]);
    globals.extend(
        units
            .iter()
            .flat_map(|unit| &unit.globals)
            .map(String::as_str),
    );
    with_program(text, |program| {
        let built = SemanticBuilder::new_compiler().build(program);
        if let Some(error) = built.diagnostics.errors().next() {
            return Err(Unbundled::Wrong(error.message.to_string()));
        }
        let scoping = built.semantic.into_scoping();
        let unresolved = scoping.root_unresolved_references();
        let open = unresolved
            .keys()
            .find(|name| !globals.contains(name.as_str()));
        match open {
            Some(name) => Err(Unbundled::Wrong(format!("{name} is not declared"))),
            None => Ok(()),
        }
    })
}

/// Checks what the entry module exports.
pub(super) fn exports(text: &str, names: &BTreeSet<&str>) -> Result<(), Unbundled> {
    with_program(text, |program| {
        let mut found = BTreeSet::new();
        for statement in &program.body {
            let exported: Vec<&ModuleExportName<'_>> = match statement {
                Statement::ExportNamedDeclaration(it) => {
                    it.specifiers.iter().map(|it| &it.exported).collect()
                }
                Statement::ExportFromDeclaration(it) => {
                    it.specifiers.iter().map(|it| &it.exported).collect()
                }
                Statement::ExportAllDeclaration(it) => it.exported.iter().collect(),
                _ => Vec::new(),
            };
            found.extend(exported.into_iter().map(|name| name.name().to_string()));
        }
        if found.iter().map(String::as_str).eq(names.iter().copied()) {
            Ok(())
        } else {
            Err(Unbundled::Wrong("it exports other names".to_owned()))
        }
    })
}

/// Checks that a text can be read at all.
pub(super) fn valid(text: &str) -> Result<(), Unbundled> {
    with_program(text, |_| Ok(()))
}

fn with_program(
    text: &str,
    check: impl FnOnce(&Program<'_>) -> Result<(), Unbundled>,
) -> Result<(), Unbundled> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    match parsed.diagnostics.errors().next() {
        Some(error) => Err(Unbundled::Wrong(error.message.to_string())),
        None => check(&parsed.program),
    }
}
