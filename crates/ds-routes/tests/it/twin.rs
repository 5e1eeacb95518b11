//! A naive twin of the pattern dialect: it tries everything, in JavaScript's order, over parts that it
//! made itself and that the real one reads from text.

use ds_routes::{ParamValue, Params, Pattern};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Part {
    Text(&'static str),
    Group(Group),
}

#[derive(Clone, Debug)]
struct Group {
    name: &'static str,
    prefix: &'static str,
    suffix: &'static str,
    value: usize,
    modifier: &'static str,
}

type Span = (usize, usize);
/// One way to match a group: where it ends, and what was captured.
type Way = (usize, Option<Span>);

/// Where a value that begins with a text may end, the preferred first.
type Ends = fn(&str) -> Vec<usize>;

/// The values parameters may have: as written, and where they may end, the preferred first.
const VALUES: [(&str, Ends); 6] = [
    ("", |rest| {
        (1..=run(rest, |byte| !b"/#?".contains(&byte))).collect()
    }),
    (r"(\d+)", |rest| {
        (1..=run(rest, |byte| byte.is_ascii_digit()))
            .rev()
            .collect()
    }),
    ("(.*)", |rest| (0..=rest.len()).rev().collect()),
    ("(.+?)", |rest| (1..=rest.len()).collect()),
    ("(a|ab|)", |rest| {
        let ways = ["a", "ab", ""].into_iter();
        ways.filter(|way| starts(rest, way)).map(str::len).collect()
    }),
    ("([^/]*?)", |rest| {
        (0..=run(rest, |byte| byte != b'/')).collect()
    }),
];

fn run(rest: &str, is: impl Fn(u8) -> bool) -> usize {
    rest.bytes().take_while(|byte| is(*byte)).count()
}

fn starts(rest: &str, text: &str) -> bool {
    rest.to_lowercase().starts_with(&text.to_lowercase())
}

impl Group {
    /// `prefix value suffix`, once: where it may end, and the value.
    fn once(&self, path: &str, at: usize) -> Vec<(usize, Span)> {
        let mut ways = Vec::new();
        if !starts(&path[at..], self.prefix) {
            return ways;
        }
        let start = at + self.prefix.len();
        for length in VALUES[self.value].1(&path[start..]) {
            let end = start + length;
            if starts(&path[end..], self.suffix) {
                ways.push((end + self.suffix.len(), (start, end)));
            }
        }
        ways
    }

    /// As often as possible, each time taking something: where it may end.
    fn again(&self, path: &str, at: usize) -> Vec<usize> {
        let mut ways = Vec::new();
        for (end, _) in self.once(path, at) {
            if end > at {
                ways.extend(self.again(path, end));
            }
        }
        ways.push(at);
        ways
    }

    fn ways(&self, path: &str, at: usize) -> Vec<Way> {
        let some = |(end, span)| (end, Some(span));
        match self.modifier {
            "" => self.once(path, at).into_iter().map(some).collect(),
            "?" => {
                let once = self.once(path, at).into_iter().filter(|way| way.0 > at);
                once.map(some).chain([(at, None)]).collect()
            }
            _ if self.prefix.is_empty() && self.suffix.is_empty() => {
                let mut ends = Vec::new();
                if self.modifier == "*" {
                    ends = self.again(path, at);
                } else {
                    for (end, _) in self.once(path, at) {
                        ends.extend(self.again(path, end));
                    }
                }
                ends.into_iter().map(|end| (end, Some((at, end)))).collect()
            }
            modifier => {
                let mut ways = Vec::new();
                for (first, (start, _)) in self.once(path, at) {
                    for end in self.again(path, first) {
                        ways.push((end, Some((start, end - self.suffix.len()))));
                    }
                }
                if modifier == "*" {
                    ways.push((at, None));
                }
                ways
            }
        }
    }
}

fn search(
    parts: &[Part],
    path: &str,
    at: usize,
    end: bool,
    delimited: bool,
) -> Option<Vec<Option<Span>>> {
    let Some((part, others)) = parts.split_first() else {
        let rest = &path[at..];
        let boundary = rest.is_empty() || rest.starts_with(['/', '#', '?']);
        let fits = if end {
            boundary && rest.len() <= 1
        } else {
            boundary || delimited
        };
        return fits.then(Vec::new);
    };
    match part {
        Part::Text(text) => starts(&path[at..], text)
            .then(|| search(others, path, at + text.len(), end, delimited))?,
        Part::Group(group) => group.ways(path, at).into_iter().find_map(|(next, span)| {
            let mut spans = search(others, path, next, end, delimited)?;
            spans.insert(0, span);
            Some(spans)
        }),
    }
}

fn twin(parts: &[Part], path: &str, end: bool) -> Option<Params> {
    let delimited = match parts.last() {
        None => true,
        Some(Part::Text(text)) => text.ends_with('/'),
        Some(Part::Group(_)) => false,
    };
    let spans = search(parts, path, 0, end, delimited)?;
    let groups = parts.iter().filter_map(|part| match part {
        Part::Group(group) => Some(group),
        Part::Text(_) => None,
    });
    let mut params = Params::new();
    for (group, span) in groups.zip(spans) {
        let Some((start, end)) = span else { continue };
        let value = path[start..end].to_owned();
        let at = format!("{}{}", group.prefix, group.suffix);
        let value = match (group.modifier, at.as_str()) {
            ("" | "?", _) => ParamValue::One(value),
            (_, "") => ParamValue::Many(value.chars().map(String::from).collect()),
            (_, at) => ParamValue::Many(value.split(at).map(String::from).collect()),
        };
        params.insert(group.name.to_owned(), value);
    }
    Some(params)
}

fn written(parts: &[Part]) -> String {
    let write = |part: &Part| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Group(Group {
            name,
            prefix,
            suffix,
            value,
            modifier,
        }) => {
            format!("{{{prefix}:{name}{}{suffix}}}{modifier}", VALUES[*value].0)
        }
    };
    parts.iter().map(write).collect()
}

