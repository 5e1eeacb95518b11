//! Finding what a parsed module imports.

use std::ops::Range;

use oxc::ast::ast::{
    Argument, CallExpression, Decorator, ExportAllDeclaration, ExportFromDeclaration, Expression,
    ImportDeclaration, ImportExpression, ImportOrExportKind, NewExpression, ObjectPropertyKind,
    Program, WithClause,
};
use oxc::ast_visit::{Visit, walk};
use oxc::span::Span;

/// A place in a module's text that names another module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// The literal, quotes included: what a rewrite replaces.
    pub span: Range<usize>,
    /// What it says.
    pub specifier: String,
    /// How it is used.
    pub how: How,
    /// The `type` of its attributes: `json`, `text`, `bytes`.
    pub attribute: Option<String>,
}

/// How a module names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// `import … from`, `export … from`.
    Static,
    /// `import("…")`.
    Dynamic,
    /// `import.meta.resolve("…")`.
    Resolve,
    /// `new Worker(new URL("…", import.meta.url))`.
    Worker,
    /// `new URL("…", import.meta.url)` elsewhere: perhaps a file beside the module.
    Asset,
}

/// An `import()` whose argument is computed when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Computed {
    /// The literal text that the argument starts with, if any.
    pub prefix: Option<String>,
}

/// All that a module says about others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// In source order.
    pub imports: Vec<Import>,
    /// In source order.
    pub computed: Vec<Computed>,
    /// Whether anything is decorated.
    pub decorators: bool,
}

/// Reads a program. Type-only imports of TypeScript are passed over.
pub(super) fn scan(program: &Program<'_>) -> Found {
    let mut scanner = Scanner::default();
    scanner.visit_program(program);
    scanner
        .found
        .imports
        .sort_by_key(|import| import.span.start);
    scanner.found
}

#[derive(Default)]
struct Scanner {
    found: Found,
    /// `new URL()`s that were seen as the argument of a worker or of an `import()`.
    taken: Vec<Span>,
}

impl Scanner {
    fn add(&mut self, span: Span, specifier: &str, how: How, attribute: Option<String>) {
        self.found.imports.push(Import {
            span: range(span),
            specifier: specifier.to_owned(),
            how,
            attribute,
        });
    }

    fn compute(&mut self, prefix: Option<String>) {
        self.found.computed.push(Computed { prefix });
    }
}

