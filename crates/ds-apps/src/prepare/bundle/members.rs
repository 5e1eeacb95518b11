//! `x.name` of an `import * as x`: the one module can say what is behind the name instead, without the object.
//!
//! A call `x.name()` hands the object over as `this`, so that this is done only for functions that do not look at it.

use std::collections::{HashMap, HashSet};

use oxc::ast::ast::{
    BindingPattern, CallExpression, Expression, Function, Program, SimpleAssignmentTarget,
    StaticMemberExpression, TaggedTemplateExpression, ThisExpression, UnaryExpression,
    UnaryOperator, VariableDeclarator,
};
use oxc::ast_visit::{Visit, walk};
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::{GetSpan as _, Span};
use oxc::syntax::scope::ScopeFlags;

use super::{
    read::range,
    unit::{Kind, Member, Unit},
};

/// Notes where members of imported objects are read, and which of the module's functions have no use for `this`.
pub(super) fn look(
    program: &Program<'_>,
    scoping: &Scoping,
    indexes: &HashMap<SymbolId, usize>,
    unit: &mut Unit,
) {
    let mut members = Members {
        scoping,
        indexes,
        unit,
        written: HashSet::new(),
        called: HashSet::new(),
        looks: Vec::new(),
    };
    members.visit_program(program);
}

struct Members<'s> {
    scoping: &'s Scoping,
    indexes: &'s HashMap<SymbolId, usize>,
    unit: &'s mut Unit,
    /// Members that are assigned to or deleted.
    written: HashSet<Span>,
    /// Members that are called.
    called: HashSet<Span>,
    /// For each function around, whether it looks at `this`.
    looks: Vec<bool>,
}

impl Members<'_> {
    /// The symbol is one of the module's top and stays what it is.
    fn constant(&mut self, symbol: Option<SymbolId>) {
        if let Some(symbol) = symbol
            && !self.scoping.symbol_is_mutated(symbol)
            && self.scoping.symbol_redeclarations(symbol).is_empty()
            && let Some(&top) = self.indexes.get(&symbol)
        {
            self.unit.tops[top].thisless = true;
        }
    }

    fn call(&mut self, callee: &Expression<'_>) {
        self.called.insert(callee.without_parentheses().span());
    }
}

impl<'a> Visit<'a> for Members<'_> {
    fn visit_simple_assignment_target(&mut self, it: &SimpleAssignmentTarget<'a>) {
        self.written.insert(it.span());
        walk::walk_simple_assignment_target(self, it);
    }

    fn visit_unary_expression(&mut self, it: &UnaryExpression<'a>) {
        if it.operator == UnaryOperator::Delete {
            self.written
                .insert(it.argument.without_parentheses().span());
        }
        walk::walk_unary_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(&it.callee);
        walk::walk_call_expression(self, it);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        self.call(&it.tag);
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if let Expression::Identifier(object) = &it.object
            && !it.optional
            && !self.written.contains(&it.span)
            && let Some(id) = object.reference_id.get()
            && let Some(symbol) = self.scoping.get_reference(id).symbol_id()
            && let Some(&top) = self.indexes.get(&symbol)
            && self.unit.tops[top].kind == Kind::Import
        {
            self.unit.members.push(Member {
                top,
                span: range(it.span),
                name: it.property.name.to_string(),
                called: self.called.contains(&it.span),
            });
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (BindingPattern::BindingIdentifier(name), Some(value)) = (&it.id, &it.init)
            && matches!(
                value.without_parentheses(),
                Expression::ArrowFunctionExpression(_)
            )
        {
            self.constant(name.symbol_id.get());
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.looks.push(false);
        walk::walk_function(self, it, flags);
        let looks = self.looks.pop().unwrap_or(true);
        if !looks && it.is_declaration() {
            self.constant(it.id.as_ref().and_then(|id| id.symbol_id.get()));
        }
    }

    fn visit_this_expression(&mut self, _: &ThisExpression) {
        if let Some(looks) = self.looks.last_mut() {
            *looks = true;
        }
    }
}
