//! Reading a module for the bundler.

use std::{collections::HashMap, ops::Range};

use oxc::allocator::Allocator;
use oxc::ast::ast::{Program, Statement};
use oxc::ast_visit::Visit as _;
use oxc::parser::Parser;
use oxc::semantic::{Scoping, SemanticBuilder, SymbolId};
use oxc::span::{GetSpan as _, SourceType, Span};

use super::{
    ascii, hazards, members,
    records::Records,
    refuse::Unbundled,
    unit::{Edit, Kind, Top, Unit, Use},
    visit::Looker,
};

/// Reads a module that runs by itself. `entry` is the one that the others are for.
pub(super) fn read(file: &str, text: &str, entry: bool) -> Result<Unit, Unbundled> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    if parsed.diagnostics.errors().next().is_some() {
        return Err(Unbundled::uses(file, "cannot be read"));
    }
    let program = parsed.program;
    let built = SemanticBuilder::new_compiler().build(&program);
    if built.diagnostics.errors().next().is_some() {
        return Err(Unbundled::uses(file, "is no valid module"));
    }
    let scoping = built.semantic.into_scoping();

    let mut unit = Unit {
        file: file.to_owned(),
        text: text.to_owned(),
        escapes: ascii::escapes(text, &program),
        ..Unit::default()
    };
    let indexes = tops(&program, &scoping, &mut unit);
    hazards::look(&program, &scoping, entry, &mut unit)?;
    let mut looker = Looker::new(file, text, &scoping, &indexes, &mut unit);
    looker.visit_program(&program);
    looker.finish()?;
    members::look(&program, &scoping, &indexes, &mut unit);
    let removed = Records {
        file,
        text,
        entry,
        scoping: &scoping,
        indexes: &indexes,
        unit: &mut unit,
        removed: Vec::new(),
    }
    .read(&program)?;
    for top in &mut unit.tops {
        top.uses
            .retain(|it| it.always || !is_gone(&it.span, &removed));
    }
    Ok(unit)
}

/// Whether a place is in one of the spans that go, which come in order.
fn is_gone(it: &Range<usize>, removed: &[Range<usize>]) -> bool {
    let next = removed.partition_point(|gone| gone.end <= it.start);
    removed.get(next).is_some_and(|gone| is_inside(it, gone))
}

/// The symbols of the module's own scope, and the names of all others.
fn tops(program: &Program<'_>, scoping: &Scoping, unit: &mut Unit) -> HashMap<SymbolId, usize> {
    let classes = classes(program);
    let mut indexes = HashMap::new();
    for symbol in scoping.symbol_ids() {
        let name = scoping.symbol_name(symbol).to_owned();
        if scoping.symbol_scope_id(symbol) != scoping.root_scope_id() {
            unit.inner.insert(name);
            continue;
        }
        let flags = scoping.symbol_flags(symbol);
        let kind = if flags.is_import() {
            Kind::Import
        } else if flags.is_function() {
            Kind::Function(name.clone())
        } else if let Some(span) = classes.get(&scoping.symbol_span(symbol).start) {
            unit.inner.insert(name.clone());
            Kind::Class(span.clone())
        } else {
            Kind::Variable
        };
        indexes.insert(symbol, unit.tops.len());
        unit.tops.push(Top {
            name,
            kind,
            uses: Vec::new(),
            named: Vec::new(),
            thisless: false,
        });
    }
    let unresolved = scoping.root_unresolved_references();
    unit.globals = unresolved.keys().map(ToString::to_string).collect();
    indexes
}

/// The class declarations at the top, by where their names are.
fn classes(program: &Program<'_>) -> HashMap<u32, Range<usize>> {
    use oxc::ast::ast::{Declaration, ExportDefaultDeclarationKind as Default};
    let class = |statement: &Statement<'_>| {
        let class = match statement {
            Statement::ClassDeclaration(class) => class,
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::ClassDeclaration(class) => class,
                _ => return None,
            },
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                Default::ClassDeclaration(class) => class,
                _ => return None,
            },
            _ => return None,
        };
        Some((class.id.as_ref()?.span.start, range(class.span())))
    };
    program.body.iter().filter_map(class).collect()
}

/// A span as a range of bytes.
pub(super) fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Whether one range is inside another.
pub(super) fn is_inside(it: &Range<usize>, of: &Range<usize>) -> bool {
    of.start <= it.start && it.end <= of.end
}

/// Nothing, where a text was; its lines stay, so that those behind it keep their numbers.
pub(super) fn blank(text: &str, span: Range<usize>, with: &str) -> Edit {
    let lines = text
        .get(span.clone())
        .map_or(0, |gone| gone.matches('\n').count());
    Edit::new(span, format!("{with}{}", "\n".repeat(lines)))
}

/// A place that says a name, and nothing else.
pub(super) fn plain(span: Range<usize>, before: String) -> Use {
    Use {
        span,
        before,
        after: "",
        always: false,
    }
}
