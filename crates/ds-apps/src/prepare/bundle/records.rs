//! What a module imports and exports, and how its statements read without saying so.

use std::{collections::HashMap, ops::Range};

use oxc::ast::ast::{
    ExportDefaultDeclaration, ExportDefaultDeclarationKind, Expression, Function,
    ImportDeclaration, ImportDeclarationSpecifier, ModuleExportName, Program, Statement,
    StringLiteral, WithClause,
};
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::GetSpan as _;

use super::{
    read::{blank, range},
    refuse::Unbundled,
    unit::{Dest, Edit, Export, Kind, Request, Top, Unit, Use, Wanted},
};

/// What a default export without a name is called at first.
const DEFAULT: &str = "_default";
/// Around a function or class without a name, so that it gets this one: what a name would have done.
pub(super) fn naming(name: &str) -> (String, String) {
    let name = super::super::edit::literal(name);
    (format!("({{[{name}]: "), format!("}})[{name}]"))
}

/// Reads the statements at the top of a module.
pub(super) struct Records<'s> {
    pub file: &'s str,
    pub text: &'s str,
    pub entry: bool,
    pub scoping: &'s Scoping,
    pub indexes: &'s HashMap<SymbolId, usize>,
    pub unit: &'s mut Unit,
    /// Spans that go.
    pub removed: Vec<Range<usize>>,
}

