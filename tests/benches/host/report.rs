//! The table of figures.

use std::{fmt, io::Write as _};

/// What was measured, in order.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    failures: usize,
}

enum Row {
    Group(String),
    Figure(Figure),
    Note(String),
}

struct Figure {
    name: String,
    value: String,
    target: String,
    met: Option<bool>,
}

impl Report {
    /// Begins a group of figures.
    pub(crate) fn group(&mut self, name: &str) {
        self.rows.push(Row::Group(name.to_owned()));
    }

    /// A figure that is there to be known.
    pub(crate) fn figure(&mut self, name: &str, figure: impl fmt::Display) {
        self.push(name, figure, String::new(), None);
    }

    /// A figure that should meet a target.
    pub(crate) fn target(
        &mut self,
        name: &str,
        figure: impl fmt::Display,
        target: impl fmt::Display,
        met: bool,
    ) {
        self.push(name, figure, target.to_string(), Some(met));
    }

    /// How often as fast as a peer, which should be at least so often.
    pub(crate) fn ratio(&mut self, name: &str, ratio: f64, peer: &str, at_least: f64) {
        let figure = format!("{ratio:.2} × {peer}");
        self.target(name, figure, format!("≥ {at_least:.2}"), ratio >= at_least);
    }

    /// How many times a peer's time or size it is, which should be at most so many.
    pub(crate) fn at_most(&mut self, name: &str, ratio: f64, peer: &str, most: f64) {
        let figure = format!("{ratio:.2} × {peer}");
        self.target(name, figure, format!("≤ {most:.2}"), ratio <= most);
    }

    /// Something to know when reading the group.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.rows.push(Row::Note(text.into()));
    }

    /// The group could not be measured.
    pub(crate) fn failed(&mut self, error: &anyhow::Error) {
        self.failures += 1;
        self.note(format!("could not be measured: {error:#}"));
    }

    /// Whether every group was measured.
    pub(crate) fn is_complete(&self) -> bool {
        self.failures == 0
    }

    fn push(&mut self, name: &str, figure: impl fmt::Display, target: String, met: Option<bool>) {
        let (name, value) = (name.to_owned(), figure.to_string());
        self.rows.push(Row::Figure(Figure {
            name,
            value,
            target,
            met,
        }));
    }

    fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.rows.iter().filter_map(|row| match row {
            Row::Figure(figure) => Some(figure),
            Row::Group(_) | Row::Note(_) => None,
        })
    }

    fn width(&self, title: &str, of: impl Fn(&Figure) -> &str) -> usize {
        let widths = self.figures().map(|figure| of(figure).chars().count());
        widths
            .chain([title.chars().count()])
            .max()
            .unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.width("", |figure| &figure.name) + 2;
        let figure = self.width("figure", |figure| &figure.value);
        let target = self.width("target", |figure| &figure.target);
        writeln!(
            f,
            "{:name$}  {:>figure$}  {:>target$}",
            "", "figure", "target"
        )?;
        for row in &self.rows {
            match row {
                Row::Group(title) => writeln!(f, "{title}")?,
                Row::Note(text) => writeln!(f, "  ({text})")?,
                Row::Figure(row) => {
                    let met = row.met.map_or("", |met| if met { "ok" } else { "missed" });
                    let label = format!("  {}", row.name);
                    let line = format!(
                        "{label:name$}  {:>figure$}  {:>target$}  {met}",
                        row.value, row.target
                    );
                    writeln!(f, "{}", line.trim_end())?;
                }
            }
        }
        let met: Vec<bool> = self.figures().filter_map(|figure| figure.met).collect();
        let missed = met.iter().filter(|met| !**met).count();
        write!(f, "\n{missed} of {} targets missed", met.len())
    }
}

/// Says something to whoever watches.
pub(crate) fn say(text: &str) {
    // Whoever closed standard output does not want to know.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
