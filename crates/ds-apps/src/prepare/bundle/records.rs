//! What a module imports and exports, and how its statements read without saying so.

use std::{collections::HashMap, ops::Range};

use oxc::ast::ast::{
    BindingIdentifier, Declaration, ImportDeclaration, ImportDeclarationSpecifier,
    ModuleExportName, Program, Statement, StringLiteral, WithClause,
};
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::GetSpan as _;

use super::{
    read::{blank, range},
    refuse::Unbundled,
    unit::{Dest, Export, Request, Unit, Wanted},
};

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
            Statement::ExportDefaultDeclaration(it) => self.default_export(it)?,
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
                Kind::ImportSpecifier(it) => {
                    (&it.local, Wanted::Name(it.imported.name().to_string()))
                }
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
            _ => {
                return Err(Unbundled::uses(
                    self.file,
                    "imports with unknown attributes",
                ));
            }
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
    pub(super) fn own(&mut self, name: &str, symbol: Option<SymbolId>) -> Result<(), Unbundled> {
        let Some(&top) = symbol.and_then(|symbol| self.indexes.get(&symbol)) else {
            return Err(self.strange());
        };
        self.export(name, Export::Own(top))
    }

    pub(super) fn export(&mut self, name: &str, export: Export) -> Result<(), Unbundled> {
        match self.unit.exports.insert(name.to_owned(), export) {
            None => Ok(()),
            Some(_) => Err(self.strange()),
        }
    }

    /// Takes `export` from before a declaration; what is before it stays ended.
    pub(super) fn strip(&mut self, span: Range<usize>) {
        self.unit.edits.push(blank(self.text, span, ";"));
    }

    fn remove(&mut self, span: Range<usize>) {
        self.unit.edits.push(blank(self.text, span.clone(), ";"));
        self.removed.push(span);
    }

    pub(super) fn strange(&self) -> Unbundled {
        Unbundled::uses(self.file, "says something unexpected")
    }
}

fn declared_names(declaration: &Declaration<'_>) -> Vec<(Option<SymbolId>, String)> {
    use Declaration as Kind;
    let of = |id: &BindingIdentifier<'_>| (id.symbol_id.get(), id.name.to_string());
    match declaration {
        Kind::VariableDeclaration(it) => {
            let names = it
                .declarations
                .iter()
                .flat_map(|one| one.id.get_binding_identifiers());
            names.into_iter().map(of).collect()
        }
        Kind::FunctionDeclaration(it) => it.id.iter().map(of).collect(),
        Kind::ClassDeclaration(it) => it.id.iter().map(of).collect(),
        _ => Vec::new(),
    }
}
