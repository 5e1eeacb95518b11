//! What stands in the way of moving a module, and what it does at its top.

use std::{collections::HashMap, ops::Range};

use oxc::ast::ast::{
    ArrowFunctionExpression, AwaitExpression, BindingPattern, CallExpression, CatchClause,
    Expression, ForOfStatement, Function, ImportExpression, ImportMeta, NewExpression, Program,
    StaticMemberExpression, VariableDeclaration, VariableDeclarationKind,
};
use oxc::ast_visit::{Visit, walk};
use oxc::semantic::Scoping;
use oxc::syntax::scope::ScopeFlags;

use super::{
    read::range,
    refuse::Unbundled,
    unit::{Dest, Edit, Request, Unit},
};

/// Global names that lead to code or modules which are not in the text.
const TOO_MUCH: [(&str, &str); 3] = [
    ("eval", "uses eval"),
    ("Worker", "uses workers"),
    ("SharedWorker", "uses workers"),
];

/// Looks for hazards in a module, and notes whether it waits and where it asks whether it is the main one.
pub(super) fn look(
    program: &Program<'_>,
    scoping: &Scoping,
    entry: bool,
    unit: &mut Unit,
) -> Result<(), Unbundled> {
    let mut hazards = Hazards {
        scoping,
        functions: 0,
        waits: false,
        caught: HashMap::new(),
        mains: Vec::new(),
        dynamics: Vec::new(),
        hazard: None,
    };
    hazards.visit_program(program);
    let named = TOO_MUCH
        .iter()
        .find(|(name, _)| unit.globals.contains(*name));
    if let Some(what) = named.map(|(_, what)| *what).or(hazards.hazard) {
        return Err(Unbundled::uses(&unit.file, what));
    }
    unit.waits = hazards.waits;
    unit.dynamics = hazards.dynamics;
    if !entry {
        let edits = hazards
            .mains
            .into_iter()
            .map(|span| Edit::new(span, "false"));
        unit.edits.extend(edits);
    }
    Ok(())
}

struct Hazards<'s> {
    scoping: &'s Scoping,
    /// How many functions are around.
    functions: usize,
    waits: bool,
    /// Names of the `catch`es around, and how many have each.
    caught: HashMap<String, usize>,
    /// Every `import.meta.main`.
    mains: Vec<Range<usize>>,
    dynamics: Vec<Request>,
    hazard: Option<&'static str>,
}

impl Hazards<'_> {
    /// Functions of a text may import by themselves.
    fn check_callee(&mut self, callee: &Expression<'_>) {
        if let Expression::Identifier(it) = callee.without_parentheses()
            && it.name == "Function"
            && it
                .reference_id
                .get()
                .is_none_or(|id| !self.scoping.has_binding(id))
        {
            self.hazard = Some("makes functions of texts");
        }
    }
}

impl<'a> Visit<'a> for Hazards<'_> {
    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        use VariableDeclarationKind::{AwaitUsing, Var};
        self.waits |= self.functions == 0 && it.kind == AwaitUsing;
        if it.kind == Var && self.functions == 0 && !self.caught.is_empty() {
            let names = it
                .declarations
                .iter()
                .flat_map(|one| one.id.get_binding_identifiers());
            for name in names {
                let caught = self.caught.get(name.name.as_str());
                if caught.is_some_and(|count| *count > 0) {
                    self.hazard = Some("declares with `var` what it catches");
                }
            }
        }
        walk::walk_variable_declaration(self, it);
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        let pattern = it.param.as_ref().map(|param| &param.pattern);
        let Some(BindingPattern::BindingIdentifier(name)) = pattern else {
            walk::walk_catch_clause(self, it);
            return;
        };
        *self.caught.entry(name.name.to_string()).or_insert(0) += 1;
        walk::walk_catch_clause(self, it);
        if let Some(count) = self.caught.get_mut(name.name.as_str()) {
            *count -= 1;
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
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
        self.waits |= self.functions == 0;
        walk::walk_await_expression(self, it);
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.waits |= self.functions == 0 && it.r#await;
        walk::walk_for_of_statement(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if matches!(it.object, Expression::ImportMeta(_)) && it.property.name == "main" {
            self.mains.push(range(it.span));
            return;
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_import_meta(&mut self, _: &ImportMeta) {
        self.hazard = Some("uses import.meta");
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        match super::super::scan::literal(&it.source) {
            Some((span, specifier)) if it.phase.is_none() => self.dynamics.push(Request {
                span: range(span),
                specifier,
                // Which one does not matter: it stays as it is written.
                attribute: it.options.is_some().then(String::new),
                to: Dest::Outside(usize::MAX),
            }),
            _ => self.hazard = Some("computes what it imports"),
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.check_callee(&it.callee);
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.check_callee(&it.callee);
        walk::walk_new_expression(self, it);
    }
}
