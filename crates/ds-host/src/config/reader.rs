//! Reads a TOML document key by key and collects every complaint, so that one look at the output is enough
//! to put a file right.

use std::{
    cell::RefCell,
    fmt,
    ops::{Range, RangeInclusive},
    path::PathBuf,
    str::FromStr,
};

use toml::de::{DeTable, DeValue};

/// One thing that is wrong in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1; `None` for what is wrong with no line in particular.
    pub line: Option<usize>,
    /// The key, with its section: `sandbox.heap_mib`; empty where there is none.
    pub key: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.problem)
    }
}

/// The text of a file and what is wrong with it so far.
pub(super) struct Complaints<'t> {
    text: &'t str,
    found: RefCell<Vec<Complaint>>,
}

impl<'t> Complaints<'t> {
    pub(super) fn about(text: &'t str) -> Self {
        Self {
            text,
            found: RefCell::default(),
        }
    }

    pub(super) fn add(&self, span: Option<Range<usize>>, key: &str, problem: impl Into<String>) {
        let line = span.map(|span| {
            let before = self.text.as_bytes().iter().take(span.start);
            1 + before.filter(|byte| **byte == b'\n').count()
        });
        self.found.borrow_mut().push(Complaint {
            line,
            key: key.to_owned(),
            problem: problem.into(),
        });
    }

    /// All complaints, in the order of the file.
    pub(super) fn into_sorted(self) -> Vec<Complaint> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|complaint| complaint.line);
        found
    }
}

/// One table of the document. Keys that nobody asked for are complaints when it is finished.
pub(super) struct Section<'c, 't> {
    complaints: &'c Complaints<'t>,
    name: String,
    span: Option<Range<usize>>,
    table: Option<&'c DeTable<'t>>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'c, 't> Section<'c, 't> {
    pub(super) fn root(complaints: &'c Complaints<'t>, table: &'c DeTable<'t>) -> Self {
        Self::new(complaints, String::new(), None, Some(table))
    }

    fn new(
        complaints: &'c Complaints<'t>,
        name: String,
        span: Option<Range<usize>>,
        table: Option<&'c DeTable<'t>>,
    ) -> Self {
        Self {
            complaints,
            name,
            span,
            table,
            asked: RefCell::default(),
        }
    }

    /// The table below a key; an empty one if there is none.
    pub(super) fn section(&self, key: &'static str) -> Section<'c, 't> {
        let mut found = self.sections(key);
        if found.len() > 1 {
            self.complain(key, "may be given once only");
        }
        found
            .pop()
            .unwrap_or_else(|| Section::new(self.complaints, self.key(key), None, None))
    }

    /// The tables below a key: `[key]` once, or `[[key]]` any number of times.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'c, 't>> {
        let Some((value, span)) = self.find(key) else {
            return Vec::new();
        };
        let of =
            |table, span| Section::new(self.complaints, self.key(key), Some(span), Some(table));
        match value {
            DeValue::Table(table) => vec![of(table, span)],
            DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => items
                .iter()
                .filter_map(|item| Some(of(item.get_ref().as_table()?, item.span())))
                .collect(),
            other => {
                let problem = format!("is a section `[{key}]`, not {}", kind(other));
                self.complaints.add(Some(span), &self.key(key), problem);
                Vec::new()
            }
        }
    }

    /// A text that is read by `FromStr`.
    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&self, key: &'static str) -> Option<T> {
        self.read(key, |value| {
            let text = value
                .as_str()
                .ok_or_else(|| wrong("a text in quotes", value))?;
            text.parse().map_err(|error: T::Err| error.to_string())
        })
    }

    /// A path, which is not looked at here.
    pub(super) fn path(&self, key: &'static str) -> Option<PathBuf> {
        self.read(key, |value| match value.as_str() {
            Some("") => Err("is empty; leave the key out instead".to_owned()),
            Some(text) => Ok(PathBuf::from(text)),
            None => Err(wrong("a path in quotes", value)),
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        self.read(key, |value| {
            value.as_bool().ok_or_else(|| wrong("true or false", value))
        })
    }

    /// A whole number in bounds.
    pub(super) fn number(&self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.read(key, |value| {
            let (low, high) = (bounds.start(), bounds.end());
            let expected = format!("a whole number from {low} to {high}");
            let integer = value.as_integer().ok_or_else(|| wrong(&expected, value))?;
            let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
            number
                .filter(|number| bounds.contains(number))
                .ok_or_else(|| format!("must be {expected}"))
        })
    }

    /// A list of texts that are read by `FromStr`.
    pub(super) fn list<T: FromStr<Err: fmt::Display>>(&self, key: &'static str) -> Option<Vec<T>> {
        self.read(key, |value| {
            let items = value
                .as_array()
                .ok_or_else(|| wrong("a list of texts", value))?;
            let parse = |item: &DeValue<'_>| {
                let text = item
                    .as_str()
                    .ok_or_else(|| wrong("a list of texts", item))?;
                text.parse().map_err(|error: T::Err| error.to_string())
            };
            items.iter().map(|item| parse(item.get_ref())).collect()
        })
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// A complaint about a key, or about the section if the key is not there.
    pub(super) fn complain(&self, key: &str, problem: impl Into<String>) {
        let value = self.table.and_then(|table| table.get(key));
        let span = value.map(toml::Spanned::span).or_else(|| self.span.clone());
        self.complaints.add(span, &self.key(key), problem);
    }

    /// Complains about keys that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.into_inner();
        let keys = self.table.into_iter().flat_map(|table| table.keys());
        for key in keys.filter(|key| !asked.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let full = join(&self.name, name);
            let problem = format!("there is no such key; there are: {}", asked.join(", "));
            self.complaints.add(Some(key.span()), &full, problem);
        }
    }

    fn read<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, String>,
    ) -> Option<T> {
        let (value, span) = self.find(key)?;
        read(value)
            .map_err(|problem| self.complaints.add(Some(span), &self.key(key), problem))
            .ok()
    }

    fn find(&self, key: &'static str) -> Option<(&'c DeValue<'t>, Range<usize>)> {
        self.asked.borrow_mut().push(key);
        let value = self.table?.get(key)?;
        Some((value.get_ref(), value.span()))
    }

    fn key(&self, key: &str) -> String {
        join(&self.name, key)
    }
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}

fn wrong(expected: &str, got: &DeValue<'_>) -> String {
    format!("must be {expected}, not {}", kind(got))
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
