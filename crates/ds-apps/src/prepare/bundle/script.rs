//! The one module once more, as a script: what a process that waits runs in a tenth of the time that an import takes.
//!
//! ```text
//! "use strict";({ outside: ["node:path"], run: function ($outside) {
//! …the code, whose imports are const { join } = $outside["node:path"];
//! return { "default": app };
//! } })
//! ```
//!
//! A strict function means the same as a module, unless the module waits, imports later, or asks for itself or for
//! `arguments`. Then there is no script.

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    Function, IdentifierReference, ImportDeclaration, ImportDeclarationSpecifier, ImportExpression,
    ImportMeta, ModuleExportName, Program, Statement,
};
use oxc::ast_visit::{Visit, walk};
use oxc::parser::Parser;
use oxc::span::{GetSpan as _, SourceType};
use oxc::syntax::scope::ScopeFlags;

use super::{
    super::edit::literal,
    read::range,
    unit::{Edit, apply},
};

/// Where the script is, relative to `run/`.
pub(in super::super) const PLACE: &str = "bundle/script.js";

/// Makes the script of a module that is all in one text; `None` where it would not mean the same.
pub(super) fn script(module: &str) -> Option<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, module, SourceType::mjs()).parse();
    if parsed.diagnostics.has_errors() || differs(&parsed.program) {
        return None;
    }
    let parameter = parameter(module);
    let mut outside = Vec::new();
    let mut exports = Vec::new();
    let mut edits = Vec::new();
    for statement in &parsed.program.body {
        let text = match statement {
            Statement::ImportDeclaration(it) => imported(it, &parameter, &mut outside)?,
            Statement::ExportNamedDeclaration(it) => {
                for specifier in &it.specifiers {
                    let ModuleExportName::IdentifierReference(local) = &specifier.local else {
                        return None;
                    };
                    let exported = literal(&specifier.exported.name());
                    exports.push(format!("{exported}: {}", local.name));
                }
                String::new()
            }
            other if other.is_module_declaration() => return None,
            _ => continue,
        };
        edits.push(Edit::new(range(statement.span()), text));
    }
    let code = apply(module, &mut edits)?;
    let (outside, exports) = (outside.join(", "), exports.join(", "));
    let script = format!(
        "\"use strict\";({{ outside: [{outside}], run: function ({parameter}) {{\n{code}\nreturn {{ {exports} }};\n}} }})\n"
    );
    means_the_same(&script).then_some(script)
}

/// An import as a declaration. Modules of the engine are had before the code runs, and do not change.
fn imported(
    it: &ImportDeclaration<'_>,
    parameter: &str,
    outside: &mut Vec<String>,
) -> Option<String> {
    let from = it.source.value.as_str();
    if !from.starts_with("node:") || it.with_clause.is_some() || it.phase.is_some() {
        return None;
    }
    let from = literal(from);
    if !outside.contains(&from) {
        outside.push(from.clone());
    }
    let mut text = String::new();
    for specifier in it.specifiers.iter().flatten() {
        let object = format!("{parameter}[{from}]");
        let line = match specifier {
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(it) => {
                format!("const {} = {object};", it.local.name)
            }
            ImportDeclarationSpecifier::ImportDefaultSpecifier(it) => {
                format!("const {} = {object}.default;", it.local.name)
            }
            ImportDeclarationSpecifier::ImportSpecifier(it) => {
                let name = literal(&it.imported.name());
                format!("const {} = {object}[{name}];", it.local.name)
            }
        };
        text.push_str(&line);
    }
    Some(text)
}

/// A name that the code does not say.
fn parameter(module: &str) -> String {
    let mut name = "$outside".to_owned();
    while module.contains(&name) {
        name.insert(0, '$');
    }
    name
}

/// What means something else in a function, or nothing.
#[derive(Default)]
struct Differs {
    /// How many functions with `arguments` of their own are around.
    functions: usize,
    found: bool,
}

impl<'a> Visit<'a> for Differs {
    fn visit_import_meta(&mut self, _: &ImportMeta) {
        self.found = true;
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.found = true;
        walk::walk_import_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.found |= self.functions == 0 && it.name == "arguments";
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.functions += 1;
        walk::walk_function(self, it, flags);
        self.functions -= 1;
    }
}

fn differs(program: &Program<'_>) -> bool {
    let mut differs = Differs::default();
    differs.visit_program(program);
    differs.found
}

/// Whether it can be read as a script (which cannot wait), and has none of the comments that only scripts have.
fn means_the_same(script: &str) -> bool {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::script()).parse();
    let as_in_modules = |text: &str| text.starts_with("//") || text.starts_with("/*");
    !parsed.diagnostics.has_errors()
        && parsed
            .program
            .comments
            .iter()
            .all(|comment| script.get(range(comment.span)).is_some_and(as_in_modules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_means_the_same_or_is_not_made() {
        let check = |module: &str, expect: Option<(&str, &str)>| {
            let expect = expect.map(|(outside, code)| {
                format!("\"use strict\";({{ outside: [{outside}], run: function ($outside) {{\n{code} }})\n")
            });
            assert_eq!(script(module), expect, "{module}");
        };
        check(
            "const a = 1;\nexport { a as \"default\" };",
            Some(("", "const a = 1;\n\nreturn { \"default\": a };\n}")),
        );
        check(
            "import { \"join\" as j, sep } from \"node:path\";import * as fs from \"node:fs\";\nj(sep, fs);",
            Some((
                "\"node:path\", \"node:fs\"",
                "const j = $outside[\"node:path\"][\"join\"];const sep = $outside[\"node:path\"][\"sep\"];\
                 const fs = $outside[\"node:fs\"];\nj(sep, fs);\nreturn {  };\n}",
            )),
        );
        check(
            "import p from \"node:path\"; p;",
            Some((
                "\"node:path\"",
                "const p = $outside[\"node:path\"].default; p;\nreturn {  };\n}",
            )),
        );
        for refused in [
            "await 0;",
            "for await (const a of []) {}",
            "import(\"node:fs\");",
            "function f() { return import(\"./x.js\"); }",
            "import.meta.main;",
            "typeof arguments;",
            "const f = () => arguments;",
            "import a from \"./a.json\" with { type: \"json\" };",
            "import \"./a.js\";",
            "export * from \"node:fs\";",
            "export { join } from \"node:path\";",
            "export const a = 1;",
            "const x = 1, y = 0; x<!--y;",
            "const x = 1;\nlet y = x\n--> 0;",
            "this is no code",
        ] {
            check(refused, None);
        }
        assert!(script("function f() { return () => arguments; }").is_some());
        // Inside a text they are no comments.
        assert!(script("const page = `<!-- here -->`;").is_some());
        assert!(
            script("const $outside = 1;")
                .unwrap()
                .contains("($$outside)")
        );
    }
}
