//! A module as the bundler sees it: its text, and every place in it that may have to change.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

/// A module that may become part of the one.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// Its file, relative to `run/`.
    pub file: String,
    /// As it runs by itself.
    pub text: String,
    /// Whether it ends with a map to the lines it was made of.
    pub mapped: bool,
    /// Static imports, in the order of the text.
    pub requests: Vec<Request>,
    /// Every `import("…")`, in the order of the text.
    pub dynamics: Vec<Request>,
    /// The names it declares at its top, and those that it imports.
    pub tops: Vec<Top>,
    /// Which of `tops` are imported, and what each stands for.
    pub imports: BTreeMap<usize, (usize, Wanted)>,
    /// What it exports, by name, without `export *`.
    pub exports: BTreeMap<String, Export>,
    /// The requests of `export * from`.
    pub stars: Vec<usize>,
    /// Names that are bound further inside, also those of classes inside themselves.
    pub inner: HashSet<String>,
    /// Names that it takes from the global object.
    pub globals: HashSet<String>,
    /// Whether it waits at its top.
    pub waits: bool,
    /// Where it reads members of what it imports.
    pub members: Vec<Member>,
    /// Changes that are made whatever things are called.
    pub edits: Vec<Edit>,
    /// Changes that are made wherever the module goes: marks for its own file go.
    pub marks: Vec<Edit>,
    /// Changes that take letters beyond ASCII out of it, where nothing else changes.
    pub escapes: Vec<Edit>,
}

/// What a module asks of others.
#[derive(Debug)]
pub(super) struct Request {
    /// Where the specifier is in the text.
    pub span: Range<usize>,
    /// What it says.
    pub specifier: String,
    /// The `type` of its attributes.
    pub attribute: Option<String>,
    /// Where it leads; known when all modules are.
    pub to: Dest,
}

/// Where a request leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dest {
    /// To a module that is part of the one.
    Unit(usize),
    /// To something that stays outside.
    Outside(usize),
}

/// What an import takes of a module.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// One of its exports.
    Name(String),
    /// The object of all of them.
    All,
}

/// What is behind an exported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Export {
    /// One of `tops`.
    Own(usize),
    /// Something of another module.
    From(usize, Wanted),
}

/// A name at the top of a module.
#[derive(Debug)]
pub(super) struct Top {
    /// As written; for a default export without a name, a name to begin with.
    pub name: String,
    /// What it names.
    pub kind: Kind,
    /// Every place that says it.
    pub uses: Vec<Use>,
    /// Functions and classes without a name that get this one when they are evaluated.
    pub named: Vec<Range<usize>>,
    /// It is always the same function, and one that does not look at `this`.
    pub thisless: bool,
}

/// A place that reads a member of something imported, `x.name`.
#[derive(Debug)]
pub(super) struct Member {
    /// Which of `tops` is `x`.
    pub top: usize,
    /// All of it.
    pub span: Range<usize>,
    /// Which member.
    pub name: String,
    /// Whether it is called, with `x` as its `this`.
    pub called: bool,
}

/// What a name at the top stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An import.
    Import,
    /// A function declaration, and the `name` that the function has.
    Function(String),
    /// A class declaration, and where it is.
    Class(Range<usize>),
    /// Any other.
    Variable,
}

/// A place that says a name.
#[derive(Debug)]
pub(super) struct Use {
    /// What is replaced.
    pub span: Range<usize>,
    /// What goes before the name.
    pub before: String,
    /// What goes behind it.
    pub after: &'static str,
    /// Whether the place changes even if the name stays.
    pub always: bool,
}

/// A change of the text.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// What is replaced; empty to insert.
    pub span: Range<usize>,
    /// What comes there.
    pub text: String,
}

impl Edit {
    /// Puts a text in the place of a span.
    pub(super) fn new(span: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }
}

/// Sorts edits and puts them into a text. They do not overlap.
pub(super) fn apply(text: &str, edits: &mut [Edit]) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut edited = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for edit in edits.iter() {
        edited.push_str(text.get(at..edit.span.start)?);
        edited.push_str(&edit.text);
        at = edit.span.end;
    }
    edited.push_str(text.get(at..)?);
    Some(edited)
}
