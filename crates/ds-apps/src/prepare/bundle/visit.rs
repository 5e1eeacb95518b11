//! Every place of a module that says a name of its top, and everything that stands in the way of moving it.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use oxc::ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentPattern, AssignmentTarget,
    AssignmentTargetPropertyIdentifier, AssignmentTargetWithDefault, AwaitExpression,
    BindingIdentifier, BindingPattern, BindingProperty, CallExpression, CatchClause, Expression,
    ForOfStatement, Function, IdentifierReference, ImportExpression, NewExpression,
    ObjectProperty, Program, StaticMemberExpression, VariableDeclaration, VariableDeclarationKind,
    VariableDeclarator,
};
use oxc::ast_visit::{Visit, walk};
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::{GetSpan as _, Span};
use oxc::syntax::scope::ScopeFlags;

use super::{
    read::{blank, is_inside, plain, range},
    refuse::Unbundled,
    unit::{Edit, Kind, Unit},
};

/// Global names that lead to code or modules which are not in the text.
const TOO_MUCH: [(&str, &str); 3] = [
    ("eval", "uses eval"),
    ("Worker", "uses workers"),
    ("SharedWorker", "uses workers"),
];
/// Operators that give a function its name.
const NAMING: [&str; 4] = ["=", "&&=", "||=", "??="];

/// Looks at a whole module.
pub(super) struct Looker<'s> {
    file: &'s str,
    text: &'s str,
    scoping: &'s Scoping,
    indexes: &'s HashMap<SymbolId, usize>,
    unit: &'s mut Unit,
    /// Where identifiers are that are a property's name, too.
    short: HashSet<u32>,
    /// How many functions are around.
    functions: usize,
    /// Names of the `catch`es around.
    caught: Vec<String>,
    /// `import.meta`s that are part of an `import.meta.main`.
    mains: Vec<Range<usize>>,
    hazard: Option<&'static str>,
}

impl<'s> Looker<'s> {
    /// A look that has not begun.
    pub(super) fn new(
        file: &'s str,
        text: &'s str,
        scoping: &'s Scoping,
        indexes: &'s HashMap<SymbolId, usize>,
        unit: &'s mut Unit,
    ) -> Self {
        Self {
            file,
            text,
            scoping,
            indexes,
            unit,
            short: HashSet::new(),
            functions: 0,
            caught: Vec::new(),
            mains: Vec::new(),
            hazard: None,
        }
    }

    /// Whether nothing stands in the way.
    pub(super) fn finish(mut self, entry: bool) -> Result<(), Unbundled> {
        for (name, what) in TOO_MUCH {
            if self.unit.globals.contains(name) {
                self.hazard.get_or_insert(what);
            }
        }
        if let Some(what) = self.hazard {
            return Err(Unbundled::uses(self.file, what));
        }
        if !entry {
            let mains = std::mem::take(&mut self.mains);
            let edits = mains.into_iter().map(|span| Edit::new(span, "false"));
            self.unit.edits.extend(edits);
        }
        Ok(())
    }

    fn found(&mut self, symbol: Option<SymbolId>, name: &str, span: Span) {
        let Some(&top) = symbol.and_then(|symbol| self.indexes.get(&symbol)) else {
            return;
        };
        let at = range(span);
        let top = &mut self.unit.tops[top];
        // A class keeps its name inside itself.
        if let Kind::Class(class) = &top.kind
            && is_inside(&at, class)
        {
            return;
        }
        let before = if self.short.contains(&span.start) {
            format!("{name}: ")
        } else {
            String::new()
        };
        top.uses.push(plain(at, before));
    }

    fn symbol_of(&self, reference: &IdentifierReference<'_>) -> Option<SymbolId> {
        let id = reference.reference_id.get()?;
        self.scoping.get_reference(id).symbol_id()
    }

    /// Notes a function or class that gets its name from what it is assigned to.
    fn name_from(&mut self, symbol: Option<SymbolId>, value: &Expression<'_>) {
        if value.is_anonymous_function_definition()
            && let Some(&top) = symbol.and_then(|symbol| self.indexes.get(&symbol))
        {
            self.unit.tops[top].named.push(range(value.span()));
        }
    }

    fn is_global(&self, callee: &Expression<'_>, name: &str) -> bool {
        matches!(callee.without_parentheses(), Expression::Identifier(it) if it.name == name && self.symbol_of(it).is_none())
    }
}

