//! Reading a module's text: what it imports, and the JavaScript it stands for.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oxc::allocator::Allocator;
use oxc::ast::ast::{Program, Statement};
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;
use oxc::transformer::{JsxRuntime, TransformOptions, Transformer};

use super::media::Media;
use super::scan::{Found, How, scan};

/// A module that has been read.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// What runs: JavaScript, or TypeScript as written where `kept` says so.
    pub text: String,
    /// What `text` imports.
    pub found: Found,
    /// Whether it has a default export.
    pub default: bool,
    /// It is TypeScript that stays as it is, for the engine to strip: decorators are lowered there.
    pub kept: bool,
}

/// Where and why a module could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a module. `name` is its file name, for source maps.
pub(super) fn read(name: &str, source: &str, media: Media) -> Result<Script, SyntaxError> {
    if media.needs_compiling() {
        return compile(name, source, media);
    }
    let allocator = Allocator::default();
    let program = parse(&allocator, source, SourceType::mjs())?;
    Ok(Script {
        text: source.to_owned(),
        found: scan(&program),
        default: has_default(&program),
        kept: false,
    })
}

/// Strips types and turns JSX into calls.
fn compile(name: &str, source: &str, media: Media) -> Result<Script, SyntaxError> {
    let allocator = Allocator::default();
    let mut program = parse(&allocator, source, source_type(media))?;
    let written = scan(&program);
    let scoping = SemanticBuilder::new()
        .with_excess_capacity(2.0)
        .with_enum_eval(true)
        .build(&program)
        .semantic
        .into_scoping();
    let options = transform_options(&program);
    let transformed = Transformer::new(&allocator, Path::new(name), &options)
        .build_with_scoping(scoping, &mut program);
    if let Some(error) = transformed.diagnostics.errors().next() {
        return Err(syntax_error(source, error));
    }
    let text = print(name, &program);

    // What is left to import is read from the result: imports of types only are gone, the JSX runtime is in.
    let again = Allocator::default();
    let printed = parse(&again, &text, SourceType::mjs())?;
    let found = scan(&printed);
    let default = has_default(&printed);
    if !written.decorators {
        return Ok(Script {
            text,
            found,
            default,
            kept: false,
        });
    }
    let found = only_surviving(written, &found).ok_or_else(|| SyntaxError {
        line: 1,
        column: 1,
        message: "decorators and an imported JSX runtime cannot be used in the same module"
            .to_owned(),
    })?;
    Ok(Script {
        text: source.to_owned(),
        found,
        default,
        kept: true,
    })
}

/// The imports of the text as written that are still there when types are stripped; `None` if stripping adds one.
fn only_surviving(mut written: Found, stripped: &Found) -> Option<Found> {
    let has = |found: &Found, specifier: &str, how: How| {
        found
            .imports
            .iter()
            .any(|import| import.how == how && import.specifier == specifier)
    };
    let added = stripped
        .imports
        .iter()
        .any(|import| !has(&written, &import.specifier, import.how));
    written
        .imports
        .retain(|import| has(stripped, &import.specifier, import.how));
    (!added).then_some(written)
}

fn source_type(media: Media) -> SourceType {
    match media {
        Media::TypeScript => SourceType::ts(),
        Media::Tsx => SourceType::tsx(),
        Media::Jsx => SourceType::jsx(),
        _ => SourceType::mjs(),
    }
}

/// As Deno does without a configuration: `React.createElement` unless the file names an import source.
fn transform_options(program: &Program<'_>) -> TransformOptions {
    let mut options = TransformOptions::default();
    let start = program
        .body
        .first()
        .map_or(0, |first| oxc::span::GetSpan::span(first).start);
    let automatic = program
        .comments
        .iter()
        .take_while(|comment| comment.span.end <= start)
        .any(|comment| {
            comment
                .content_span()
                .source_text(program.source_text)
                .contains("@jsxImportSource")
        });
    options.jsx.runtime = if automatic {
        JsxRuntime::Automatic
    } else {
        JsxRuntime::Classic
    };
    options
}

fn parse<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    source_type: SourceType,
) -> Result<Program<'a>, SyntaxError> {
    let parsed = Parser::new(allocator, source, source_type).parse();
    match parsed.diagnostics.errors().next() {
        Some(error) => Err(syntax_error(source, error)),
        None => Ok(parsed.program),
    }
}

