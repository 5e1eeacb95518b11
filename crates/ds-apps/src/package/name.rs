//! Names of files inside a package.

use super::{Bounds, PackageError, error::printable};

/// Checks and cleans a name: `./a//b/` is `a/b`. The package's own directory is the empty name.
pub(super) fn clean(raw: &[u8], bounds: &Bounds) -> Result<String, PackageError> {
    let refuse = |problem| PackageError::Name {
        name: printable(raw),
        problem,
    };
    let text = std::str::from_utf8(raw).map_err(|_| refuse("is not UTF-8"))?;
    if let Some(problem) = problem_of_text(text) {
        return Err(refuse(problem));
    }
    let parts = || text.split('/').filter(|part| !matches!(*part, "" | "."));
    if parts().any(|part| part == "..") {
        return Err(refuse("leads out of the package (`..`)"));
    }
    if parts().any(|part| part.len() > bounds.name_bytes) || text.len() > bounds.path_bytes {
        return Err(refuse("is too long"));
    }
    if parts().count() > bounds.depth + 1 {
        return Err(refuse("is too many directories deep"));
    }
    Ok(parts().collect::<Vec<_>>().join("/"))
}

fn problem_of_text(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("is empty")
    } else if text.starts_with('/') {
        Some("is absolute")
    } else if text.contains('\\') {
        Some("contains a backslash")
    } else if text.contains(char::is_control) {
        Some("contains a control character")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |raw: &[u8], expect: Result<&str, &str>| {
            let got = clean(raw, &Bounds::default());
            match (&got, expect) {
                (Ok(name), Ok(expect)) => assert_eq!(name, expect),
                (Err(PackageError::Name { problem, .. }), Err(expect)) => {
                    assert!(problem.contains(expect), "{problem}");
                }
                _ => panic!("{raw:?}: {got:?}"),
            }
        };
        check(b"app.ts", Ok("app.ts"));
        check(b"./a//b/./c/", Ok("a/b/c"));
        check(b"./", Ok(""));
        check(b"a..b.js", Ok("a..b.js"));
        check("a/…ü".as_bytes(), Ok("a/…ü"));
        check(b"", Err("empty"));
        check(b"/etc/passwd", Err("absolute"));
        check(b"../x", Err("leads out"));
        check(b"a/../b", Err("leads out"));
        check(b"a\\b", Err("backslash"));
        check(b"a\0b", Err("control"));
        check(b"a\nb", Err("control"));
        check(b"a\xff", Err("not UTF-8"));
        check(&[b'a'; 255], Ok(&"a".repeat(255)));
        check(&[b'a'; 256], Err("too long"));
        check("a/".repeat(257).as_bytes(), Err("too long"));
        check("a/".repeat(33).as_bytes(), Ok(&["a"; 33].join("/")));
        check("a/".repeat(34).as_bytes(), Err("deep"));
    }
}