fn part() -> impl Strategy<Value = Part> {
    let text = prop::sample::select(vec!["/", "/a", "b", "/ab/", "-", "1"]).prop_map(Part::Text);
    let name = prop::sample::select(vec!["x", "y", "z"]);
    let prefix = prop::sample::select(vec!["", "/", "/", "-", "a"]);
    let suffix = prop::sample::select(vec!["", "", "-", "/"]);
    let modifier = prop::sample::select(vec!["", "", "?", "*", "+"]);
    let group = (name, prefix, suffix, 0..VALUES.len(), modifier);
    let group = group.prop_map(|(name, prefix, suffix, value, modifier)| {
        Part::Group(Group {
            name,
            prefix,
            suffix,
            value,
            modifier,
        })
    });
    prop_oneof![text, group]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_its_twin(
        parts in prop::collection::vec(part(), 0..4),
        path in "/?[aAbB1/-]{0,7}[/a-]?",
        end: bool,
    ) {
        // Text next to text is one text.
        let split = parts.windows(2).any(|pair| matches!(pair, [Part::Text(_), Part::Text(_)]));
        prop_assume!(!split);
        let text = written(&parts);
        let pattern = Pattern::compile(&text, end).unwrap();
        prop_assert_eq!(pattern.matches(&path), twin(&parts, &path, end), "{}", text);
    }
}

/// The generator would prove nothing if hardly anything matched.
#[test]
fn the_twin_matches_often() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let strategy = (
        prop::collection::vec(part(), 0..4),
        "/?[aAbB1/-]{0,7}[/a-]?",
    );
    let matched = (0..500).filter(|_| {
        let (parts, path) = strategy.new_tree(&mut runner).unwrap().current();
        twin(&parts, &path, false).is_some()
    });
    assert!(matched.count() > 100);
}
