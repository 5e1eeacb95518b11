//! Every place of a module that says a name of its top.

use std::collections::{HashMap, HashSet};

use oxc::ast::ast::{
    AssignmentExpression, AssignmentPattern, AssignmentTarget, AssignmentTargetPropertyIdentifier,
    AssignmentTargetWithDefault, BindingIdentifier, BindingPattern, BindingProperty, Expression,
    IdentifierReference, ObjectProperty, Program, VariableDeclarator,
};
use oxc::ast_visit::{Visit, walk};
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::{GetSpan as _, Span};

use super::{
    read::{blank, is_inside, plain, range},
    refuse::Unbundled,
    unit::{Edit, Kind, Unit},
};

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
    /// Whether it assigns to an import.
    assigns: bool,
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
            assigns: false,
        }
    }

    /// Whether it can be moved as far as names go.
    pub(super) fn finish(self) -> Result<(), Unbundled> {
        if self.assigns {
            return Err(Unbundled::uses(self.file, "assigns to what it imports"));
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
}

impl<'a> Visit<'a> for Looker<'_> {
    fn visit_program(&mut self, it: &Program<'a>) {
        if let Some(hashbang) = &it.hashbang {
            self.unit.marks.push(Edit::new(range(hashbang.span), ""));
        }
        for comment in &it.comments {
            let text = comment.content_span().source_text(self.text);
            // What a comment says of the whole file would be said of the one module.
            if ["# source", "@ source"]
                .iter()
                .any(|start| text.trim_start().starts_with(start))
            {
                let edit = blank(self.text, range(comment.span), " ");
                self.unit.marks.push(edit);
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
            self.assigns = true;
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
}