/// Prints a program, with a source map so that errors name the lines of the original.
fn print(name: &str, program: &Program<'_>) -> String {
    let options = CodegenOptions {
        source_map_path: Some(name.into()),
        ..CodegenOptions::default()
    };
    let printed = Codegen::new().with_options(options).build(program);
    let mut text = printed.code;
    if let Some(mut map) = printed.map {
        map.set_source_contents(Vec::new());
        // Deno reads exactly this form.
        text.push_str("//# sourceMappingURL=data:application/json;base64,");
        text.push_str(&STANDARD.encode(map.to_json_string()));
        text.push('\n');
    }
    text
}

fn has_default(program: &Program<'_>) -> bool {
    program.body.iter().any(|statement| match statement {
        Statement::ExportDefaultDeclaration(_) => true,
        Statement::ExportNamedDeclaration(export) => export
            .specifiers
            .iter()
            .any(|specifier| specifier.exported.name() == "default"),
        Statement::ExportFromDeclaration(export) => export
            .specifiers
            .iter()
            .any(|specifier| specifier.exported.name() == "default"),
        Statement::ExportAllDeclaration(export) => export
            .exported
            .as_ref()
            .is_some_and(|name| name.name() == "default"),
        _ => false,
    })
}

fn syntax_error(source: &str, error: &OxcDiagnostic) -> SyntaxError {
    let offset = error
        .labels
        .first()
        .map_or(0, oxc::diagnostics::LabeledSpan::offset);
    let before = source.get(..offset as usize).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    SyntaxError {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message: error.message.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specifiers(source: &str, media: Media) -> Vec<(String, How)> {
        let found = read("x", source, media).unwrap().found;
        found
            .imports
            .into_iter()
            .map(|import| (import.specifier, import.how))
            .collect()
    }

    #[test]
    fn every_way_of_naming_a_module_is_seen() {
        for (source, specifier, how) in [
            ("import 'x'", "x", How::Static),
            ("import def, * as all from \"x\"", "x", How::Static),
            ("export * as ns from 'x'", "x", How::Static),
            ("export { a as default } from 'x'", "x", How::Static),
            ("() => import('x')", "x", How::Dynamic),
            ("import((`x`))", "x", How::Dynamic),
            ("import(import.meta.resolve('x'))", "x", How::Resolve),
            (
                "import(new URL('x', import.meta.url).href)",
                "x",
                How::Resolve,
            ),
            ("import.meta.resolve('x')", "x", How::Resolve),
            (
                "new Worker(new URL('x', import.meta.url).href, {})",
                "x",
                How::Worker,
            ),
            ("f(new URL('x', import.meta.url))", "x", How::Asset),
        ] {
            assert_eq!(
                specifiers(source, Media::JavaScript),
                [(specifier.to_owned(), how)],
                "{source}"
            );
        }
        for source in [
            "'import x'",
            "// import 'x'",
            "require('x')",
            "new URL('x', base)",
            "a.import('x')",
        ] {
            assert_eq!(specifiers(source, Media::JavaScript), [], "{source}");
        }
    }

    #[test]
    fn computed_imports_tell_how_they_start() {
        for (argument, prefix) in [
            ("`./m/${x}.ts`", Some("./m/")),
            ("'./m/' + x + '.ts'", Some("./m/")),
            ("new URL(`m/${x}`, import.meta.url).href", Some("./m/")),
            (
                "new URL('../m/' + x, import.meta.url).toString()",
                Some("../m/"),
            ),
            ("x", None),
            ("x + './m/'", None),
            ("`${x}/m`", None),
        ] {
            let script = read("x", &format!("import({argument})"), Media::JavaScript).unwrap();
            let found: Vec<_> = script
                .found
                .computed
                .iter()
                .map(|found| found.prefix.as_deref())
                .collect();
            assert_eq!(found, [prefix], "{argument}");
        }
    }

    #[test]
    fn attributes_are_read() {
        for source in [
            "import x from 'x' with { type: 'json' }",
            "export { default } from 'x' with { 'type': 'json' }",
            "import('x', { with: { type: 'json' } })",
        ] {
            let script = read("x", source, Media::JavaScript).unwrap();
            assert_eq!(
                script.found.imports[0].attribute.as_deref(),
                Some("json"),
                "{source}"
            );
        }
    }
}