impl<'a> Visit<'a> for Looker<'_> {
    fn visit_program(&mut self, it: &Program<'a>) {
        if let Some(hashbang) = &it.hashbang {
            self.unit.edits.push(Edit::new(range(hashbang.span), ""));
        }
        for comment in &it.comments {
            let text = comment.content_span().source_text(self.text);
            // What a comment says of the whole file would be said of the one module.
            if ["# source", "@ source"].iter().any(|start| text.trim_start().starts_with(start)) {
                let edit = blank(self.text, range(comment.span), " ");
                self.unit.edits.push(edit);
            }
        }
        walk::walk_program(self, it);
    }

    fn visit_binding_identifier(&mut self, it: &BindingIdentifier<'a>) {
        self.found(it.symbol_id.get(), &it.name, it.span);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let symbol = self.symbol_of(it);
        self.found(symbol, &it.name, it.span);
        let writes = it
            .reference_id
            .get()
            .is_some_and(|id| self.scoping.get_reference(id).is_write());
        if writes && symbol.is_some_and(|symbol| self.scoping.symbol_flags(symbol).is_import()) {
            self.hazard = Some("assigns to what it imports");
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.shorthand {
            self.short.insert(it.value.span().start);
        }
        walk::walk_object_property(self, it);
    }

    fn visit_binding_property(&mut self, it: &BindingProperty<'a>) {
        if it.shorthand {
            self.short.insert(it.value.span().start);
        }
        walk::walk_binding_property(self, it);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        it: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.short.insert(it.binding.span.start);
        if let Some(value) = &it.init {
            self.name_from(self.symbol_of(&it.binding), value);
        }
        walk::walk_assignment_target_property_identifier(self, it);
    }

    fn visit_assignment_target_with_default(&mut self, it: &AssignmentTargetWithDefault<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(target) = &it.binding
            && target.span.start == it.span.start
        {
            self.name_from(self.symbol_of(target), &it.init);
        }
        walk::walk_assignment_target_with_default(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        // One in parentheses gives no name.
        if let AssignmentTarget::AssignmentTargetIdentifier(target) = &it.left
            && target.span.start == it.span.start
            && NAMING.contains(&it.operator.as_str())
        {
            self.name_from(self.symbol_of(target), &it.right);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_assignment_pattern(&mut self, it: &AssignmentPattern<'a>) {
        if let BindingPattern::BindingIdentifier(target) = &it.left {
            self.name_from(target.symbol_id.get(), &it.right);
        }
        walk::walk_assignment_pattern(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (BindingPattern::BindingIdentifier(target), Some(value)) = (&it.id, &it.init) {
            self.name_from(target.symbol_id.get(), value);
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        use VariableDeclarationKind::{AwaitUsing, Var};
        self.unit.waits |= self.functions == 0 && it.kind == AwaitUsing;
        if it.kind == Var && !self.caught.is_empty() && self.functions == 0 {
            let names = it.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
            for name in names {
                if self.caught.iter().any(|caught| *caught == name.name.as_str()) {
                    self.hazard = Some("declares with `var` what it catches");
                }
            }
        }
        walk::walk_variable_declaration(self, it);
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        let before = self.caught.len();
        if let Some(BindingPattern::BindingIdentifier(name)) =
            it.param.as_ref().map(|param| &param.pattern)
        {
            self.caught.push(name.name.to_string());
        }
        walk::walk_catch_clause(self, it);
        self.caught.truncate(before);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        // Its name belongs to what is around it.
        self.functions += 1;
        walk::walk_function(self, it, flags);
        self.functions -= 1;
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.functions += 1;
        walk::walk_arrow_function_expression(self, it);
        self.functions -= 1;
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.unit.waits |= self.functions == 0;
        walk::walk_await_expression(self, it);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.unit.waits |= self.functions == 0 && it.r#await;
        walk::walk_for_of_statement(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if matches!(it.object, Expression::ImportMeta(_)) && it.property.name == "main" {
            self.mains.push(range(it.span));
            return;
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_import_meta(&mut self, _: &oxc::ast::ast::ImportMeta) {
        self.hazard = Some("uses import.meta");
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        let builtin = match it.source.without_parentheses() {
            Expression::StringLiteral(text) => text.value.starts_with("node:"),
            _ => false,
        };
        if !builtin {
            self.hazard = Some("uses import()");
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if self.is_global(&it.callee, "Function") {
            self.hazard = Some("makes functions of texts");
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        if self.is_global(&it.callee, "Function") {
            self.hazard = Some("makes functions of texts");
        }
        walk::walk_new_expression(self, it);
    }
}