impl Records<'_> {
    /// Reads all; gives the spans that go.
    pub(super) fn read(mut self, program: &Program<'_>) -> Result<Vec<Range<usize>>, Unbundled> {
        for statement in &program.body {
            self.statement(statement)?;
        }
        // What is exported may have been imported, also further down.
        for export in self.unit.exports.values_mut() {
            if let Export::Own(top) = export
                && let Some((request, wanted)) = self.unit.imports.get(top)
            {
                *export = Export::From(*request, wanted.clone());
            }
        }
        Ok(self.removed)
    }

    fn statement(&mut self, statement: &Statement<'_>) -> Result<(), Unbundled> {
        match statement {
            Statement::ImportDeclaration(it) => self.import(it)?,
            Statement::ExportDeclaration(it) => {
                let declared = it.declaration.span();
                let names: Vec<_> = declared_names(&it.declaration);
                for (symbol, name) in names {
                    self.own(&name, symbol)?;
                }
                self.strip(range(it.span).start..range(declared).start);
            }
            Statement::ExportNamedDeclaration(it) => {
                for specifier in &it.specifiers {
                    let ModuleExportName::IdentifierReference(local) = &specifier.local else {
                        return Err(self.strange());
                    };
                    let id = local.reference_id.get();
                    let symbol = id.and_then(|id| self.scoping.get_reference(id).symbol_id());
                    self.own(&specifier.exported.name(), symbol)?;
                }
                self.remove(range(it.span));
            }
            Statement::ExportFromDeclaration(it) => {
                let request = self.request(&it.source, it.with_clause.as_deref())?;
                for specifier in &it.specifiers {
                    let wanted = Wanted::Name(specifier.local.name().to_string());
                    let export = Export::From(request, wanted);
                    self.export(&specifier.exported.name(), export)?;
                }
                self.remove(range(it.span));
            }
            Statement::ExportAllDeclaration(it) => {
                let request = self.request(&it.source, it.with_clause.as_deref())?;
                match &it.exported {
                    Some(name) => self.export(&name.name(), Export::From(request, Wanted::All))?,
                    None => self.unit.stars.push(request),
                }
                self.remove(range(it.span));
            }
            Statement::ExportDefaultDeclaration(it) => self.default(it)?,
            Statement::VariableDeclaration(it) if it.kind.is_using() && !self.entry => {
                let what = "declares something with `using` at its top";
                return Err(Unbundled::uses(self.file, what));
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, it: &ImportDeclaration<'_>) -> Result<(), Unbundled> {
        if it.phase.is_some() {
            return Err(Unbundled::uses(self.file, "imports a module in part"));
        }
        let request = self.request(&it.source, it.with_clause.as_deref())?;
        for specifier in it.specifiers.iter().flatten() {
            use ImportDeclarationSpecifier as Kind;
            let (local, wanted) = match specifier {
                Kind::ImportSpecifier(it) => (&it.local, Wanted::Name(it.imported.name().to_string())),
                Kind::ImportDefaultSpecifier(it) => (&it.local, Wanted::Name("default".to_owned())),
                Kind::ImportNamespaceSpecifier(it) => (&it.local, Wanted::All),
            };
            let symbol = local.symbol_id.get();
            let Some(&top) = symbol.and_then(|symbol| self.indexes.get(&symbol)) else {
                return Err(self.strange());
            };
            self.unit.imports.insert(top, (request, wanted));
        }
        self.remove(range(it.span));
        Ok(())
    }

    fn request(
        &mut self,
        source: &StringLiteral<'_>,
        with: Option<&WithClause<'_>>,
    ) -> Result<usize, Unbundled> {
        let entries = with.map_or(&[][..], |with| &with.with_entries);
        let attribute = match entries {
            [] => None,
            [one] if one.key.as_arena_str() == "type" => Some(one.value.value.to_string()),
            _ => return Err(Unbundled::uses(self.file, "imports with unknown attributes")),
        };
        self.unit.requests.push(Request {
            span: range(source.span),
            specifier: source.value.to_string(),
            attribute,
            to: Dest::Outside(usize::MAX),
        });
        Ok(self.unit.requests.len() - 1)
    }

    /// A name of the top is exported, or something imported under that name.
    fn own(&mut self, name: &str, symbol: Option<SymbolId>) -> Result<(), Unbundled> {
        let Some(&top) = symbol.and_then(|symbol| self.indexes.get(&symbol)) else {
            return Err(self.strange());
        };
        self.export(name, Export::Own(top))
    }

    fn export(&mut self, name: &str, export: Export) -> Result<(), Unbundled> {
        match self.unit.exports.insert(name.to_owned(), export) {
            None => Ok(()),
            Some(_) => Err(self.strange()),
        }
    }

    fn default(&mut self, it: &ExportDefaultDeclaration<'_>) -> Result<(), Unbundled> {
        let whole = range(it.span);
        match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                self.strip(whole.start..range(function.span).start);
                match &function.id {
                    Some(id) => self.own("default", id.symbol_id.get()),
                    None => self.nameless_function(function),
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => match &class.id {
                Some(id) => {
                    self.strip(whole.start..range(class.span).start);
                    self.own("default", id.symbol_id.get())
                }
                None => self.value(whole.start, range(class.span), true),
            },
            declaration => match declaration.as_expression() {
                Some(value) => self.expression(whole.start, value),
                None => Err(self.strange()),
            },
        }
    }

    fn expression(&mut self, start: usize, value: &Expression<'_>) -> Result<(), Unbundled> {
        let nameless = value.is_anonymous_function_definition();
        self.value(start, range(value.span()), nameless)
    }

    fn nameless_function(&mut self, function: &Function<'_>) -> Result<(), Unbundled> {
        let at = range(function.params.span).start;
        let place = Use {
            span: at..at,
            before: " ".to_owned(),
            after: "",
            always: true,
        };
        self.nameless(Kind::Function("default".to_owned()), place)
    }

    /// `export default …` becomes the declaration of a constant.
    fn value(&mut self, start: usize, value: Range<usize>, named: bool) -> Result<(), Unbundled> {
        let (open, close) = if named { naming("default") } else { <_>::default() };
        self.unit.edits.push(Edit::new(value.start..value.start, open));
        self.unit.edits.push(Edit::new(value.end..value.end, format!("{close};")));
        let lines = self.text[start..value.start].matches('\n').count();
        let place = Use {
            span: start..value.start,
            before: format!(";{}const ", "\n".repeat(lines)),
            after: " = ",
            always: true,
        };
        self.nameless(Kind::Variable, place)
    }

    fn nameless(&mut self, kind: Kind, place: Use) -> Result<(), Unbundled> {
        self.unit.tops.push(Top {
            name: DEFAULT.to_owned(),
            kind,
            uses: vec![place],
            named: Vec::new(),
        });
        self.export("default", Export::Own(self.unit.tops.len() - 1))
    }

    /// Takes `export` from before a declaration; what is before it stays ended.
    fn strip(&mut self, span: Range<usize>) {
        self.unit.edits.push(blank(self.text, span, ";"));
    }

    fn remove(&mut self, span: Range<usize>) {
        self.unit.edits.push(blank(self.text, span.clone(), ";"));
        self.removed.push(span);
    }

    fn strange(&self) -> Unbundled {
        Unbundled::uses(self.file, "says something unexpected")
    }
}

fn declared_names(
    declaration: &oxc::ast::ast::Declaration<'_>,
) -> Vec<(Option<SymbolId>, String)> {
    use oxc::ast::ast::Declaration as Kind;
    let of = |id: &oxc::ast::ast::BindingIdentifier<'_>| (id.symbol_id.get(), id.name.to_string());
    match declaration {
        Kind::VariableDeclaration(it) => {
            let names = it.declarations.iter().flat_map(|one| one.id.get_binding_identifiers());
            names.into_iter().map(of).collect()
        }
        Kind::FunctionDeclaration(it) => it.id.iter().map(of).collect(),
        Kind::ClassDeclaration(it) => it.id.iter().map(of).collect(),
        _ => Vec::new(),
    }
}
