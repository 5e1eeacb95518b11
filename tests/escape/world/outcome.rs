//! What an attacker reports of what it tried.

use std::collections::BTreeMap;

use serde_json::Value;

/// How one thing went that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It worked, and this is what it gave.
    Got(String),
    /// It was refused in these words, or with this error of the kernel.
    Refused(String),
}

/// Everything that was tried, by name.
#[derive(Debug)]
pub(crate) struct Outcome(BTreeMap<String, Said>);

/// What a broken attempt looks like, rather than a refused one.
const BROKEN: [&str; 5] = [
    "ReferenceError",
    "SyntaxError",
    "is not a function",
    "is not a constructor",
    "is not iterable",
];
/// Errors of the kernel that mean no: there is no such thing here, or it is not for you.
const NO: [&str; 14] = [
    "EPERM",
    "EACCES",
    "ENOSYS",
    "ENOENT",
    "EROFS",
    "ESRCH",
    "ENXIO",
    "EAFNOSUPPORT",
    "EPROTONOSUPPORT",
    "ESOCKTNOSUPPORT",
    "ECONNREFUSED",
    "EOPNOTSUPP",
    "ENOTDIR",
    "SIGSYS",
];

impl Outcome {
    /// Reads a report.
    pub(crate) fn read(report: &str) -> Self {
        let report: BTreeMap<String, Value> = serde_json::from_str(report)
            .unwrap_or_else(|error| panic!("the attacker's report: {error}: {report}"));
        let said = report.into_iter().map(|(name, value)| {
            let text = |key: &str| value[key].as_str().map(str::to_owned);
            let said = match (text("got"), text("refused")) {
                (Some(got), None) => Said::Got(got),
                (None, Some(words)) => Said::Refused(words),
                _ => panic!("the attacker's report of {name}: {value}"),
            };
            (name, said)
        });
        Self(said.collect())
    }

    /// How one thing went.
    pub(crate) fn said(&self, name: &str) -> &Said {
        let said = self.0.get(name);
        said.unwrap_or_else(|| panic!("{name} was not tried: {self:#?}"))
    }

    /// What one thing gave.
    pub(crate) fn got(&self, name: &str) -> &str {
        match self.said(name) {
            Said::Got(got) => got,
            Said::Refused(words) => panic!("{name} was refused: {words}"),
        }
    }

    /// The number that one thing gave.
    pub(crate) fn number(&self, name: &str) -> u64 {
        let got = self.got(name);
        got.parse().unwrap_or_else(|_| panic!("{name}: {got}"))
    }

    /// Exactly these things were tried, and none worked.
    pub(crate) fn all_refused(&self, names: &[&str]) {
        let mut expected = names.to_vec();
        expected.sort_unstable();
        assert_eq!(self.0.keys().collect::<Vec<_>>(), expected);
        self.refused(names);
    }

    /// None of these worked.
    pub(crate) fn refused(&self, names: &[&str]) {
        self.refused_or(names, &[]);
    }

    /// None of these worked; these errors of the kernel mean no, too.
    pub(crate) fn refused_or(&self, names: &[&str], also: &[&str]) {
        for name in names {
            match self.said(name) {
                Said::Got(got) => panic!("{name} worked: {got:?}; all: {self:#?}"),
                Said::Refused(words) => assert!(is_no(words, also), "{name}: {words}"),
            }
        }
    }

    /// Each of these worked: that the others did not is no accident.
    pub(crate) fn worked(&self, names: &[&str]) {
        for name in names {
            self.got(name);
        }
    }
}

/// Whether this is a refusal: not a mistake of the attacker, and not the kernel's word for arguments that it
/// looked at.
fn is_no(words: &str, also: &[&str]) -> bool {
    let of_kernel = words.starts_with('E') && words.bytes().all(|b| b.is_ascii_alphanumeric());
    if of_kernel || words.starts_with("SIG") {
        return NO.contains(&words) || also.contains(&words);
    }
    !BROKEN.iter().any(|broken| words.contains(broken))
}

#[test]
fn refusals_are_told_from_mistakes() {
    let check = |words: &str, expect: bool| assert_eq!(is_no(words, &[]), expect, "{words}");
    check("EPERM", true);
    check("SIGSYS", true);
    check("EINVAL", false);
    check("EFAULT", false);
    check("NotCapable: Requires read access", true);
    check("ReferenceError: x is not defined", false);
    check("TypeError: Deno.foo is not a function", false);
    assert!(is_no("EINVAL", &["EINVAL"]));
}

#[test]
#[should_panic(expected = "worked")]
fn what_worked_is_noticed() {
    Outcome::read(r#"{"a":{"got":"x"}}"#).all_refused(&["a"]);
}

#[test]
#[should_panic(expected = "was not tried")]
fn what_was_not_tried_is_noticed() {
    Outcome::read("{}").refused(&["a"]);
}
