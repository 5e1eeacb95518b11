//! Version numbers as people write them.

use ds_core::Version;
use semver::{BuildMetadata, Prerelease};

use super::{Problem, fields::Fields};

/// The app's version, if it can be read.
pub(super) fn version(fields: &mut Fields<'_>) -> Option<Version> {
    let before = fields.warned();
    let text = fields.text("version");
    if text.is_empty() {
        if !fields.warned_since(before) {
            let message = "give the app a version: `\"version\": \"1.0.0\"` in dropapp.json";
            fields.warn("version", Problem::Empty, "", message);
        }
        return None;
    }
    let version = parse_version(&text);
    if version.is_none() {
        let message = "this is no version number; write it like `1.2.3`";
        fields.warn("version", Problem::Invalid, &text, message);
    }
    version
}

/// Reads a version as people write it: `v1`, `1.2` and `01.2.3` are `1.0.0`, `1.2.0` and `1.2.3`.
///
/// A part that is left out is 0; then nothing may follow (`1.2-beta` is none).
#[must_use]
pub fn parse_version(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    if text.len() > 128 {
        return None;
    }
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, suffix) = text.split_at(core_end);
    let mut numbers = [0; 3];
    let mut count = 0;
    for part in core.split('.') {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        *numbers.get_mut(count)? = part.parse().ok().filter(|_| digits)?;
        count += 1;
    }
    if count < 3 && !suffix.is_empty() {
        return None;
    }
    let (pre, build) = suffix.split_once('+').unwrap_or((suffix, ""));
    let dangling = (suffix.ends_with('+')) || pre == "-";
    let [major, minor, patch] = numbers;
    Some(Version {
        major,
        minor,
        patch,
        pre: Prerelease::new(pre.strip_prefix('-').unwrap_or(pre)).ok()?,
        build: BuildMetadata::new(build).ok()?,
    })
    .filter(|_| !dangling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerant() {
        let check = |text: &str, expect: Option<&str>| {
            let got = parse_version(text).map(|version| version.to_string());
            assert_eq!(got.as_deref(), expect, "{text}");
        };
        check("1.2.3", Some("1.2.3"));
        check(" v1 ", Some("1.0.0"));
        check("1.2", Some("1.2.0"));
        check("01.002.0", Some("1.2.0"));
        check("1.2.3-beta.1+x5", Some("1.2.3-beta.1+x5"));
        check("1.2.3+build-7", Some("1.2.3+build-7"));
        check("", None);
        check("v", None);
        check("vv1", None);
        check("1.", None);
        check("1.2.3.4", None);
        check("1.2-beta", None);
        check("1.2.3-", None);
        check("1.2.3+", None);
        check("1.2.3-a+", None);
        check("-1.2.3", None);
        check("+1.2.3", None);
        check("1.+2.3", None);
        check("18446744073709551616.0.0", None);
        check("version 2", None);
    }
}