impl<'a> Visit<'a> for Scanner {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind == ImportOrExportKind::Value {
            let attribute = it.with_clause.as_deref().and_then(attribute_of);
            self.add(it.source.span, &it.source.value, How::Static, attribute);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Value {
            let attribute = it.with_clause.as_deref().and_then(attribute_of);
            self.add(it.source.span, &it.source.value, How::Static, attribute);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if it.export_kind == ImportOrExportKind::Value {
            let attribute = it.with_clause.as_deref().and_then(attribute_of);
            self.add(it.source.span, &it.source.value, How::Static, attribute);
        }
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        let attribute = it.options.as_ref().and_then(dynamic_attribute);
        if let Some((span, text)) = literal(&it.source) {
            self.add(span, &text, How::Dynamic, attribute);
        } else if let Expression::CallExpression(call) = it.source.without_parentheses()
            && resolve_argument(call).is_some()
        {
            // The visit of the call notes it.
        } else if let Some(url) = module_url(&it.source) {
            self.taken.push(url.span);
            let address = url.arguments.first().and_then(argument);
            match address.and_then(literal) {
                Some((span, text)) => self.add(span, &text, How::Resolve, attribute),
                None => self.compute(address.and_then(prefix).map(beside)),
            }
        } else {
            self.compute(prefix(&it.source));
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let Some((span, text)) = resolve_argument(it)
            && !self.taken.contains(&it.span)
        {
            self.add(span, &text, How::Resolve, None);
        }
        walk::walk_call_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        if it.callee.is_specific_id("Worker")
            && let Some(script) = it.arguments.first().and_then(argument)
        {
            if let Some(url) = module_url(script)
                && let Some((span, text)) =
                    url.arguments.first().and_then(argument).and_then(literal)
            {
                self.taken.push(url.span);
                self.add(span, &text, How::Worker, None);
            } else if let Expression::CallExpression(call) = script.without_parentheses()
                && let Some((span, text)) = resolve_argument(call)
            {
                self.taken.push(call.span);
                self.add(span, &text, How::Worker, None);
            } else if literal(script).is_none() {
                let url = module_url(script);
                self.taken.extend(url.map(|url| url.span));
                let address = url.and_then(|url| url.arguments.first()).and_then(argument);
                self.compute(address.and_then(prefix).map(beside));
            }
        }
        if is_module_url(it)
            && !self.taken.contains(&it.span)
            && let Some((span, text)) = it.arguments.first().and_then(argument).and_then(literal)
        {
            self.add(span, &text, How::Asset, None);
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_decorator(&mut self, it: &Decorator<'a>) {
        self.found.decorators = true;
        walk::walk_decorator(self, it);
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn argument<'b, 'a>(argument: &'b Argument<'a>) -> Option<&'b Expression<'a>> {
    argument.as_expression()
}

/// A string that is all there: `"x"` or a template without expressions.
pub(super) fn literal(expression: &Expression<'_>) -> Option<(Span, String)> {
    match expression.without_parentheses() {
        Expression::StringLiteral(text) => Some((text.span, text.value.to_string())),
        Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
            let cooked = template.quasis.first()?.value.cooked?;
            Some((template.span, cooked.to_string()))
        }
        _ => None,
    }
}

/// The literal text that a computed string starts with.
fn prefix(expression: &Expression<'_>) -> Option<String> {
    let mut expression = expression.without_parentheses();
    loop {
        match expression {
            Expression::BinaryExpression(sum) if sum.operator.as_str() == "+" => {
                expression = sum.left.without_parentheses();
            }
            Expression::TemplateLiteral(template) => {
                let text = template.quasis.first()?.value.cooked?.to_string();
                return (!text.is_empty()).then_some(text);
            }
            Expression::StringLiteral(text) => return Some(text.value.to_string()),
            _ => return None,
        }
    }
}

/// A prefix that a URL is made of is relative to the module without saying `./`.
fn beside(prefix: String) -> String {
    if prefix.starts_with(['.', '/']) || prefix.contains(':') {
        prefix
    } else {
        format!("./{prefix}")
    }
}

/// `new URL(…, import.meta.url)`, also with `.href` or `.toString()` behind it.
fn module_url<'b, 'a>(expression: &'b Expression<'a>) -> Option<&'b NewExpression<'a>> {
    match expression.without_parentheses() {
        Expression::NewExpression(new) if is_module_url(new) => Some(new),
        Expression::StaticMemberExpression(member) if member.property.name == "href" => {
            module_url(&member.object)
        }
        Expression::CallExpression(call) => match &call.callee {
            Expression::StaticMemberExpression(member) if member.property.name == "toString" => {
                module_url(&member.object)
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_module_url(new: &NewExpression<'_>) -> bool {
    new.callee.is_specific_id("URL")
        && new.arguments.len() == 2
        && new.arguments[1]
            .as_expression()
            .is_some_and(|base| match base.without_parentheses() {
                Expression::StaticMemberExpression(member) => {
                    member.property.name == "url"
                        && matches!(member.object, Expression::ImportMeta(_))
                }
                _ => false,
            })
}

/// The literal of `import.meta.resolve("…")`.
fn resolve_argument(call: &CallExpression<'_>) -> Option<(Span, String)> {
    match &call.callee {
        Expression::StaticMemberExpression(member)
            if member.property.name == "resolve"
                && matches!(member.object, Expression::ImportMeta(_)) =>
        {
            literal(call.arguments.first()?.as_expression()?)
        }
        _ => None,
    }
}

fn attribute_of(clause: &WithClause<'_>) -> Option<String> {
    let entry = clause
        .with_entries
        .iter()
        .find(|entry| entry.key.as_arena_str() == "type")?;
    Some(entry.value.value.to_string())
}

/// The type in `{ with: { type: "…" } }`.
fn dynamic_attribute(options: &Expression<'_>) -> Option<String> {
    let with = property(options, "with").or_else(|| property(options, "assert"))?;
    match property(with, "type")?.without_parentheses() {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        _ => None,
    }
}

fn property<'b, 'a>(object: &'b Expression<'a>, name: &str) -> Option<&'b Expression<'a>> {
    let Expression::ObjectExpression(object) = object.without_parentheses() else {
        return None;
    };
    object.properties.iter().find_map(|entry| match entry {
        ObjectPropertyKind::ObjectProperty(entry) if entry.key.is_specific_static_name(name) => {
            Some(&entry.value)
        }
        _ => None,
    })
}
