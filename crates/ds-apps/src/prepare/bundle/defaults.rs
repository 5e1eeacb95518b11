//! `export default` as the declaration of something with a name.

use std::ops::Range;

use oxc::ast::ast::{ExportDefaultDeclaration, ExportDefaultDeclarationKind, Expression, Function};
use oxc::span::GetSpan as _;

use super::{
    super::edit::literal,
    read::range,
    records::Records,
    refuse::Unbundled,
    unit::{Edit, Export, Kind, Top, Use},
};

/// What a default export without a name is called at first.
const DEFAULT: &str = "_default";
/// Around a function or class without a name, so that it gets this one: what a name would have done.
pub(super) fn naming(name: &str) -> (String, String) {
    let name = literal(name);
    (format!("({{[{name}]: "), format!("}})[{name}]"))
}

impl Records<'_> {
    /// Reads `export default …`.
    pub(super) fn default_export(
        &mut self,
        it: &ExportDefaultDeclaration<'_>,
    ) -> Result<(), Unbundled> {
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
        let (open, close) = if named {
            naming("default")
        } else {
            <_>::default()
        };
        self.unit
            .edits
            .push(Edit::new(value.start..value.start, open));
        self.unit
            .edits
            .push(Edit::new(value.end..value.end, format!("{close};")));
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
            thisless: false,
        });
        self.export("default", Export::Own(self.unit.tops.len() - 1))
    }
}
